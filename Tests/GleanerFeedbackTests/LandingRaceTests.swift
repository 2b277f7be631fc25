import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Synchronization
import Testing

@testable import GleanerFeedback

@Suite("Feedback while its exchange lands", .database)
struct LandingRaceTests {
    /// The exchange lands, and ingest looks for early feedback, right after it was looked for in vain.
    private final class LandingStore: FeedbackStore {
        private let inner: PostgresFeedbackStore
        private let world: StoredExchanges
        private let hasLanded = Mutex(false)
        /// Stands for a database that goes away once the feedback is kept.
        private let failsToJoin: Bool

        init(_ world: StoredExchanges, failsToJoin: Bool) {
            inner = PostgresFeedbackStore(pool: world.pool)
            self.world = world
            self.failsToJoin = failsToJoin
        }

        func exchange(withCompletion id: String, of project: ID<Project>) async throws -> ID<Exchange>? {
            let found = try await inner.exchange(withCompletion: id, of: project)
            let isFirst = hasLanded.withLock { landed in
                defer { landed = true }
                return !landed
            }
            if isFirst {
                try await world.add(completion: id)
                _ = try await inner.join([(project: project, completion: id)])
            }
            return found
        }
        func join(_ landed: [(project: ID<Project>, completion: String)]) async throws -> Int {
            if failsToJoin { throw PostgresError.connectionLost(sqlState: nil) }
            return try await inner.join(landed)
        }
        func keep(_ feedback: [GivenFeedback], on exchange: ID<Exchange>) async throws {
            try await inner.keep(feedback, on: exchange)
        }
        func keepEarly(_ feedback: [GivenFeedback], completion: String) async throws {
            try await inner.keepEarly(feedback, completion: completion)
        }
        func joinAll() async throws -> Int { try await inner.joinAll() }
        func feedback(on exchange: ID<Exchange>, of project: ID<Project>) async throws -> [StoredFeedback] {
            try await inner.feedback(on: exchange, of: project)
        }
    }

    private func give(to service: FeedbackService, _ world: StoredExchanges) async throws -> FeedbackService.Receipt {
        try await service.give(
            [.thumb(up: true), .comment("theek hai")], on: .completion("c"), rater: "u", by: world.caller)
    }

    @Test("feedback that comes while its exchange lands is joined at once, not at the next sweep")
    func joinedAtOnce() async throws {
        let world = try await StoredExchanges(pool: TestDatabase.current.pool)
        let service = FeedbackService(store: LandingStore(world, failsToJoin: false), now: { Date() })
        let receipt = try await give(to: service, world)
        let exchange = try #require(receipt.exchange)
        #expect(try await service.feedback(on: exchange, of: world.project).count == 2)
        #expect(try await service.joinAllEarly() == 0)
    }

    @Test("a database that goes away after feedback was kept does not have it sent again")
    func keptOnce() async throws {
        let world = try await StoredExchanges(pool: TestDatabase.current.pool)
        let service = FeedbackService(store: LandingStore(world, failsToJoin: true), now: { Date() })
        #expect(try await give(to: service, world).exchange == nil)
        #expect(try await service.joinAllEarly() == 2)
    }

    @Test("what one body says has one time, however long it takes", arguments: [true, false])
    func oneTime(_ isEarly: Bool) async throws {
        let world = try await StoredExchanges(pool: TestDatabase.current.pool)
        if !isEarly { try await world.add(completion: "c") }
        let clock = Mutex(Date())
        let service = FeedbackService(store: PostgresFeedbackStore(pool: world.pool)) {
            clock.withLock { now in
                now += 1
                return now
            }
        }
        _ = try await give(to: service, world)
        let times: Int = try await world.pool.query(
            """
            SELECT count(DISTINCT created_at) AS count FROM (
                SELECT created_at FROM gleaner.feedback UNION ALL SELECT created_at FROM gleaner.early_feedback) f
            """)[0].decode("count")
        #expect(times == 1)
    }
}
