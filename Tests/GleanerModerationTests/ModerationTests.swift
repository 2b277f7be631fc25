import AsyncPostgres
import Foundation
import GleanerCore
import GleanerDemo
import GleanerJobs
import GleanerTestSupport
import Testing

@testable import GleanerModeration

@Suite("Moderation", .database)
struct ModerationTests {
    static let remote = #"{"classifiers": [{"kind": "rules"}, {"kind": "moderations", "timeout_ms": 4000}]}"#

    @Test("exchanges that have landed are judged by the built-in rules, without a policy and without a network")
    func builtIn() async throws {
        try await ModerationWorld.with { world in
            let clean = try await world.exchanges.add()
            let bad = try await world.exchanges.add(user: "tu chutiya hai", answer: "Call 9876543210.")
            try await world.service.landed([(clean, world.project), (bad, world.project)])
            try await world.work()
            #expect(try await world.actions(clean) == [.prompt: .allow, .response: .allow])
            #expect(try await world.actions(bad) == [.prompt: .flag, .response: .flag])
            #expect(world.flagged.all == [bad])
            #expect(world.provider.requestCount == 0)
            let history = try await world.service.history(of: bad, in: world.project)
            #expect(history.results.count == 2)
            #expect(Set(history.decisions.map(\.policyVersion)) == [0])
            let flagged = try await world.service.flagged(of: world.project, limit: 10)
            #expect(flagged.map(\.subject.exchange) == [bad, bad])
            // What was found is nowhere in what is stored.
            let stored: String = try await world.pool.query(
                "SELECT string_agg(raw::text, '') AS raw FROM gleaner.moderation_results")[0].decode("raw")
            #expect(!stored.contains("9876543210"))
        }
    }

    @Test("the same exchanges told again are not judged again")
    func repeated() async throws {
        try await ModerationWorld.with { world in
            let exchange = try await world.exchanges.add(user: "idiot moron")
            for _ in 0..<3 {
                try await world.service.landed([(exchange, world.project)])
                try await world.work()
            }
            let history = try await world.service.history(of: exchange, in: world.project)
            #expect(history.results.count == 2)
            #expect(history.decisions.count == 2)
        }
    }

