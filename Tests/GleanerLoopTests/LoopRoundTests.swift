import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Synchronization
import Testing

@testable import GleanerLoop

@Suite("Rounds of a loop", .database)
struct LoopRoundTests {
    @Test("a round goes from a build to a promoted canary, and says what it made")
    func wholeWay() async throws {
        let world = try await LoopWorld()
        try await world.put()
        let started = try await world.start()
        #expect(started.steps.map(\.state) == Array(repeating: .waiting, count: 6))
        try await world.run()
        let round = try await world.round(started.id)
        #expect(round.state == .done)
        #expect(round.steps.map(\.state) == [.done, .skipped, .skipped, .done, .done, .done])
        world.others.script.withLock { script in
            #expect(script.versions.map(\.key) == ["loop:\(started.id)"])
            #expect(script.jobs.map(\.by) == ["loop:chat, agreed ahead by owner"])
            #expect(script.evaluations.map(\.key) == ["loop:\(started.id):1"])
            #expect(script.canaries.map(\.name) == ["chat-1"])
            #expect(script.canaries.map(\.evaluation) == ["evaluation-1"])
            #expect(script.variants.last?.model == LoopModel(provider: "default", model: "ft:new"))
        }
        #expect(round[.build]?.figures["version"] == 1)
        #expect(round[.tune]?.made == "job-1" && round[.tune]?.usd == 3)
        #expect(round.finishedAt != nil && round[.canary]?.finishedAt != nil)
        let kinds = try await world.service.events(of: "chat", in: world.project).map(\.kind)
        #expect(kinds.filter { $0 == .begin }.count == 6 && kinds.first == .end)
        // Nothing is left to take on.
        try await world.run()
        #expect(try await world.round(started.id) == round)
    }

    @Test(
        "killed at every moment of its way, there is one version, one job, one evaluation, one canary and one variant")
    func killedEverywhere() async throws {
        let world = try await LoopWorld()
        try await world.put()
        // The month's limit is another test's.
        world.others.script.withLock { $0.usd = 0 }
        var deaths = 0
        for moment in 1..<200 {
            let before = world.others.made
            let round = try await world.start()
            world.others.dies(at: moment)
            var died = false
            do { try await world.run() } catch is ScriptedNeighbours.Killed { died = true }
            world.others.dies(at: .max)
            if died {
                deaths += 1
                try await world.run()
            }
            #expect(try await world.round(round.id).state == .done, "killed at \(moment)")
            #expect(world.others.made == before.map { $0 + 1 }, "killed at \(moment)")
            if !died { break }
        }
        // Before and after each of at least: build, compare, approvals, estimate, start, gate, route and canary.
        #expect(deaths > 20)
    }

    @Test("killed twice, at any two moments, it is still one of each")
    func killedTwice() async throws {
        let world = try await LoopWorld()
        try await world.put()
        world.others.script.withLock { $0.usd = 0 }
        for first in stride(from: 1, through: 31, by: 3) {
            for second in 1...6 {
                let before = world.others.made
                let round = try await world.start()
                for moment in [first, second] {
                    world.others.dies(at: moment)
                    do { try await world.run() } catch is ScriptedNeighbours.Killed {}
                }
                world.others.dies(at: .max)
                try await world.run()
                #expect(try await world.round(round.id).state == .done, "killed at \(first), then \(second)")
                #expect(world.others.made == before.map { $0 + 1 }, "killed at \(first), then \(second)")
            }
        }
    }

