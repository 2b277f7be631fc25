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
    private static func policy(_ onError: String, timeout: Int = 10_000) -> String {
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
        guard case .none = gate.gate(for: .new()), case .gate(let found) = gate.gate(for: world.project) else {
            throw NoGate()
        }
        return (found, recorder)
    }
    private struct NoGate: Error {}

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
            let answer: JSONValue = ["choices": [["message": ["content": "kill"]]]]
            #expect(await gate.judge(answer: answer, of: .new()) == .refuse("Nahi."))
        }
    }

    @Test("all that is new in a call is judged, whoever says it")
    func allThatIsNew() async throws {
        try await ModerationWorld.with { world in
            let (gate, _) = try await self.gate(world, Self.policy("closed"))
            func say(_ role: String, _ text: JSONValue) -> JSONValue { ["role": .string(role), "content": text] }
            let bad: JSONValue = "I will kill him"
            let call: JSONValue = [
                "role": "assistant", "content": nil,
                "tool_calls": [["id": "t", "function": ["name": "f", "arguments": "kill"]]],
            ]
            let refused: [[JSONValue]] = [
                [say("user", bad), say("user", "Namaste")],
                [say("user", "hi"), say("assistant", "hi"), say("tool", bad), say("user", "go on")],
                [say("user", "hi"), say("assistant", "hi"), say("system", bad), say("user", "go on")],
                [say("user", "hi"), say("assistant", "hi"), say("tool", [["type": "text", "text": bad]])],
                [say("system", bad)], [say("user", "go on"), say("assistant", bad)], [say("user", "go on"), call],
                [say("user", [["type": "image_url", "image_url": ["url": "x"]], ["type": "text", "text": bad]])],
                [say("tool", [["type": "tool_result", "content": [["type": "text", "text": bad]]]])],
            ]
            for messages in refused {
                #expect(await gate.judge(messages: .array(messages), of: .new()) == .refuse("Nahi."), "\(messages)")
            }
            // The system prompt is the operator's own, and what was said before the model's last turn was judged then.
            let passed: [[JSONValue]] = [
                [say("system", bad), say("user", "Namaste")],
                [say("user", bad), say("assistant", "No."), say("user", "Namaste")],
                [say("user", "Namaste"), ["role": "assistant", "content": nil]], [],
            ]
            for messages in passed {
                #expect(await gate.judge(messages: .array(messages), of: .new()) == .pass, "\(messages)")
            }
        }
    }

    @Test("what is no text, or too long, is not judged: an open gate passes it, a closed one does not")
    func unjudged() async throws {
        try await ModerationWorld.with { world in
            let picture: JSONValue = [["type": "image_url", "image_url": ["url": "https://a.in/x.png"]]]
            let sound: JSONValue = ["role": "assistant", "content": nil, "audio": ["id": "a"]]
            let long = JSONValue.string(String(repeating: "Namaste ", count: ConversationText.longest / 8 + 1))
            for (onError, wanted) in [("open", ProjectGate.Judgement.pass), ("closed", .refuseUnjudged("Nahi."))] {
                let (gate, _) = try await self.gate(world, Self.policy(onError))
                for content in [picture, long, ["type": "x"], 7] {
                    let messages: JSONValue = [["role": "user", "content": content]]
                    #expect(await gate.judge(messages: messages, of: .new()) == wanted)
                }
                #expect(await gate.judge(messages: messages("Namaste"), isWhole: false, of: .new()) == wanted)
                #expect(await gate.judge(answer: ["choices": [["message": sound]]], of: .new()) == wanted)
                #expect(await gate.judge(answer: ["choices": [["message": ["content": long]]]], of: .new()) == wanted)
                #expect(gate.judgeUnreadable() == wanted)
            }
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
            let took = await inTurns {
                #expect(await gate.judge(messages: messages("Namaste"), of: .new()) == wanted)
                // What the rules flagged does not say that the guard model would have let it pass.
                #expect(await gate.judge(messages: messages("tu chutiya hai"), of: .new()) == wanted)
                #expect(await gate.judge(messages: nil, of: .new()) == wanted)
            }
            #expect(took < .seconds(5))
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
            #expect(other.source == .nowhere)
            _ = watch(other)
            // Enough for the gate; whoever stores anything has the database.
            #expect(other.source == .file)
            #expect(other.blocking(world.project)?.policy == current[world.project].policy)
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }
}

@Suite("Policies that are not known", .database)
struct UnknownPolicyTests {
    private struct Unexpected: Error {}

    private func watch(_ current: CurrentPolicies, _ path: String) -> PolicyWatch {
        PolicyWatch(
            store: PolicyStore(pool: TestDatabase.current.pool), current: current,
            configuration: TestDatabase.current.configuration, path: path, logger: Logger(label: "gate-test"))
    }
    private func path() -> String {
        FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json").path
    }

