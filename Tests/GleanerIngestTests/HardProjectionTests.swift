import AsyncPostgres
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerIngest

@Suite("Reading what is hard to read")
struct HardProjectionTests {
    private func value(_ document: JSONB?) -> JSONValue? { document.flatMap { try? JSONValue(parsing: $0.bytes) } }

    private func stream(_ chunks: [String]) -> [UInt8] {
        Array((chunks + ["[DONE]"]).map { "data: \($0)\n\n" }.joined().utf8)
    }
    private func delta(_ delta: String, finish: String = "null") -> String {
        #"{"id":"c","model":"m","choices":[{"index":0,"delta":\#(delta),"finish_reason":\#(finish)}]}"#
    }

    @Test("a character cut in two by a delta is whole again; a half without its other half is replaced, and noted")
    func halves() {
        let (joined, _) = ChatStreamAssembler.assemble(
            stream([delta(#"{"content":"ha \ud83d"}"#), delta(#"{"content":"\ude00!"}"#, finish: #""stop""#)]))
        #expect(joined.choices[0]["message"]?["content"] == "ha 😀!")
        #expect(joined.repairs.isEmpty)
        #expect(joined.isComplete)
        let (half, _) = ChatStreamAssembler.assemble(stream([delta(#"{"content":"ha \ud83d"}"#, finish: #""stop""#)]))
        #expect(half.choices[0]["message"]?["content"] == "ha \u{FFFD}")
        #expect(half.repairs == .surrogates)
        #expect(half.isComplete)
        let (split, _) = ChatStreamAssembler.assemble(
            stream([
                delta(#"{"content":"a\ud83d","refusal":"b"}"#), delta(#"{"refusal":"\ude00"}"#, finish: #""stop""#),
            ]))
        #expect(split.choices[0]["message"]?["content"] == "a\u{FFFD}")
        #expect(split.choices[0]["message"]?["refusal"] == "b\u{FFFD}")
    }

    @Test("tool calls of two choices, several fragments of one index in a chunk, cut inside an escape")
    func tools() {
        func calls(_ choice: Int, _ fragments: String, finish: String = "null") -> String {
            #"{"choices":[{"index":\#(choice),"delta":{"tool_calls":[\#(fragments)]},"finish_reason":\#(finish)}]}"#
        }
        let body = stream([
            calls(1, #"{"index":0,"id":"x","function":{"name":"g","arguments":"{\"t\":\"\\"}}"#),
            calls(
                0,
                #"{"index":1,"id":"b","type":"function","function":{"name":"f","arguments":""}},{"index":1,"function":{"arguments":"{"}},{"index":1,"function":{"arguments":"}"}},{"index":0,"id":"a","type":"custom","function":{"name":"h"}}"#
            ),
            calls(1, #"{"index":0,"function":{"arguments":"n\"}"}}"#, finish: #""tool_calls""#),
            calls(0, #"{"index":0,"function":{"arguments":"[]"}}"#, finish: #""tool_calls""#),
        ])
        let (answer, unreadable) = ChatStreamAssembler.assemble(body)
        #expect(unreadable == 0)
        #expect(answer.isComplete)
        #expect(answer.finishReason == "tool_calls")
        #expect(answer.choices.map { $0["index"]?.intValue } == [0, 1])
        #expect(
            answer.choices[0]["message"]?["tool_calls"] == [
                ["id": "a", "type": "custom", "function": ["name": "h", "arguments": "[]"]],
                ["id": "b", "type": "function", "function": ["name": "f", "arguments": "{}"]],
            ])
        #expect(
            answer.choices[1]["message"]?["tool_calls"]?.arrayValue?[0]["function"]?["arguments"] == #"{"t":"\n"}"#)
    }

    @Test("indexes may be any number, and fragments may have none", .timeLimit(.minutes(1)))
    func indexes() {
        let fragments = (0..<20_000).map { #"{"id":"i\#($0)","function":{"arguments":"1"}}"# }.joined(separator: ",")
        let (answer, _) = ChatStreamAssembler.assemble(
            stream([
                #"{"choices":[{"index":9223372036854775807,"delta":{"tool_calls":[{"index":9223372036854775807,"id":"z"},{"id":"y"}]}}]}"#,
                #"{"choices":[{"index":-1,"delta":{"tool_calls":[\#(fragments)]}}]}"#,
                "{\"choices\":["
                    + (0..<20_000).map { #"{"index":\#($0),"delta":{"content":"a"}}"# }.joined(separator: ",") + "]}",
            ]))
        #expect(answer.choices.count == 20_002)
        #expect(answer.choices[0]["message"]?["tool_calls"]?.arrayValue?.count == 20_000)
        #expect(answer.choices[20_001]["message"]?["tool_calls"]?.arrayValue?.count == 2)
    }

    @Test(
        "something else where text belongs makes the answer unfit, and the rest is still read",
        arguments: [
            #"{"content":["x"]}"#, #"{"content":5}"#, #"{"tool_calls":[{"index":0,"function":{"arguments":{}}}]}"#,
            #""x""#,
        ])
    func wrongTypes(_ odd: String) {
        let (answer, unreadable) = ChatStreamAssembler.assemble(
            stream([delta(#"{"content":"a"}"#), delta(odd), delta(#"{"content":"b"}"#, finish: #""stop""#)]))
        #expect(unreadable == 1)
        #expect(!answer.isComplete)
        #expect(answer.choices[0]["message"]?["content"] == "ab" || odd.contains("tool_calls"))
        #expect(ChatStreamAssembler.assemble(stream(["{", "5", "null", "[]"])).unreadableChunks == 4)
    }

    @Test("events are found whatever ends their lines", arguments: ["\n", "\r\n", "\r"])
    func events(_ end: String) {
        let lines = [
            ": ping", "event: x", "id: 7", "retry: 1", "data:{\"a\":", "data:  1}", "", "", "data", "",
            "data: [DONE] x", "",
            "data:last",
        ]
        func read(_ body: [UInt8]) -> ([String], Bool) {
            var found: [String] = []
            let isClean = ServerSentEvents.read(body) { data in
                found.append(String(decoding: data.withUnsafeBytes { Array($0) }, as: UTF8.self))
            }
            return (found, isClean)
        }
        let body = Array(lines.joined(separator: end).utf8)
        #expect(read(body) == (["{\"a\":\n 1}", "", "[DONE] x", "last"], false))
        #expect(
            read([0xEF, 0xBB, 0xBF] + body + Array((end + end).utf8)) == (
                ["{\"a\":\n 1}", "", "[DONE] x", "last"], true
            ))
        #expect(read([]) == ([], true))
    }

    @Test("a megabyte of lines of one kind is read in one pass", .timeLimit(.minutes(1)), arguments: ["\n", "\r"])
    func manyLines(_ end: String) {
        var count = 0
        _ = ServerSentEvents.read(Array(String(repeating: "data:\(end)\(end)", count: 300_000).utf8)) { _ in count += 1
        }
        #expect(count == 300_000)
    }

    @Test("an answer's choices come by index, with what else they hold")
    func order() {
        let projection = ExchangeProjection(
            .fixture(
                response:
                    #"{"choices":[{"index":1,"message":{"content":"b"},"finish_reason":"length"},{"index":0,"message":{"content":"a"},"logprobs":{"content":[{"logprob":-0.25}]},"finish_reason":"stop"}]}"#
            ))
        #expect(projection.finishReason == "stop")
        #expect(projection.isComplete)
        let choices = value(projection.answer)?["choices"]?.arrayValue ?? []
        #expect(choices.map { $0["message"]?["content"] } == ["a", "b"])
        #expect(choices.first?["logprobs"]?["content"]?.arrayValue?[0]["logprob"]?.doubleValue == -0.25)
    }

    private static let hard: [(String, String, [String])] = [
        (#"[{"role":"user","content":"x","content":"y"}]"#, #"[{"role":"user","content":"y"}]"#, ["duplicate_keys"]),
        (#"[{"a\u0000":"\u0000\\u0000"}]"#, #"[{"a\ufffd":"\ufffd\\u0000"}]"#, ["nul_replaced"]),
        (#"["\ud83d","\ude00","\ud83d\ude00"]"#, "[\"\u{FFFD}\",\"\u{FFFD}\",\"😀\"]", ["surrogates_replaced"]),
        (#"[1e400]"#, "null", ["number_out_of_range"]),
        (#"[18446744073709551616,1e-20000,-0,1E2,1.10]"#, "[18446744073709551616,0,0,100,1.1]", []),
        ("[0." + String(repeating: "3", count: 20_000) + "]", "[0.3333333333333333]", []),
        ("[" + String(repeating: "[", count: 510) + String(repeating: "]", count: 510) + "]", "", []),
        (
            "[" + String(repeating: "[", count: 511) + String(repeating: "]", count: 511) + "]", "null",
            ["request_not_json"]
        ),
        ("[\"\\u2028\u{2028}\\/\\b\\u001f\u{7F}\"]", "[\"\u{2028}\u{2028}/\\b\\u001f\u{7F}\"]", []),
    ]

    @Test("PostgreSQL takes every projection that is made, and notes say what was changed", .database, arguments: hard)
    func stored(_ messages: String, _ expected: String, _ notes: [String]) async throws {
        let exchange = JournaledExchange.fixture(
            request: #"{"model":"m","messages":\#(messages),"metadata":{"k":"v"}}"#,
            response:
                #"{"id":"c","choices":[{"index":0,"message":{"content":\#(messages)},"finish_reason":"stop"}]}"#)
        let projection = ExchangeProjection(exchange)
        #expect(Array(projection.notes.prefix(notes.count)) == notes)
        let pool = TestDatabase.current.pool
        let store = PostgresExchangeStore(pool: pool)
        let stored = [ProjectedExchange(exchange: exchange, projection: projection)]
        try await store.makeRoom(for: stored)
        _ = try await store.store(ExchangeBatch(stored))
        let row = try await pool.query("SELECT messages, answer FROM gleaner.exchange_bodies")[0]
        let found = try row.decodeIfPresent("messages", as: JSONB.self)
        if expected == "null" { #expect(found == nil) }
        if !expected.isEmpty, expected != "null" {
            #expect(try JSONValue(parsing: #require(found).bytes) == JSONValue(parsing: expected.utf8))
            let answer = try JSONValue(parsing: row.decode("answer", as: JSONB.self).bytes)
            #expect(
                try answer["choices"]?.arrayValue?[0]["message"]?["content"] == JSONValue(parsing: expected.utf8))
        }
    }
}
