import Foundation
import GleanerCore
import Testing

@testable import GleanerEvaluation

@Suite("Built-in evaluators")
struct BuiltInEvaluatorTests {
    private static func exchange(
        _ answer: String?, user: String = "Mujhe ek accha quote batao life ke baare mein", system: String? = nil,
        message: JSONValue? = nil, request: [String: JSONValue] = [:], correction: String? = nil,
        finish: String? = "stop"
    ) -> EvaluatedExchange {
        let system: [JSONValue] = system.map { [["role": "system", "content": .string($0)]] } ?? []
        return EvaluatedExchange(
            id: .new(), messages: system + [["role": "user", "content": .string(user)]],
            message: message ?? answer.map { ["role": "assistant", "content": .string($0)] }, finishReason: finish,
            request: request, correction: correction, durationMilliseconds: 812, costUSD: 0.002, promptTokens: 40,
            completionTokens: 12)
    }

    private static func values(_ evaluator: any Evaluator, _ exchange: EvaluatedExchange) async -> [String: Double]? {
        guard case .measured(let values) = await evaluator.evaluate([exchange])[0] else { return nil }
        return Dictionary(uniqueKeysWithValues: values.map { ($0.measure, $0.value) })
    }

    @Test("code mixing is told of the answer, against the prompt and the instruction")
    func codeMix() async throws {
        let values = try #require(
            await Self.values(
                CodeMixEvaluator(),
                Self.exchange("Bilkul! Life mein kabhi give up mat karo, yaar.", system: "Always answer in Hinglish.")))
        #expect(values["cmi"]! > 0)
        #expect(values["same_matrix"] == 1)
        #expect(values["instructed"] == 1)
        #expect(values["coverage"]! > 0.8)
        let english = try #require(
            await Self.values(CodeMixEvaluator(), Self.exchange("Never give up on your dreams.")))
        #expect(english["same_matrix"] == 0)
        #expect(english["instructed"] == nil)
        #expect(await Self.values(CodeMixEvaluator(), Self.exchange(nil)) == nil)
    }

    @Test("spelling consistency counts words that were used twice, and stores only the commonest")
    func spelling() async throws {
        let exchange = Self.exchange("Nahi yaar, mujhe nhi pata. Nahi matlab nahi, ghumakkad log nahi maante.")
        let outcome = await SpellingEvaluator(SpellingChoice()).evaluate([exchange])[0]
        guard case .measured(let values) = outcome else { return #expect(Bool(false), "\(outcome)") }
        let figures = Dictionary(uniqueKeysWithValues: values.map { ($0.measure, $0) })
        // nahi 4, nhi 1: (4·3)/(5·4).
        #expect(figures["pair_agreement"]?.value == 0.6)
        #expect(figures["inconsistencies"]?.value == 1)
        let stored = try #require(figures["hindi_words"]?.details?["spellings"]?.objectValue)
        #expect(stored["nahi"] == 4)
        #expect(stored["ghumakkad"] == nil)
        var choice = SpellingChoice()
        choice.preferred = ["nhi"]
        #expect(SpellingEvaluator(choice).version != SpellingEvaluator(SpellingChoice()).version)
    }

    @Test("shape, refusal, latency and cost are told as they are")
    func plain() async {
        let exchange = Self.exchange("Maaf kijiye, main iska jawab nahi de sakta.", finish: "length")
        #expect(await Self.values(RefusalEvaluator(), exchange) == ["refused": 1])
        #expect(await Self.values(LengthEvaluator(), exchange)?["cut"] == 1)
        #expect(await Self.values(LengthEvaluator(), Self.exchange("   "))?["empty"] == 1)
        #expect(await Self.values(LatencyEvaluator(), exchange) == ["duration": 812])
        #expect(
            await Self.values(CostEvaluator(), exchange) == [
                "cost": 0.002, "prompt_tokens": 40, "completion_tokens": 12,
            ])
        let loop = Self.exchange(String(repeating: "ek do teen char ", count: 20))
        #expect(await Self.values(RepetitionEvaluator(), loop)!["repetition"]! > 0.9)
        let refusing = Self.exchange(nil, message: ["role": "assistant", "content": nil, "refusal": "No."])
        #expect(await Self.values(RefusalEvaluator(), refusing) == ["refused": 1])
    }

    @Test("JSON is judged only where it was asked for")
    func json() async {
        let format: JSONValue = [
            "type": "json_schema",
            "json_schema": ["name": "n", "schema": ["type": "object", "required": ["a"]]],
        ]
        func values(_ answer: String, _ request: [String: JSONValue]) async -> [String: Double]? {
            await Self.values(JSONEvaluator(), Self.exchange(answer, request: request))
        }
        #expect(await values(#"{"a":1}"#, ["response_format": format]) == ["json_valid": 1, "schema_valid": 1])
        #expect(await values(#"{"b":1}"#, ["response_format": format]) == ["json_valid": 1, "schema_valid": 0])
        #expect(await values("Sure!", ["response_format": format]) == ["json_valid": 0, "schema_valid": 0])
        #expect(await values("[1]", ["response_format": ["type": "json_object"]]) == ["json_valid": 0])
        #expect(await values("Sure!", [:]) == nil)
    }

    @Test("JSON that was asked for is judged in every dialect")
    func dialectsOfJSON() async {
        let flat: JSONValue = [
            "type": "json_schema", "name": "n", "schema": ["type": "object", "required": ["a"]],
        ]
        let dialects: [[String: JSONValue]] = [
            ["text": ["format": flat]], ["output_config": ["format": flat]], ["output_format": flat],
        ]
        func values(_ answer: String, _ request: [String: JSONValue]) async -> [String: Double]? {
            await Self.values(JSONEvaluator(), Self.exchange(answer, request: request))
        }
        for request in dialects {
            #expect(await values(#"{"a":1}"#, request) == ["json_valid": 1, "schema_valid": 1], "\(request)")
            #expect(await values(#"{"b":1}"#, request) == ["json_valid": 1, "schema_valid": 0], "\(request)")
            #expect(await values("Sure!", request) == ["json_valid": 0, "schema_valid": 0], "\(request)")
        }
        #expect(await values("[1]", ["text": ["format": ["type": "json_object"]]]) == ["json_valid": 0])
        #expect(await values("Sure!", ["text": ["format": ["type": "text"]]]) == nil)
    }

    @Test("tool calls name a tool there is, with arguments that fit")
    func tools() async {
        let schema: JSONValue = [
            "type": "object", "required": ["city"], "properties": ["city": ["type": "string"]],
        ]
        // Of /v1/chat/completions, /v1/responses and /v1/messages, each beside a tool without a schema.
        let dialects: [JSONValue] = [
            [
                ["type": "custom", "custom": ["name": "grep"]],
                ["type": "function", "function": ["name": "weather", "parameters": schema]],
            ],
            [["type": "web_search"], ["type": "function", "name": "weather", "parameters": schema]],
            [["type": "bash_20250124", "name": "bash"], ["name": "weather", "input_schema": schema]],
        ]
        func values(
            _ name: String, _ arguments: String, _ request: [String: JSONValue]
        ) async -> [String: Double]? {
            let message: JSONValue = [
                "role": "assistant",
                "tool_calls": [["id": "1", "function": ["name": .string(name), "arguments": .string(arguments)]]],
            ]
            return await Self.values(ToolCallEvaluator(), Self.exchange(nil, message: message, request: request))
        }
        for tools in dialects {
            func call(_ name: String, _ arguments: String) async -> Double? {
                await values(name, arguments, ["tools": tools])?["tool_call_valid"]
            }
            #expect(await call("weather", #"{"city":"Pune"}"#) == 1, "\(tools)")
            #expect(await call("weather", #"{"city":4}"#) == 0, "\(tools)")
            #expect(await call("weather", "{") == 0)
            #expect(await call("wether", #"{"city":"Pune"}"#) == 0)
        }
        #expect(await values("weather", "{}", [:]) == ["calls": 1])
        #expect(await Self.values(ToolCallEvaluator(), Self.exchange("Hello")) == nil)
    }

    @Test("overlap is with the correction, and there is none without")
    func overlap() async {
        let values = await Self.values(
            OverlapEvaluator(), Self.exchange("mujhe nhi pata", correction: "mujhe nahi pata"))
        #expect(abs(values!["bleu"]! - 34.66806371753173) < 1e-9)
        #expect(abs(values!["chrf"]! - 64.15067049823338) < 1e-9)
        #expect(abs(values!["chrf_plus_plus"]! - 56.456431478115064) < 1e-9)
        #expect(await Self.values(OverlapEvaluator(), Self.exchange("mujhe nhi pata")) == nil)
    }

    @Test("how much of the prompt an answer repeats is a share of its runs of three words")
    func copied() {
        #expect(RelevanceEvaluator.copied("a b c d", from: "x a b c y") == 0.5)
        #expect(RelevanceEvaluator.copied("a b", from: "a b") == nil)
    }

    @Test("what an evaluator outside says is taken by exchange, and nonsense is a failure")
    func contract() {
        let exchanges = (0..<5).map { _ in Self.exchange("x") }
        let ids = exchanges.map { JSONValue.string($0.id.description) }
        let said: [JSONValue] = [
            ["exchange": ids[3], "values": ["Bad Name": 1]],
            ["exchange": ids[1], "values": ["toxic": true, "score": 0.25]],
            ["exchange": ids[0], "error": "a text that is not kept"], ["exchange": ids[2], "values": [:]],
        ]
        #expect(
            OutsideContract.outcomes(said, of: exchanges) == [
                .failed(reason: "refused", isTransient: false),
                .measured([MeasuredValue("score", 0.25), MeasuredValue("toxic", 1)]), .notApplicable,
                .failed(reason: "unreadable", isTransient: false), .failed(reason: "unanswered", isTransient: false),
            ])
    }

    @Test("a program of the operator's is given lines and gives lines")
    func command() async {
        let exchanges = [Self.exchange("chai"), Self.exchange("roti sabzi")]
        let script =
            #"while read -r l; do id=$(echo "$l" | sed 's/.*"exchange":"\([^"]*\)".*/\1/'); "#
            + #"echo "{\"exchange\":\"$id\",\"values\":{\"length\":${#l}}}"; done"#
        let evaluator = CommandEvaluator(
            name: "mine", command: ["/bin/bash", "-c", script], timeout: .seconds(20))
        for outcome in await evaluator.evaluate(exchanges) {
            guard case .measured(let values) = outcome else { return #expect(Bool(false), "\(outcome)") }
            #expect(values.map(\.measure) == ["length"])
        }
        func reason(_ command: [String], _ timeout: Duration = .seconds(20)) async -> String? {
            let outcome = await CommandEvaluator(name: "m", command: command, timeout: timeout).evaluate(exchanges)[0]
            guard case .failed(let reason, _) = outcome else { return nil }
            return reason
        }
        #expect(await reason(["/bin/false"]) == "exited")
        #expect(await reason(["/nowhere/at-all"]) == "not_configured")
        #expect(await reason(["/bin/sleep", "30"], .milliseconds(300)) == "timed_out")
        #expect(await reason(["/bin/cat"]) == "unreadable")
    }

    /// More than a pipe holds: writing it to one would fail when the program ends, or its time.
    @Test("a program that does not read what it is given fails alone")
    func unread() async {
        let exchanges = [Self.exchange(String(repeating: "roti sabzi ", count: 50_000))]
        func outcomes(_ command: [String], _ timeout: Duration = .seconds(20)) async -> [EvaluatorOutcome] {
            await CommandEvaluator(name: "m", command: command, timeout: timeout).evaluate(exchanges)
        }
        for _ in 0..<10 {
            #expect(await outcomes(["/bin/false"]) == [.failed(reason: "exited", isTransient: false)])
            #expect(await outcomes(["/bin/true"]) == [.failed(reason: "unanswered", isTransient: false)])
        }
        #expect(await outcomes(["/usr/bin/head", "-c", "1"]) == [.failed(reason: "unanswered", isTransient: false)])
        #expect(
            await outcomes(["/bin/sleep", "30"], .milliseconds(100)) == [
                .failed(reason: "timed_out", isTransient: true)
            ])
    }
}

