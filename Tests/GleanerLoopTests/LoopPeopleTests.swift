import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Synchronization
import Testing

@testable import GleanerLoop

@Suite("A person's word over loops", .database)
struct LoopPeopleTests {
    private func held(
        _ document: JSONValue = LoopWorld.document, _ change: (inout ScriptedNeighbours.Script) -> Void
    ) async throws -> (LoopWorld, LoopRound, LoopStep) {
        let world = try await LoopWorld()
        world.others.script.withLock { change(&$0) }
        try await world.put(document)
        let round = try await world.start()
        try await world.run()
        let step = try #require(try await world.round(round.id).steps.first { $0.state == .holding })
        return (world, round, step)
    }

    @Test("a price that is not known waits for a person, whose name then stands with the job")
    func priceUnknown() async throws {
        let (world, round, step) = try await held { $0.usd = nil }
        #expect(step.name == .tune && step.code == "price_unknown")
        #expect(world.others.script.withLock { $0.jobs.count } == 0)
        try await world.say(.goOn, round)
        try await world.run()
        #expect(world.others.script.withLock { $0.jobs.map(\.by) } == ["asha"])
        #expect(try await world.round(round.id).state == .done)
    }

    @Test("more than a round may cost, or a month, waits for a person", arguments: [5.01, 4.5])
    func limits(_ usd: Double) async throws {
        let world = try await LoopWorld()
        try await world.put()
        world.others.script.withLock { $0.usd = 4 }
        let first = try await world.start()
        try await world.run()
        #expect(try await world.round(first.id).state == .done)
        world.others.script.withLock { $0.usd = usd }
        let round = try await world.start()
        try await world.run()
        let step = try #require(try await world.round(round.id)[.tune])
        #expect(step.state == .holding && step.code == (usd > 5 ? "above_limit" : "above_month"))
        #expect(step.usd == usd)
        #expect(world.others.script.withLock { $0.jobs.count } == 1)
        // Without a fine-tune there is no candidate.
        try await world.say(.skip, round, why: "not this month")
        try await world.run()
        let ended = try await world.round(round.id)
        #expect(ended.state == .done)
        #expect(ended.steps.map(\.state) == [.done, .skipped, .skipped, .skipped, .skipped, .skipped])
    }

    @Test("who agreed to one price has not agreed to another")
    func priceMoved() async throws {
        let (world, round, _) = try await held { $0.usd = 7 }
        try await world.say(.goOn, round)
        world.others.script.withLock {
            $0.price = 2
            $0.usd = 9
        }
        try await world.run()
        let step = try #require(try await world.round(round.id)[.tune])
        #expect(step.state == .holding && step.usd == 9 && step.allowedBy == nil)
        #expect(world.others.script.withLock { $0.jobs.count } == 0)
        try await world.say(.goOn, round)
        try await world.run()
        #expect(world.others.script.withLock { $0.jobs.map(\.confirm) } == ["2@2"])
    }

    @Test("without a limit the owner is asked each time")
    func noLimit() async throws {
        let (_, _, step) = try await held(["dataset": "chat", "steps": ["tune": ["base_model": "b"]]]) { $0.usd = 0.01 }
        #expect(step.code == "above_limit")
    }

    @Test("an owner may say that an unknown price is no matter")
    func goesUnpriced() async throws {
        let world = try await LoopWorld()
        world.others.script.withLock { $0.usd = nil }
        let tune: JSONValue = ["base_model": "b", "driver": "command", "if_price_unknown": "go"]
        try await world.put(["dataset": "chat", "steps": ["tune": tune]])
        let round = try await world.start()
        try await world.run()
        #expect(try await world.round(round.id).state == .done)
    }

    @Test("the gate has a limit of its own, and without a clear verdict a person decides")
    func gate() async throws {
        let (world, round, step) = try await held { $0.gateUSD = 2.5 }
        #expect(step.name == .gate && step.code == "above_limit")
        world.others.script.withLock { $0.gateState = .undecided("Too few items.") }
        try await world.say(.goOn, round)
        try await world.run()
        #expect(try await world.round(round.id)[.gate]?.code == "undecided")
        // Measured again, it is another evaluation.
        try await world.say(.goOn, round)
        try await world.run()
        #expect(world.others.script.withLock { $0.evaluations.map(\.key) } == [2, 3].map { "loop:\(round.id):\($0)" })
        try await world.say(.skip, round, why: "seen it myself")
        try await world.run()
        #expect(try await world.round(round.id).state == .done)
        #expect(world.others.script.withLock { $0.canaries.map(\.evaluation) } == [nil])
    }

    @Test("differences beyond the limits wait for a person")
    func compare() async throws {
        let (world, round, step) = try await held {
            $0.comparison = LoopComparison(from: 1, before: 100, added: 60, gone: 30, changed: 0)
        }
        #expect(step.name == .compare && step.figures["gone"] == 30)
        #expect(step.reason?.contains("30 % of its lines are gone") == true)
        try await world.say(.goOn, round, why: "an erasure")
        try await world.run()
        let ended = try await world.round(round.id)
        #expect(ended[.compare]?.state == .done && ended[.compare]?.allowedBy == "asha")
    }