    @Test("until policies have been read no call passes and nothing is stored; with none there is no gate")
    func notYet() async throws {
        try await ModerationWorld.with { world in
            let path = path()
            defer { try? FileManager.default.removeItem(atPath: path) }
            let current = CurrentPolicies()
            let watch = watch(current, path)
            let gate = ModerationGate(
                policies: current, classifiers: world.classifiers,
                recorder: GateRecorder(pool: world.pool, metrics: world.metrics, logger: Logger(label: "gate-test")),
                metrics: world.metrics)
            let redaction = ExchangeRedaction(policies: current, pool: world.pool, metrics: world.metrics)
            guard case .notKnown = gate.gate(for: world.project) else { throw Unexpected() }
            #expect(await gate.known(within: .milliseconds(20)) == false)
            #expect(redaction.redacts(world.project))
            #expect(!redaction.keepsBytes(world.project))
            // Whoever asks meanwhile waits for a moment.
            async let answer = redaction.redact(
                ExchangeTexts(request: [], response: [], messages: nil, answer: nil, isEventStream: false),
                of: world.project, conversation: nil)
            await watch.refresh()
            let redacted = try await answer
            #expect(redacted == nil)
            guard case .none = gate.gate(for: world.project) else { throw Unexpected() }
            #expect(!redaction.redacts(world.project))
            // That there is none is remembered as well.
            let next = CurrentPolicies()
            _ = self.watch(next, path)
            #expect(next.source == .file)
        }
    }

    @Test("a policy that nobody here can read refuses everything and stores no personal data, also from the file")
    func unreadable() async throws {
        try await ModerationWorld.with { world in
            let path = path()
            defer { try? FileManager.default.removeItem(atPath: path) }
            try await world.pool.query(
                """
                INSERT INTO gleaner.moderation_policies (project_id, version, document, author, note, created_at)
                VALUES (\(world.project.uuid), 1, '{"of_next_year": true}', 'a', '', now())
                """)
            let current = CurrentPolicies()
            await watch(current, path).refresh()
            let next = CurrentPolicies()
            _ = watch(next, path)
            for policies in [current, next] {
                let gate = ModerationGate(
                    policies: policies, classifiers: world.classifiers,
                    recorder: GateRecorder(
                        pool: world.pool, metrics: world.metrics, logger: Logger(label: "gate-test")),
                    metrics: world.metrics)
                guard case .gate(let found) = gate.gate(for: world.project) else { throw Unexpected() }
                #expect(found.blocks(.prompt) && found.blocks(.response) && found.isClosed)
                let refusal = ProjectGate.Judgement.refuseUnjudged(ModerationPolicy.Blocking.standardRefusal)
                let messages: JSONValue = [["role": "user", "content": "Namaste"]]
                #expect(await found.judge(messages: messages, of: .new()) == refusal)
                #expect(await found.judge(answer: ["choices": []], of: .new()) == refusal)
                #expect(policies.redacting(world.project)?.policy.personalData == .redactStored)
            }
            // When it can be read again, it is in force.
            try await world.pool.query(
                "UPDATE gleaner.moderation_policies SET document = '{\"sample_unflagged\": 0.5}'")
            await watch(current, path).refresh()
            #expect(current.blocking(world.project) == nil)
            #expect(current[world.project].version == 1)
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

    @Test("the hash of what is not kept is under the project's key, and the same again")
    func hashes() async throws {
        let (redaction, project) = try await redaction("redact_stored")
        var before = texts("call 9876543210")
        before.requestHash = Array(repeating: 1, count: 32)
        before.responseHash = Array(repeating: 2, count: 32)
        let first = try #require(try await redaction.redact(before, of: project, conversation: "c1")).texts
        let second = try #require(try await redaction.redact(before, of: project, conversation: nil)).texts
        #expect(first.requestHash.count == 32 && first.requestHash != before.requestHash)
        #expect(first.responseHash != before.responseHash && first.responseHash != first.requestHash)
        #expect(second.requestHash == first.requestHash && second.responseHash == first.responseHash)
        let damaged = try #require(try await redaction.redact(damaged: before, of: .new())).texts
        #expect(!String(decoding: damaged.request + damaged.response, as: UTF8.self).contains("9876543210"))
    }

    @Test("what cannot be counted with its conversation is replaced all the same")
    func placeholdersRefused() async throws {
        let (redaction, project) = try await redaction("redact_stored")
        try await TestDatabase.current.pool.query(
            "ALTER TABLE gleaner.moderation_placeholders ADD CHECK (conversation <> 'poison')")
        let before = texts("call 9876543210")
        let after = try #require(try await redaction.redact(before, of: project, conversation: "poison"))
        #expect(!String(decoding: after.texts.request, as: UTF8.self).contains("9876543210"))
        #expect(after.note == "stored:3")
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
