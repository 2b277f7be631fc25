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

        func exchanges(for subjects: [Subject], of project: ID<Project>) async throws -> [Subject: ID<Exchange>] {
            let found = try await inner.exchanges(for: subjects, of: project)
            let isFirst = hasLanded.withLock { landed in
                defer { landed = true }
                return !landed
            }
            if isFirst, case .completion(let id)? = subjects.first {
                let exchange = try await world.add(completion: id)
                _ = try await inner.join([.init(project: project, id: exchange, completion: id)])
            }
            return found
        }
        func join(_ landed: [LandedExchange]) async throws -> [JoinedFeedback] {
            if failsToJoin { throw PostgresError.connectionLost(sqlState: nil) }
            return try await inner.join(landed)
        }
        func join(
            waitingAs subjects: [Subject], of project: ID<Project>, at time: Date
        ) async throws -> [JoinedFeedback] {
            if failsToJoin { throw PostgresError.connectionLost(sqlState: nil) }
            return try await inner.join(waitingAs: subjects, of: project, at: time)
        }
        func transaction<Value: Sendable>(_ body: (any FeedbackStore) async throws -> Value) async throws -> Value {
            try await inner.transaction(body)
        }
        func keep(_ feedback: [GivenFeedback]) async throws { try await inner.keep(feedback) }
        func keepEach(_ items: [[GivenFeedback]]) async throws -> [Int: FeedbackRefused] {
            try await inner.keepEach(items)
        }
        func conversations(
            of exchanges: [ID<Exchange>], in project: ID<Project>
        ) async throws -> [ID<Exchange>: String] {
            try await inner.conversations(of: exchanges, in: project)
        }
        func waitingTurns(of conversations: Set<String>, in project: ID<Project>) async throws -> [String: Int] {
            try await inner.waitingTurns(of: conversations, in: project)
        }
        func endOfWaiting(after last: UUID, at time: Date) async throws -> UUID? {
            try await inner.endOfWaiting(after: last, at: time)
        }
        func joinWaiting(after last: UUID, through end: UUID, at time: Date) async throws -> [JoinedFeedback] {
            try await inner.joinWaiting(after: last, through: end, at: time)
        }
        func keepTurns(after last: UUID, through end: UUID, before patience: Date) async throws {
            try await inner.keepTurns(after: last, through: end, before: patience)
        }
        func expire(before time: Date) async throws -> [ID<Project>: Int] { try await inner.expire(before: time) }
        func feedback(
            on exchange: ID<Exchange>, of project: ID<Project>, before: ID<Feedback>?, limit: Int
        ) async throws -> [StoredFeedback] {
            try await inner.feedback(on: exchange, of: project, before: before, limit: limit)
        }
        func voices(
            on exchange: ID<Exchange>, of project: ID<Project>, limit: Int
        ) async throws -> [StoredFeedback] {
            try await inner.voices(on: exchange, of: project, limit: limit)
        }
        func judgementCounts(
            of rater: String, on exchange: ID<Exchange>, of project: ID<Project>
        ) async throws -> [String: Int] {
            try await inner.judgementCounts(of: rater, on: exchange, of: project)
        }
        func claim(_ key: PostKey) async throws -> KeptPost? { try await inner.claim(key) }
        func keep(_ answer: PostAnswer, for key: PostKey) async throws { try await inner.keep(answer, for: key) }
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