    @Test("one round of a loop is open at a time, and none of a paused one")
    func oneOpen() async throws {
        let world = try await LoopWorld()
        let loop = try await world.put()
        try await world.start()
        await #expect(throws: LoopError.roundOpen(loop: "chat", number: 1)) {
            _ = try await world.service.start("chat", in: world.project, by: "asha", why: "")
        }
        // The index holds whoever asks.
        await #expect(throws: PostgresError.self) {
            try await world.pool.query(
                """
                INSERT INTO gleaner.loop_rounds (id, project_id, loop_id, number, version, state, started_by, why, created_at)
                VALUES (gen_random_uuid(), \(world.project.uuid), \(loop.id.uuid), 2, 1, 'running', 'x', '', now())
                """)
        }
        try await world.run()
        _ = try await world.service.pause("chat", in: world.project, by: "asha", why: "holiday")
        await #expect(throws: LoopError.loopPaused("chat", by: "asha")) { try await world.start() }
        _ = try await world.service.resume("chat", in: world.project, by: "asha", why: "")
        #expect(try await world.start().number == 2)
    }

    @Test("what others are at is awaited, and a restart goes on waiting")
    func waits() async throws {
        let world = try await LoopWorld()
        world.others.script.withLock { $0.jobState = .running("The fine-tune is training.") }
        try await world.put()
        let round = try await world.start()
        for _ in 0..<3 { try await world.run() }
        #expect(try await world.states(round) == [.done, .skipped, .skipped, .running, .waiting, .waiting])
        #expect(try await world.round(round.id)[.tune]?.reason == "The fine-tune is training.")
        world.others.script.withLock { $0.jobState = .succeeded(model: "ft:new") }
        try await world.run()
        #expect(try await world.round(round.id).state == .done)
        #expect(world.others.made == [1, 1, 1, 1, 1])
    }

    @Test("a paused loop ends the step under way and begins no other")
    func paused() async throws {
        let world = try await LoopWorld()
        world.others.script.withLock { $0.jobState = .running("…") }
        try await world.put()
        let round = try await world.start()
        try await world.run()
        _ = try await world.service.pause("chat", in: world.project, by: "asha", why: "")
        world.others.script.withLock { $0.jobState = .succeeded(model: "ft:new") }
        try await world.run()
        try await world.run()
        #expect(try await world.states(round) == [.done, .skipped, .skipped, .done, .waiting, .waiting])
        #expect(world.others.script.withLock { $0.evaluations.count } == 0)
        _ = try await world.service.resume("chat", in: world.project, by: "asha", why: "")
        try await world.run()
        #expect(try await world.round(round.id).state == .done)
    }

    @Test("a wait for approvals is as long as the version and the loop want")
    func approvals() async throws {
        let world = try await LoopWorld()
        world.others.script.withLock { $0.approvalsNeeded = 2 }
        try await world.put()
        let round = try await world.start()
        try await world.run()
        #expect(try await world.round(round.id)[.approve]?.state == .running)
        #expect(try await world.round(round.id)[.approve]?.reason == "Waits for 2 of 2 approvals of chat version 1.")
        world.others.script.withLock { $0.approvals = 1 }
        try await world.run()
        #expect(world.others.script.withLock { $0.jobs.count } == 0)
        world.others.script.withLock { $0.approvals = 2 }
        try await world.run()
        #expect(try await world.round(round.id).state == .done)
    }

    @Test("how a round fails is how its step did, and the rest is not begun", arguments: ["tune", "gate", "canary"])
    func fails(_ name: String) async throws {
        let world = try await LoopWorld()
        world.others.script.withLock { script in
            switch name {
            case "tune": script.jobState = .failed("invalid_training_file: no.")
            case "gate": script.gateState = .refused("Worse by chrf.")
            default: script.canaryState = .rolledBack
            }
        }
        try await world.put()
        let round = try await world.start()
        try await world.run()
        let ended = try await world.round(round.id)
        #expect(ended.state == .failed && ended.reason?.hasPrefix("\(name): ") == true)
        let step = try #require(LoopStep.Name(rawValue: name))
        #expect(ended[step]?.state == .failed && ended[step]?.made != nil)
        #expect(ended.steps.drop { $0.name != step }.dropFirst().allSatisfy { $0.state == .skipped })
        #expect(try await world.start().number == 2)
    }

    @Test("a version that was withdrawn meanwhile is not trained on")
    func withdrawn() async throws {
        let world = try await LoopWorld()
        world.others.script.withLock { $0.isWithdrawn = true }
        try await world.put(["dataset": "chat", "steps": ["tune": ["base_model": "b", "maximum_usd": 9]]])
        let round = try await world.start()
        try await world.run()
        #expect(try await world.round(round.id).state == .failed)
        #expect(world.others.script.withLock { $0.jobs.count } == 0)
    }

    @Test("an error that nobody explains is left to the queue, and changes nothing")
    func thrown() async throws {
        let world = try await LoopWorld()
        try await world.put()
        let round = try await world.start()
        world.others.script.withLock {
            $0.refusal = Explanation(status: 503, code: "away", what: "It is away.", why: "", fix: "")
        }
        await #expect(throws: ScriptedNeighbours.Refusal.self) { try await world.run() }
        #expect(try await world.round(round.id)[.build]?.state == .running)
        world.others.script.withLock { $0.refusal = nil }
        try await world.run()
        #expect(try await world.round(round.id).state == .done)
    }
}

extension ScriptedNeighbours {
    /// Versions, jobs, evaluations, canaries, variants besides the first.
    var made: [Int] {
        script.withLock {
            [$0.versions.count, $0.jobs.count, $0.evaluations.count, $0.canaries.count, $0.variants.count - 1]
        }
    }
}