    @Test("what somebody refuses holds with their words, and going on is no word about money")
    func refused() async throws {
        let (world, round, step) = try await held {
            $0.usd = 7
            $0.refusal = Explanation(
                status: 409, code: "x", what: "No such thing.", why: "It is gone.", fix: "Mend it.")
        }
        #expect(step.name == .build && step.reason == "No such thing. It is gone. Mend it.")
        world.others.script.withLock { $0.refusal = nil }
        try await world.say(.goOn, round)
        try await world.run()
        #expect(try await world.round(round.id)[.build]?.allowedBy == nil)
        #expect(try await world.round(round.id)[.tune]?.code == "above_limit")
    }

    @Test("a step can be held before it begins, and then goes on as if nothing had been")
    func hold() async throws {
        let world = try await LoopWorld()
        try await world.put()
        let round = try await world.start()
        try await world.say(.hold, round, why: "wait for me")
        try await world.run()
        #expect(try await world.states(round)[0] == .holding)
        #expect(world.others.made == [0, 0, 0, 0, 0])
        await #expect(throws: LoopError.nothingToHold) { try await world.say(.hold, round) }
        await #expect(throws: LoopError.stepNotSkippable("build")) { try await world.say(.skip, round) }
        try await world.say(.goOn, round)
        try await world.run()
        let ended = try await world.round(round.id)
        #expect(ended.state == .done && ended[.build]?.attempt == 1)
        await #expect(throws: LoopError.roundOver("done")) { try await world.say(.cancel, round) }
    }

    @Test("cancelled, a round stops its fine-tune, and nothing begins after")
    func cancel() async throws {
        let world = try await LoopWorld()
        world.others.script.withLock { $0.jobState = .running("…") }
        try await world.put()
        let round = try await world.start()
        try await world.run()
        await #expect(throws: LoopError.nothingHolds) { try await world.say(.goOn, round) }
        try await world.say(.cancel, round, why: "wrong base")
        try await world.run()
        let ended = try await world.round(round.id)
        #expect(ended.state == .cancelled && ended.reason == "Cancelled by asha.")
        #expect(ended.steps.map(\.state) == [.done, .skipped, .skipped, .cancelled, .cancelled, .cancelled])
        #expect(world.others.script.withLock { $0.cancelled } == ["job-1"])
    }

    @Test("an approval that is awaited can be left out by a person")
    func skipApproval() async throws {
        let world = try await LoopWorld()
        try await world.put(["dataset": "chat", "steps": ["approve": "required"]])
        let round = try await world.start()
        try await world.run()
        try await world.say(.skip, round, why: "it is a trial")
        try await world.run()
        let ended = try await world.round(round.id)
        #expect(ended.state == .done && ended[.approve]?.reason == "Left out by asha. it is a trial")
    }

    @Test("a canary waits while another has the route, and edits nothing until then")
    func busy() async throws {
        let world = try await LoopWorld()
        world.others.script.withLock { $0.isBusy = true }
        try await world.put()
        let round = try await world.start()
        try await world.run()
        #expect(try await world.round(round.id)[.canary]?.state == .running)
        #expect(world.others.made == [1, 1, 1, 0, 0])
        world.others.script.withLock { $0.isBusy = false }
        try await world.run()
        #expect(try await world.round(round.id).state == .done)
    }

    @Test("started by a person with nothing new, a round takes the newest version")
    func nothingNew() async throws {
        let world = try await LoopWorld()
        try await world.put()
        try await world.start()
        try await world.run()
        world.others.script.withLock { $0.news = LoopNews(added: 0) }
        let round = try await world.service.start("chat", in: world.project, by: "asha", why: "again")
        try await world.run()
        let ended = try await world.round(round.id)
        #expect(ended[.build]?.reason == "Nothing is new: version 1 is taken." && ended.state == .done)
        #expect(world.others.made == [1, 2, 2, 2, 2])
    }

    @Test("documents are kept in versions, and what people did is written down")
    func versions() async throws {
        let world = try await LoopWorld()
        #expect(try await world.put().version == 1)
        #expect(try await world.put().version == 1)
        let round = try await world.start()
        #expect(try await world.put(["dataset": "chat"]).version == 2)
        try await world.run()
        // By the document it began with.
        #expect(try await world.round(round.id)[.canary]?.state == .done)
        _ = try await world.service.pause("chat", in: world.project, by: "asha", why: "why not")
        let audited = try await world.pool.query(
            "SELECT action, actor, details->>'why' AS why FROM gleaner.audit_events ORDER BY id"
        ).map { "\(try $0.decode("action", as: String.self)) \(try $0.decode("actor", as: String.self))" }
        #expect(audited == ["loop.put owner", "loop.put owner", "loop.pause asha"])
        for name in ["Chat", "", "rounds", "check", String(repeating: "a", count: 64)] {
            await #expect(throws: LoopError.nameInvalid(name)) {
                _ = try await world.service.put(["dataset": "chat"], as: name, in: world.project, by: "o", note: "")
            }
        }
        await #expect(throws: LoopError.noteInvalid) {
            _ = try await world.service.pause("chat", in: world.project, by: "o", why: "a\u{7}")
        }
    }
}
