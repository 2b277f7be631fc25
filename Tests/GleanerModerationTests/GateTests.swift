import AsyncPostgres
import Foundation
import GleanerCore
import GleanerDemo
import GleanerTestSupport
import Logging
import ServiceLifecycle
import Testing

@testable import GleanerModeration

@Suite("Moderation gate", .database)
struct GateTests {
    private static func policy(_ onError: String, timeout: Int = 1500) -> String {
        """
        {"mode": "blocking", "classifiers": [{"kind": "rules"}, {"kind": "guard", "model": "demo-guard-llama"}],
         "categories": {"S1": {"threshold": 0.5, "action": "block"}, "harassment": {"threshold": 0.7, "action": "flag"}},
         "blocking": {"targets": ["prompt", "response"], "timeout_ms": \(timeout), "on_error": "\(onError)", "refusal": "Nahi."}}
        """
    }

    private func gate(_ world: ModerationWorld, _ policy: String) async throws -> (ProjectGate, GateRecorder) {
        let version = try await world.put(policy)
        let policies = CurrentPolicies()
        policies.replace([world.project: version])
        let recorder = GateRecorder(pool: world.pool, metrics: world.metrics, logger: Logger(label: "gate-test"))
        let gate = ModerationGate(
            policies: policies, classifiers: world.classifiers, recorder: recorder, metrics: world.metrics)
        #expect(gate.gate(for: .new()) == nil)
        return (try #require(gate.gate(for: world.project)), recorder)
    }

    private func messages(_ text: String) -> JSONValue {
        [["role": "system", "content": "kill"], ["role": "user", "content": .string(text)]]
    }

    @Test("what a classifier blocks is refused with the policy's words; what it flags passes")
    func refuses() async throws {
        try await ModerationWorld.with { world in
            let (gate, _) = try await self.gate(world, Self.policy("open"))
            #expect(gate.blocks(.prompt) && gate.blocks(.response))
            #expect(await gate.judge(messages: messages("I will kill him"), of: .new()) == .refuse("Nahi."))
            #expect(await gate.judge(messages: messages("tu chutiya hai"), of: .new()) == .pass)
            #expect(await gate.judge(messages: [["role": "system", "content": "kill"]], of: .new()) == .pass)
            let answer: JSONValue = ["choices": [["message": ["content": "kill"]]]]
            #expect(await gate.judge(answer: answer, of: .new()) == .refuse("Nahi."))
        }
    }

    @Test(
        "under every failure an open gate passes and a closed one refuses, in time",
        arguments: ["500", "429", "silent", "cut", "nonsense", "short"], ["open", "closed"])
    func failing(_ mood: String, _ onError: String) async throws {
        try await ModerationWorld.with { world in
            let (gate, _) = try await self.gate(world, Self.policy(onError, timeout: 400))
            world.script.mood =
                switch mood {
                case "silent": .silent
                case "cut": .cut
                case "nonsense": .nonsense
                case "short": .short
                default: .status(Int(mood) ?? 500)
                }
            let wanted: ProjectGate.Judgement = onError == "open" ? .pass : .refuseUnjudged("Nahi.")
            let clock = ContinuousClock()
            let start = clock.now
            #expect(await gate.judge(messages: messages("Namaste"), of: .new()) == wanted)
            // What the rules flagged does not say that the guard model would have let it pass.
            #expect(await gate.judge(messages: messages("tu chutiya hai"), of: .new()) == wanted)
            #expect(await gate.judge(messages: nil, of: .new()) == wanted)
            #expect(clock.now - start < .seconds(5))
            let outcome = onError == "open" ? ModerationMetrics.GateOutcome.failedOpen : .failedClosed
            #expect(world.metrics.gate.first { $0.outcome == outcome }?.count == 3)
        }
    }

    @Test("what the rules block is refused although the guard model is silent")
    func rulesAlone() async throws {
        try await ModerationWorld.with { world in
            let (gate, _) = try await self.gate(
                world,
                """
                {"mode": "blocking", "classifiers": [{"kind": "rules"}, {"kind": "guard", "model": "demo-guard-llama"}],
                 "categories": {"sexual/minors": {"threshold": 0.5, "action": "block"}}, "blocking": {"timeout_ms": 300}}
                """)
            world.script.mood = .silent
            let refusal = ModerationPolicy.Blocking.standardRefusal
            #expect(await gate.judge(messages: messages("child porn"), of: .new()) == .refuse(refusal))
        }
    }

    @Test("what was said at the gate is kept, and the job that follows asks nobody again")
    func recorded() async throws {
        try await ModerationWorld.with { world in
            let (gate, recorder) = try await self.gate(world, Self.policy("open"))
            let exchange = try await world.exchanges.add(user: "Namaste", answer: "Namaste!")
            #expect(await gate.judge(messages: messages("Namaste"), of: exchange) == .pass)
            let answer: JSONValue = ["choices": [["message": ["content": "Namaste!"]]]]
            #expect(await gate.judge(answer: answer, of: exchange) == .pass)
            let asked = world.provider.requestCount
            #expect(asked == 2)
            let running = Task { try await recorder.run() }
            while try await world.service.history(of: exchange, in: world.project).results.count < 4 {
                try await Task.sleep(for: .milliseconds(10))
            }
            running.cancel()
            _ = await running.result
            try await world.service.landed([(exchange, world.project)])
            try await world.work()
            #expect(try await world.actions(exchange) == [.prompt: .allow, .response: .allow])
            #expect(world.provider.requestCount == asked)
        }
    }

    @Test("policies are known from a file when the database is not there, and follow it when it is")
    func watched() async throws {
        try await ModerationWorld.with { world in
            let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json").path
            defer { try? FileManager.default.removeItem(atPath: path) }
            let database = TestDatabase.current
            func watch(_ current: CurrentPolicies) -> PolicyWatch {
                PolicyWatch(
                    store: PolicyStore(pool: database.pool), current: current, configuration: database.configuration,
                    path: path, logger: Logger(label: "gate-test"))
            }
            let current = CurrentPolicies()
            let running = Task { try await watch(current).run() }
            try await world.put(Self.policy("closed"))
            while current.blocking(world.project) == nil { try await Task.sleep(for: .milliseconds(10)) }
            #expect(current[world.project].version == 1)
            try await world.put("{}")
            while current.blocking(world.project) != nil { try await Task.sleep(for: .milliseconds(10)) }
            try await world.put(Self.policy("closed"))
            while current[world.project].version != 3 { try await Task.sleep(for: .milliseconds(10)) }
            try await Task.sleep(for: .milliseconds(200))
            running.cancel()
            _ = await running.result
            let other = CurrentPolicies()
            _ = watch(other)
            #expect(other.blocking(world.project)?.policy == current[world.project].policy)
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }
}

@Suite("Redaction of exchanges", .database)
struct ExchangeRedactionTests {
    private func redaction(_ kind: String) async throws -> (ExchangeRedaction, ID<Project>) {
        let world = try await StoredExchanges(pool: TestDatabase.current.pool)
        let policies = CurrentPolicies()
        let policy = try ModerationPolicy(parsing: Array(#"{"personal_data": "\#(kind)"}"#.utf8))
        policies.replace([
            world.project: PolicyVersion(version: 3, policy: policy, author: "a", note: "", at: Date())
        ])
        return (
            ExchangeRedaction(policies: policies, pool: world.pool, metrics: ModerationMetrics()), world.project
        )
    }

    private func texts(_ text: String) -> ExchangeTexts {
        let messages = #"[{"role":"user","content":"\#(text)"}]"#
        return ExchangeTexts(
            request: Array(#"{"messages":\#(messages)}"#.utf8),
            response: Array(#"{"choices":[{"message":{"content":"\#(text)"}}]}"#.utf8), messages: Array(messages.utf8),
            answer: Array(#"{"choices":[{"message":{"content":"\#(text)"}}]}"#.utf8), isEventStream: false)
    }

    @Test("a projection has placeholders while the bytes stay; stored bytes have them too")
    func both() async throws {
        for kind in ["redact_projection", "redact_stored"] {
            let (redaction, project) = try await redaction(kind)
            #expect(redaction.redacts(project))
            #expect(!redaction.redacts(.new()))
            let before = texts("call 9876543210")
            let (after, note) = try #require(try await redaction.redact(before, of: project, conversation: "c1"))
            #expect(
                after.messages.map { String(decoding: $0, as: UTF8.self) }
                    == #"[{"role":"user","content":"call <PHONE_1>"}]"#)
            #expect((after.request == before.request) == (kind == "redact_projection"))
            #expect((after.response == before.response) == (kind == "redact_projection"))
            #expect(note == (kind == "redact_projection" ? "projection:3" : "stored:3"))
            #expect(try await redaction.redact(texts("nothing here"), of: project, conversation: "c1") == nil)
            try await TestDatabase.current.pool.query("TRUNCATE gleaner.projects CASCADE")
        }
    }

    @Test("a conversation's placeholders are the same in each of its exchanges, and nobody can read values from them")
    func conversation() async throws {
        let (redaction, project) = try await redaction("redact_projection")
        func messages(_ text: String, _ conversation: String?) async throws -> String {
            let redacted = try await redaction.redact(texts(text), of: project, conversation: conversation)
            return String(decoding: try #require(redacted?.texts.messages), as: UTF8.self)
        }
        _ = try await messages("9876543210", "c1")
        _ = try await messages("9123456789", "c1")
        #expect(try await messages("9123456789 +91 98765 43210", "c1").contains("<PHONE_2> <PHONE_1>"))
        #expect(try await messages("9123456789", "c2").contains("<PHONE_1>"))
        #expect(try await messages("9123456789", nil).contains("<PHONE_1>"))
        let rows = try await TestDatabase.current.pool.query(
            "SELECT conversation, kind, number, octet_length(hmac) AS length FROM gleaner.moderation_placeholders")
        #expect(rows.count == 3)
        #expect(try Set(rows.map { try $0.decode("length", as: Int.self) }) == [32])
    }

    @Test("thirty exchanges of one conversation at once give each value one number")
    func race() async throws {
        let (redaction, project) = try await redaction("redact_projection")
        let numbers = (0..<10).map { "98765432\(10 + $0)" }
        let seen = try await withThrowingTaskGroup(of: (String, String).self) { group in
            for round in 0..<30 {
                let number = numbers[round % 10]
                group.addTask {
                    let redacted = try await redaction.redact(texts(number), of: project, conversation: "c1")
                    return (number, String(decoding: redacted?.texts.messages ?? [], as: UTF8.self))
                }
            }
            return try await group.reduce(into: [String: Set<String>]()) { $0[$1.0, default: []].insert($1.1) }
        }
        #expect(seen.count == 10)
        #expect(seen.values.allSatisfy { $0.count == 1 })
        #expect(Set(seen.values.joined()).count == 10)
    }
}
