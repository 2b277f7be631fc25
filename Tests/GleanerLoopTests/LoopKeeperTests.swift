import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Logging
import Synchronization
import Testing

@testable import GleanerLoop

@Suite("The trigger of loops", .database)
struct LoopKeeperTests {
    private func rounds(_ world: LoopWorld) async throws -> Int {
        try await world.service.rounds(of: world.project).count
    }
    private func looks(_ world: LoopWorld) -> Int { world.others.script.withLock { $0.newsLooks } }

    @Test("a round begins when enough is new, and once")
    func begins() async throws {
        let world = try await LoopWorld()
        try await world.put()
        world.others.script.withLock { $0.material = 49 }
        await world.keeper.lookOnce()
        #expect(try await rounds(world) == 0 && looks(world) == 0)
        #expect(try await world.service.loop("chat", of: world.project).standing.material == 49)
        world.others.script.withLock { $0.material = 50 }
        await world.keeper.lookOnce()
        await world.keeper.lookOnce()
        #expect(try await rounds(world) == 1 && looks(world) == 1)
        let round = try #require(try await world.service.rounds(of: world.project).first)
        #expect(round.startedBy == "gleaner" && round.why == "60 new examples.")
    }

    @Test("a close look in vain is not taken again until what was missing has come")
    func looksOnce() async throws {
        let world = try await LoopWorld()
        try await world.put()
        world.others.script.withLock {
            $0.news = LoopNews(added: 30)
            $0.material = 50
        }
        for _ in 0..<3 { await world.keeper.lookOnce() }
        #expect(looks(world) == 1)
        world.others.script.withLock { $0.material = 69 }
        await world.keeper.lookOnce()
        #expect(looks(world) == 1)
        world.others.script.withLock { $0.material = 70 }
        await world.keeper.lookOnce()
        #expect(looks(world) == 2)
        let standing = try await world.service.loop("chat", of: world.project).standing
        #expect(standing.news == 30 && standing.newsOf == 70)
        #expect(try await rounds(world) == 0)
    }

    @Test("by its date a round begins with less, but not with next to nothing")
    func due() async throws {
        let world = try await LoopWorld()
        try await world.put()
        let later = Date(timeIntervalSinceNow: 15 * 86_400)
        let keeper = LoopKeeper(
            pool: world.pool, datasets: world.others, logger: Logger(label: "test"), now: { later })
        world.others.script.withLock {
            $0.material = 19
            $0.news = LoopNews(added: 20)
        }
        await keeper.lookOnce()
        #expect(try await rounds(world) == 0)
        world.others.script.withLock { $0.material = 20 }
        await keeper.lookOnce()
        #expect(try await rounds(world) == 1)
    }

    @Test("a round that came to no version is not begun again for the same material")
    func countsAnew() async throws {
        let world = try await LoopWorld()
        try await world.put()
        await world.keeper.lookOnce()
        let round = try #require(try await world.service.rounds(of: world.project).first)
        try await world.say(.cancel, round)
        try await world.run()
        world.others.script.withLock { $0.material = 0 }
        await world.keeper.lookOnce()
        let loop = try await world.service.loop("chat", of: world.project)
        #expect(abs((loop.standing.since ?? .distantPast).timeIntervalSince(round.createdAt)) < 0.001)
        #expect(try await rounds(world) == 1)
    }

    @Test("paused loops are not counted, and one that cannot be counted says why and keeps no other from it")
    func apart() async throws {
        let world = try await LoopWorld()
        try await world.put()
        _ = try await world.service.pause("chat", in: world.project, by: "asha", why: "")
        await world.keeper.lookOnce()
        #expect(try await rounds(world) == 0)
        _ = try await world.service.resume("chat", in: world.project, by: "asha", why: "")
        world.others.script.withLock {
            $0.refusal = Explanation(status: 404, code: "policy_unknown", what: "No policy.", why: "None.", fix: "")
        }
        await world.keeper.lookOnce()
        let standing = try await world.service.loop("chat", of: world.project).standing
        #expect(standing.trouble == "policy_unknown: No policy. None.")
        world.others.script.withLock { $0.refusal = nil }
        await world.keeper.lookOnce()
        #expect(try await rounds(world) == 1)
        #expect(try await world.service.loop("chat", of: world.project).standing.trouble == nil)
    }

    @Test("what it waits for stands in words")
    func words() async throws {
        let world = try await LoopWorld()
        let loop = try await world.put()
        #expect(loop.waitsFor.hasPrefix("50 new examples, or "))
        world.others.script.withLock { $0.material = 12 }
        await world.keeper.lookOnce()
        #expect(
            try await world.service.loop("chat", of: world.project).waitsFor.hasPrefix(
                "about 12 of 50 new examples, or "))
        let idle = try await world.service.put(["dataset": "chat"], as: "idle", in: world.project, by: "o", note: "")
        #expect(idle.waitsFor == "somebody to start it")
    }
}