@Suite("Policies of evaluators")
struct EvaluatorPolicyTests {
    @Test("a policy that is stored is read back as it was")
    func roundTrip() throws {
        let policy = try EvaluatorPolicy(
            parsing: #"""
                {"evaluators":[{"kind":"code_mix"},{"kind":"judge","name":"helpful","share":0.1,"judge":{"model":"m"}},
                 {"kind":"relevance","embeddings":{"model":"e"}},{"kind":"command","name":"mine","uses":"toxicity"},
                 {"kind":"transliteration","spelling":{"preferred":["nhi"],"merged":[["kaam","kam"]]}}]}
                """#.utf8)
        #expect(policy.evaluators.count == 5)
        #expect(try EvaluatorPolicy(parsing: StoredJSON.bytes(policy)) == policy)
        #expect(try EvaluatorPolicy(parsing: StoredJSON.bytes(EvaluatorPolicy.standard)) == .standard)
    }

    @Test(
        "a mistake is named by its member",
        arguments: [
            (#"{"evaluators":[{"kind":"magic"}]}"#, "kind"),
            (#"{"evaluators":[{"kind":"length","share":0}]}"#, "share"),
            (#"{"evaluators":[{"kind":"length","share":1.5}]}"#, "share"),
            (#"{"evaluators":[{"kind":"judge"}]}"#, "judge"),
            (#"{"evaluators":[{"kind":"length","uses":"x"}]}"#, "uses"), (#"{"evaluators":[{"name":"x"}]}"#, "kind"),
            (#"{"evaluators":[{"kind":"length"},{"kind":"length"}]}"#, "name"), (#"{"evaluator":[]}"#, "evaluator"),
            (#"{"evaluators":[{"kind":"length","name":"Bad Name"}]}"#, "name"), (#"{"evaluators":5}"#, "evaluators"),
            (#"{"evaluators":[{"kind":"transliteration","spelling":{"merged":[["a"]]}}]}"#, "spelling"),
        ])
    func mistakes(_ document: String, _ member: String) throws {
        do {
            _ = try EvaluatorPolicy(parsing: document.utf8)
            #expect(Bool(false), "\(document) was taken")
        } catch EvaluatorError.policyInvalid(let named, _) { #expect(named == member) }
    }

    @Test("what is no JSON is said to be none")
    func notJSON() { #expect(throws: EvaluatorError.policyNotJSON) { try EvaluatorPolicy(parsing: "{".utf8) } }

    @Test("who is drawn is drawn again, and more with a larger share")
    func drawing() {
        let project = ID<Project>.new()
        let ids = (0..<2000).map { _ in ID<Exchange>.new() }
        func drawn(_ share: Double) -> Set<ID<Exchange>> {
            Set(ids.filter { EvaluatorDraw.draws($0, for: EvaluatorChoice(.length, share: share), in: project) })
        }
        let tenth = drawn(0.1)
        #expect(tenth == drawn(0.1))
        #expect(tenth.isSubset(of: drawn(0.5)))
        #expect((140...260).contains(tenth.count))
        #expect(drawn(1).count == ids.count)
    }
}