    @Test("what is clean on both sides is one row, and whatever is said later of one side counts instead")
    func alike() async throws {
        try await ModerationWorld.with { world in
            func targets(_ table: String) async throws -> [String] {
                try await world.pool.query(
                    "SELECT target FROM gleaner.\(raw: table) WHERE exchange_id = \(exchange.uuid) ORDER BY id"
                ).map { try $0.decode("target") }
            }
            let exchange = try await world.exchanges.add(user: "namaste", answer: "Aap kaise hain?")
            let half = try await world.exchanges.add(user: "tu chutiya hai", answer: "Namaste.")
            try await world.service.landed([(exchange, world.project), (half, world.project)])
            try await world.work()
            #expect(try await targets("moderation_results") == ["exchange"])
            #expect(try await targets("moderation_decisions") == ["exchange"])
            #expect(try await world.actions(half) == [.prompt: .flag, .response: .allow])
            let history = try await world.service.history(of: exchange, in: world.project)
            #expect(Set(history.results.map(\.subject.target)) == [.prompt, .response])
            #expect(Set(history.current.map(\.subject.target)) == [.prompt, .response])

            let subject = ModerationSubject(exchange: exchange, target: .response)
            _ = try await world.service.override(
                subject, with: .flag, reason: "rude", by: "lead", in: world.project)
            #expect(try await world.actions(exchange) == [.prompt: .allow, .response: .flag])
            // A policy that decides again changes the side that a person has not decided.
            _ = try await world.service.put(
                try ModerationPolicy(parsing: #"{"include_system_prompt": true}"#.utf8), of: world.project,
                author: "lead", note: "")
            _ = try await world.service.redecide(in: world.project)
            try await world.work()
            #expect(try await world.actions(exchange) == [.prompt: .allow, .response: .flag])
            #expect(try await targets("moderation_decisions") == ["exchange", "response"])
        }
    }

    @Test("an older policy does not decide one side over what a newer one said of both")
    func olderThanBoth() async throws {
        try await ModerationWorld.with { world in
            let exchange = try await world.exchanges.add()
            _ = try await world.service.put(
                try ModerationPolicy(parsing: #"{"include_system_prompt": true}"#.utf8), of: world.project,
                author: "lead", note: "")
            try await world.service.landed([(exchange, world.project)])
            try await world.work()
            // A job that began under the policy before knew nothing of that.
            let late = StoredDecision(
                id: .new(on: exchange.shard), subject: ModerationSubject(exchange: exchange, target: .response),
                policyVersion: 0,
                verdict: ModerationPolicy.Verdict(action: .flag, categories: ["hate"], reason: "threshold"), actor: nil,
                at: Date())
            try await ModerationStore(pool: world.pool).write(
                ModerationStore.Batch(decisions: [late]), in: world.project)
            #expect(try await world.actions(exchange) == [.prompt: .allow, .response: .allow])
        }
    }

    @Test("exchanges that land while no worker is free are one job, up to its size, and begun ones are left alone")
    func gathered() async throws {
        try await ModerationWorld.with { world in
            var all: [ID<Exchange>] = []
            func jobs() async throws -> [Int] {
                try await world.pool.query(
                    "SELECT jsonb_array_length(payload -> 'exchanges') AS count FROM gleaner.jobs ORDER BY id"
                ).map { try $0.decode("count") }
            }
            for _ in 0..<5 {
                all.append(try await world.exchanges.add())
                try await world.service.landed([(all[all.count - 1], world.project)])
            }
            #expect(try await jobs() == [5])
            let held = try await world.queue.claim(.moderate, limit: 1, lease: .seconds(60))
            try await world.service.landed([(all[0], world.project)])
            #expect(try await jobs() == [5, 1])
            let many = (0..<(ModerateHandler.batch - 1)).map { _ in ID<Exchange>.new() }
            try await world.service.landed(many.map { ($0, world.project) })
            #expect(try await jobs() == [5, ModerateHandler.batch])
            try await world.service.landed([(all[1], world.project)])
            #expect(try await jobs() == [5, ModerateHandler.batch, 1])
            // Of another project, and of work that failed once, nothing is added to.
            try await world.queue.fail(try #require(held.first), reason: "x", pause: .zero)
            let other = try await StoredExchanges(pool: world.pool, project: "other")
            try await world.service.landed([(try await other.add(), other.project)])
            #expect(try await jobs() == [5, ModerateHandler.batch, 1, 1])
            try await world.work()
            for exchange in all { #expect(try await world.actions(exchange)[.prompt] == .allow) }
        }
    }

    @Test("a provider's scores, its flags and our decision are kept apart")
    func provider() async throws {
        try await ModerationWorld.with { world in
            try await world.put(Self.remote)
            let exchange = try await world.exchanges.add(user: "I will kill you", answer: "No.")
            try await world.service.landed([(exchange, world.project)])
            try await world.work()
            #expect(try await world.actions(exchange) == [.prompt: .flag, .response: .allow])
            let results = try await world.service.history(of: exchange, in: world.project).results
            let said = try #require(results.first { $0.classifier == "moderations" && $0.subject.target == .prompt })
            #expect(said.result.model == "demo-moderation-1")
            #expect(said.result.flagged == true)
            #expect(said.result.flags == ["violence"])
            #expect(said.result.scores["violence"] == 0.97)
            #expect(world.provider.requestCount == 1)
        }
    }

    @Test(
        "a guard model's words are scores, in both dialects",
        arguments: [("demo-guard-llama", "llama_guard", "S1"), ("demo-guard-qwen", "qwen3guard", "Violent")])
    func guardModels(_ model: String, _ dialect: String, _ category: String) async throws {
        try await ModerationWorld.with { world in
            try await world.put(
                #"{"classifiers": [{"kind": "guard", "provider": "guard", "model": "\#(model)", "dialect": "\#(dialect)"}]}"#
            )
            let exchange = try await world.exchanges.add(user: "kill the process of a person", answer: "ok")
            try await world.service.landed([(exchange, world.project)])
            try await world.work()
            let current = try await world.service.history(of: exchange, in: world.project).current
            let prompt = try #require(current.first { $0.subject.target == .prompt })
            #expect(prompt.verdict.action == .flag)
            #expect(Set(prompt.verdict.categories) == ["unsafe", category])
            #expect(current.first { $0.subject.target == .response }?.verdict.action == .allow)
        }
    }

    @Test(
        "while a provider fails the decision is unknown, what the rules found counts, and later it is decided",
        arguments: [
            ("500", Classification.Failure.serverError), ("429", .rateLimited), ("401", .refused),
            ("silent", .timedOut), ("cut", .unreachable), ("nonsense", .unreadable), ("short", .unreadable),
        ])
    func failing(_ mood: String, _ failure: Classification.Failure) async throws {
        try await ModerationWorld.with { world in
            try await world.put(Self.remote)
            world.script.mood =
                switch mood {
                case "silent": .silent
                case "cut": .cut
                case "nonsense": .nonsense
                case "short": .short
                default: .status(Int(mood) ?? 500)
                }
            let clean = try await world.exchanges.add()
            let bad = try await world.exchanges.add(user: "tu chutiya hai")
            try await world.service.landed([(clean, world.project), (bad, world.project)])
            let ends = try await world.work()
            #expect(throws: JobFailure.self) { try #require(ends.first).get() }
            #expect(try await world.actions(clean) == [.prompt: .unknown, .response: .unknown])
            #expect(try await world.actions(bad) == [.prompt: .flag, .response: .unknown])
            let results = try await world.service.history(of: clean, in: world.project).results
            #expect(Set(results.filter { $0.classifier == "moderations" }.map(\.result.failure)) == [failure])
            // The same failure once more is no news.
            try await world.work()
            #expect(try await world.service.history(of: clean, in: world.project).results.count == results.count)
            let standing = try await world.service.standing(of: world.project)
            #expect(standing.decisions == [.unknown: 3, .flag: 1])
            #expect(standing.failures.map(\.failure) == [failure.rawValue])

            world.script.mood = .good
            let asked = world.provider.requestCount
            try #require(try await world.work().first).get()
            #expect(try await world.actions(clean) == [.prompt: .allow, .response: .allow])
            #expect(try await world.actions(bad) == [.prompt: .flag, .response: .allow])
            #expect(world.provider.requestCount == asked + 1)
        }
    }

    @Test("a provider that is not configured is unknown")
    func noProvider() async throws {
        try await ModerationWorld.with { world in
            try await world.put(#"{"classifiers": [{"kind": "moderations", "provider": "nobody"}]}"#)
            let exchange = try await world.exchanges.add()
            try await world.service.landed([(exchange, world.project)])
            try await world.work()
            #expect(try await world.actions(exchange) == [.prompt: .unknown, .response: .unknown])
        }
    }

    @Test("what cannot be read is unknown, and a side that is not there is not judged")
    func unreadable() async throws {
        try await ModerationWorld.with { world in
            let unreadable = try await world.exchanges.add()
            try await world.pool.query("UPDATE gleaner.exchange_bodies SET messages = NULL, answer = NULL")
            let refused = try await world.exchanges.add(status: "refused", httpStatus: 400, complete: false)
            try await world.pool.query("UPDATE gleaner.exchange_bodies SET answer = NULL")
            try await world.service.landed([(unreadable, world.project), (refused, world.project)])
            try await world.work()
            #expect(try await world.actions(unreadable) == [.prompt: .unknown, .response: .unknown])
            #expect(try await world.actions(refused) == [.prompt: .allow])
        }
    }

    @Test("texts of feedback are judged when they are told of, and one that came early with its exchange")
    func comments() async throws {
        try await ModerationWorld.with { world in
            let exchange = try await world.exchanges.add()
            let id = try await world.exchanges.comment(exchange, "gandu bot")
            try await world.service.commented([(exchange, id)], in: world.project)
            try await world.work()
            #expect(try await world.actions(exchange) == [.comment: .flag])
            let other = try await world.exchanges.add()
            try await world.exchanges.comment(other, "Bahut badhiya")
            try await world.exchanges.comment(other, "gandu bot", rater: "u2")
            try await world.service.landed([(other, world.project)])
            try await world.work()
            let current = try await world.service.history(of: other, in: world.project).current
            #expect(current.filter { $0.subject.target == .comment }.map(\.verdict.action).sorted() == [.allow, .flag])
        }
    }

    @Test("of texts sent together one that the provider refuses is unknown, and the others are judged")
    func refusedAmongOthers() async throws {
        try await ModerationWorld.with { world in
            try await world.put(#"{"classifiers": [{"kind": "moderations"}]}"#)
            world.script.mood = .refusing("zehar")
            var exchanges: [ID<Exchange>] = []
            for number in 0..<10 {
                exchanges.append(
                    try await world.exchanges.add(user: number == 3 ? "zehar" : number == 7 ? "kill" : "Namaste"))
            }
            try await world.service.landed(exchanges.map { ($0, world.project) })
            try await world.work()
            for (number, exchange) in exchanges.enumerated() {
                let action = try await world.actions(exchange)[.prompt]
                #expect(action == (number == 3 ? .unknown : number == 7 ? .flag : .allow), "\(number)")
            }
            // Ten times as many requests at most, and not one for each text where all of them are refused.
            #expect(world.provider.requestCount < 12)
            world.script.mood = .status(400)
            let asked = world.provider.requestCount
            let more = try await world.exchanges.add(user: "zehar", answer: "kyon")
            try await world.service.landed([(more, world.project)] + exchanges.map { ($0, world.project) })
            try await world.work()
            #expect(world.provider.requestCount - asked <= 16)
        }
    }

    @Test("what was written before an exchange landed is judged with it, corrections too")
    func early() async throws {
        try await ModerationWorld.with { world in
            let exchange = try await world.exchanges.add()
            try await world.exchanges.feedback(exchange, correction: "gandu bot")
            try await world.service.landed([(exchange, world.project)])
            try await world.work()
            #expect(try await world.actions(exchange)[.comment] == .flag)
        }
    }

    // MARK: Deciding again

    @Test("a new policy decides again from what is stored, and asks nobody")
    func redecide() async throws {
        try await ModerationWorld.with { world in
            try await world.put(Self.remote)
            var exchanges: [ID<Exchange>] = []
            for number in 0..<5 {
                exchanges.append(try await world.exchanges.add(user: number < 2 ? "kill it, bewakoof" : "Namaste"))
            }
            try await world.service.landed(exchanges.map { ($0, world.project) })
            try await world.work()
            let asked = world.provider.requestCount
            try await world.put(
                """
                {"classifiers": [{"kind": "rules"}, {"kind": "moderations"}],
                 "categories": {"*": {"threshold": 0.9, "action": "allow"}, "violence": {"threshold": 0.9, "action": "block"}}}
                """)
            let job = try await world.service.redecide(in: world.project)
            try await world.work()
            #expect(try await world.actions(exchanges[0])[.prompt] == .block)
            #expect(try await world.actions(exchanges[4])[.prompt] == .allow)
            #expect(world.provider.requestCount == asked)
            let progress = try await world.queue.job(job, of: world.project).progress
            #expect(progress?["exchanges"] == 5)
            #expect(progress?["changed"] == ["block": 2])
            let history = try await world.service.history(of: exchanges[0], in: world.project).decisions
            #expect(history.filter { $0.subject.target == .prompt }.map(\.policyVersion) == [2, 1])
            // Once more changes nothing.
            _ = try await world.service.redecide(in: world.project)
            try await world.work()
            #expect(
                try await world.service.history(of: exchanges[0], in: world.project).decisions.count == history.count)
        }
    }

    @Test("a classifier that a new policy adds is unknown until it is asked")
    func added() async throws {
        try await ModerationWorld.with { world in
            let exchange = try await world.exchanges.add()
            try await world.service.landed([(exchange, world.project)])
            try await world.work()
            try await world.put(Self.remote)
            _ = try await world.service.redecide(in: world.project, asks: true)
            try await world.work()
            #expect(try await world.actions(exchange) == [.prompt: .unknown, .response: .unknown])
            #expect(world.provider.requestCount == 0)
            try await world.work()
            #expect(try await world.actions(exchange) == [.prompt: .allow, .response: .allow])
            #expect(world.provider.requestCount == 1)
        }
    }

    @Test("a person's decision stands, whatever a policy says later")
    func override() async throws {
        try await ModerationWorld.with { world in
            let exchange = try await world.exchanges.add(user: "tu chutiya hai")
            try await world.service.landed([(exchange, world.project)])
            try await world.work()
            let subject = ModerationSubject(exchange: exchange, target: .prompt)
            let decision = try await world.service.override(
                subject, with: .allow, reason: "quoted from a film", by: "asha", in: world.project)
            #expect(decision.actor == "asha")
            #expect(decision.verdict.categories == ["harassment"])
            try await world.put(#"{"categories": {"harassment": {"threshold": 0.1, "action": "block"}}}"#)
            _ = try await world.service.redecide(in: world.project)
            try await world.work()
            #expect(try await world.actions(exchange)[.prompt] == .allow)
            #expect(try await world.service.flagged(of: world.project, limit: 9).isEmpty)
            var filter = DecisionFilter()
            filter.isByPerson = true
            #expect(try await world.service.flagged(filter, of: world.project, limit: 9).isEmpty)

            await #expect(throws: ModerationError.actionInvalid) {
                try await world.service.override(subject, with: .unknown, reason: "x", by: "asha", in: world.project)
            }
            await #expect(throws: ModerationError.reasonInvalid) {
                try await world.service.override(subject, with: .flag, reason: " ", by: "asha", in: world.project)
            }
            let stranger = ID<Project>.new()
            await #expect(throws: ModerationError.exchangeUnknown(exchange)) {
                try await world.service.override(subject, with: .flag, reason: "x", by: "mallory", in: stranger)
            }
        }
    }

    @Test("what a person decides while a job asks is not decided over")
    func overtaken() async throws {
        try await ModerationWorld.with { world in
            let exchange = try await world.exchanges.add(user: "tu chutiya hai")
            try await world.service.landed([(exchange, world.project)])
            let store = ModerationStore(pool: world.pool)
            let version = try await world.service.policies.current(of: world.project)
            let bench = ModerationBench(classifiers: world.classifiers, now: { Date() })
            let texts = try await store.texts(of: [exchange], in: world.project, system: false)
            let known = try await store.known(of: [exchange], in: world.project)
            // The job has read what is known, and the person is quicker than its classifiers.
            let subject = ModerationSubject(exchange: exchange, target: .prompt)
            _ = try await world.service.override(
                subject, with: .allow, reason: "quoted", by: "asha", in: world.project)
            let outcome = await bench.judge(texts, by: version, known: known)
            #expect(outcome.batch.decisions.count == 2)
            try await store.write(outcome.batch, in: world.project)
            #expect(try await world.actions(exchange) == [.prompt: .allow, .response: .allow])
            let history = try await world.service.history(of: exchange, in: world.project)
            #expect(history.decisions.map(\.actor).filter { $0 == nil }.count == 1)
        }
    }

    @Test("deciding again by an old policy ends when a newer one is in force, and decides over nothing of it")
    func redecideByOld() async throws {
        try await ModerationWorld.with { world in
            let exchange = try await world.exchanges.add(user: "tu chutiya hai")
            try await world.service.landed([(exchange, world.project)])
            try await world.work()
            try await world.put(#"{"categories": {"harassment": {"threshold": 0.1, "action": "allow"}}}"#)
            let old = try await world.service.redecide(in: world.project)
            let lease = try #require(try await world.queue.claim(.redecide, limit: 1, lease: .seconds(60)).first)
            let newer = try await world.put(#"{"categories": {"harassment": {"threshold": 0.1, "action": "block"}}}"#)
            _ = try await world.service.redecide(in: world.project)
            try await world.work()
            #expect(try await world.actions(exchange)[.prompt] == .block)
            let handler = RedecideHandler(pool: world.pool, metrics: world.metrics)
            try await handler.run(RunningJob(lease: lease, queue: world.queue, leaseDuration: .seconds(60)))
            #expect(try await world.actions(exchange)[.prompt] == .block)
            let progress = try await world.queue.job(old, of: world.project).progress
            #expect(progress?["superseded_by"] == .integer(newer.version))
            // Nor does a worker that read its policy before.
            let subject = ModerationSubject(exchange: exchange, target: .prompt)
            let late = StoredDecision(
                id: .new(on: exchange.shard), subject: subject, policyVersion: newer.version - 1,
                verdict: .init(action: .allow, categories: [], reason: "late"), actor: nil, at: Date())
            try await ModerationStore(pool: world.pool).write(
                ModerationStore.Batch(decisions: [late]), in: world.project)
            #expect(try await world.actions(exchange)[.prompt] == .block)
        }
    }

    // MARK: Lists

    @Test("the list of what is flagged has filters and pages, newest first, and shows no other project's")
    func lists() async throws {
        try await ModerationWorld.with { world in
            var all: [ID<Exchange>] = []
            for number in 0..<6 {
                all.append(
                    try await world.exchanges.add(
                        user: number.isMultiple(of: 2) ? "tu chutiya hai" : "child porn", answer: "No."))
            }
            try await world.service.landed(all.map { ($0, world.project) })
            try await world.work()
            let service = world.service
            let first = try await service.flagged(of: world.project, limit: 4)
            let second = try await service.flagged(of: world.project, before: first.last?.id, limit: 4)
            #expect(first.count == 4)
            #expect(Set((first + second).map(\.subject.exchange)) == Set(all))
            #expect((first + second).map(\.id) == (first + second).map(\.id).sorted().reversed())
            var filter = DecisionFilter()
            filter.category = "sexual/minors"
            #expect(try await service.flagged(filter, of: world.project, limit: 9).count == 3)
            filter = DecisionFilter()
            filter.actions = [.block]
            #expect(try await service.flagged(filter, of: world.project, limit: 9).isEmpty)
            filter = DecisionFilter()
            filter.target = .response
            #expect(try await service.flagged(filter, of: world.project, limit: 9).isEmpty)
            #expect(try await service.flagged(of: .new(), limit: 9).isEmpty)
            #expect(try await service.history(of: all[0], in: .new()).decisions.isEmpty)
        }
    }

    @Test("policies are versions; one that changes nothing makes none, and a stale author is refused")
    func versions() async throws {
        try await ModerationWorld.with { world async throws in
            #expect(try await world.service.policies.current(of: world.project).version == 0)
            #expect(try await world.put("{}").version == 0)
            #expect(try await world.put(Self.remote).version == 1)
            #expect(try await world.put(Self.remote).version == 1)
            await #expect(throws: ModerationError.policyConflict(expected: 0, found: 1)) {
                try await world.service.put(
                    ModerationPolicy(), of: world.project, author: "a", note: "", expected: 0)
            }
            #expect(try await world.put("{}").version == 2)
            #expect(try await world.service.policies.versions(of: world.project, limit: 9).map(\.version) == [2, 1])
            await #expect(throws: ModerationError.policyUnknown(3)) {
                try await world.service.policies.version(3, of: world.project)
            }
        }
    }

    @Test("a worker that lost its job writes nothing")
    func fenced() async throws {
        try await ModerationWorld.with { world in
            let exchange = try await world.exchanges.add()
            try await world.service.landed([(exchange, world.project)])
            let stale = try #require(try await world.queue.claim(.moderate, limit: 1, lease: .zero).first)
            _ = try await world.queue.claim(.moderate, limit: 1, lease: .seconds(60))
            let handler = ModerateHandler(pool: world.pool, classifiers: world.classifiers, metrics: world.metrics)
            await #expect(throws: JobError.leaseLost) {
                try await handler.run(RunningJob(lease: stale, queue: world.queue, leaseDuration: .seconds(60)))
            }
            #expect(try await world.service.history(of: exchange, in: world.project).results.isEmpty)
        }
    }
}
