import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerFeedback

@Suite("Feedback", .database)
struct FeedbackTests {
    private var service: FeedbackService {
        FeedbackService(store: PostgresFeedbackStore(pool: TestDatabase.current.pool))
    }
    private func world(_ name: String = "default") async throws -> StoredExchanges {
        try await StoredExchanges(pool: TestDatabase.current.pool, project: name)
    }

    @Test("a rating by exchange id is kept before the exchange is there")
    func beforeExchange() async throws {
        let world = try await world()
        let id = ID<Exchange>.new()
        let receipt = try await service.give([.thumb(up: false)], on: .exchange(id), rater: "u", by: world.caller)
        #expect(receipt.exchange == id)
        let found = try await service.feedback(on: id, of: world.project)
        #expect(found.map(\.judgement) == [.thumb(up: false)])
        #expect(found[0].rater == "u")
        #expect(found[0].id == receipt.feedback[0].id)
    }

    @Test("feedback by completion id waits, and is joined when the exchange lands", arguments: [false, true])
    func byCompletion(_ bySweep: Bool) async throws {
        let world = try await world()
        let receipt = try await service.give(
            [.score(try Score(4)), .comment("theek hai")], on: .completion("chatcmpl-7"), rater: nil, by: world.caller)
        #expect(receipt.exchange == nil)
        await service.joinEarly([.init(project: world.project, id: .new(), completion: "chatcmpl-8")])
        #expect(try await service.joinAllEarly() == 0)
        let id = try await world.add(completion: "chatcmpl-7")
        if bySweep {
            #expect(try await service.joinAllEarly() == 2)
        } else {
            await service.joinEarly([.init(project: world.project, id: id, completion: "chatcmpl-7")])
        }
        let found = try await service.feedback(on: id, of: world.project)
        #expect(Set(found.map(\.id)) == Set(receipt.feedback.map(\.id)))
        #expect(try await service.joinAllEarly() == 0)
        // From now on it is found at once.
        let direct = try await service.give(
            [.thumb(up: true)], on: .completion("chatcmpl-7"), rater: nil, by: world.caller)
        #expect(direct.exchange == id)
    }

    @Test("however much waits, all of it is joined, and what has no exchange goes on waiting")
    func pages() async throws {
        let world = try await world()
        let many = Array(repeating: Judgement.comment("theek hai"), count: 1_100)
        for completion in ["first", "never", "second"] {
            _ = try await service.give(many, on: .completion(completion), rater: nil, by: world.caller)
        }
        for completion in ["first", "second"] { try await world.add(completion: completion) }
        #expect(try await service.joinAllEarly() == 2_200)
        let row = try await TestDatabase.current.pool.query(
            "SELECT count(*) AS count, min(completion_id) AS left FROM gleaner.early_feedback")[0]
        #expect(try row.decode("count", as: Int.self) == 1_100)
        #expect(try row.decode("left", as: String.self) == "never")
    }

    @Test("ingest and sweeps of several instances at once join everything once")
    func joinedAtOnce() async throws {
        let world = try await world()
        let (service, project) = (service, world.project)
        let completions = (0..<20).map { "chatcmpl-\($0)" }
        for completion in completions {
            _ = try await service.give([.thumb(up: true)], on: .completion(completion), rater: nil, by: world.caller)
        }
        var stored: [LandedExchange] = []
        for completion in completions {
            stored.append(
                LandedExchange(
                    project: project, id: try await world.add(completion: completion), completion: completion))
        }
        let exchanges = stored
        try await withThrowingTaskGroup(of: Void.self) { group in
            for turn in 0..<6 {
                group.addTask {
                    await service.joinEarly(turn % 2 == 0 ? exchanges : exchanges.reversed())
                }
                group.addTask { try await service.joinAllEarly() }
            }
            try await group.waitForAll()
        }
        let row = try await TestDatabase.current.pool.query(
            """
            SELECT (SELECT count(*) FROM gleaner.feedback) AS joined,
                   (SELECT count(*) FROM gleaner.early_feedback) AS waiting
            """)[0]
        #expect(try row.decode("joined", as: Int.self) == 20)
        #expect(try row.decode("waiting", as: Int.self) == 0)
    }

    @Test("the newest of two exchanges with one completion id is meant")
    func reusedCompletion() async throws {
        let world = try await world()
        try await world.add(
            id: ID(UUIDv7(now: { Date(timeIntervalSinceNow: -60) }).make(shard: Shard(1))), completion: "c")
        let newest = try await world.add(id: .new(), completion: "c")
        let receipt = try await service.give([.thumb(up: true)], on: .completion("c"), rater: nil, by: world.caller)
        #expect(receipt.exchange == newest)
    }

    @Test("two opposite ratings are both kept, the newest first")
    func opposite() async throws {
        let world = try await world()
        let id = try await world.add()
        for up in [true, false] {
            _ = try await service.give([.thumb(up: up)], on: .exchange(id), rater: "u", by: world.caller)
        }
        #expect(
            try await service.feedback(on: id, of: world.project).map(\.judgement) == [
                .thumb(up: false), .thumb(up: true),
            ])
    }

    @Test("a project sees its own feedback only, even on the same ids")
    func isolation() async throws {
        let (mine, theirs) = (try await world("mine"), try await world("theirs"))
        let id = try await mine.add(completion: "shared")
        let other = try await theirs.give(to: service, on: .completion("shared"))
        #expect(other.exchange == nil)
        _ = try await theirs.give(to: service, on: .exchange(id))
        #expect(try await service.feedback(on: id, of: mine.project).isEmpty)
        #expect(try await service.feedback(on: id, of: theirs.project).count == 1)
        #expect(try await service.joinAllEarly() == 0)
    }

    @Test("ids that cannot be exchanges, and bodies that say nothing, are refused")
    func refused() async throws {
        let world = try await world()
        let future = ID<Exchange>(UUIDv7(now: { Date(timeIntervalSinceNow: 86_400) }).make(shard: Shard(1)))
        let ancient = ID<Exchange>(UUIDv7(now: { Date(timeIntervalSince1970: 1000) }).make(shard: Shard(1)))
        for id in [future, ancient, ID<Exchange>(UUID())] {
            await #expect(throws: FeedbackError.exchangeImpossible(id)) {
                try await service.give([.thumb(up: true)], on: .exchange(id), rater: nil, by: world.caller)
            }
        }
        await #expect(throws: FeedbackError.nothingSaid) {
            try await service.give([], on: .exchange(.new()), rater: nil, by: world.caller)
        }
    }
}

extension StoredExchanges {
    fileprivate func give(to service: FeedbackService, on subject: Subject) async throws -> FeedbackService.Receipt {
        try await service.give([.thumb(up: true)], on: subject, rater: nil, by: caller)
    }
}
