import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerReview

@Suite("Leases", .database)
struct LeaseTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private var service: ReviewService { ReviewService(pool: pool) }

    @Test("a stale token can do nothing: not submit, not skip, not give back")
    func stale() async throws {
        let world = try await StoredExchanges.drawn(1)
        let first = try #require(
            try await ReviewService(pool: pool, lease: .zero).next(for: "asha", in: world.project))
        let second = try #require(try await service.next(for: "ravi", in: world.project))
        #expect(second.slot == first.slot)
        #expect(second.leaseToken != first.leaseToken)
        await #expect(throws: ReviewError.leaseLost) {
            try await service.submit(.all(1), slot: first.slot, token: first.leaseToken, in: world.project)
        }
        await #expect(throws: ReviewError.leaseLost) {
            try await service.skip(slot: first.slot, token: first.leaseToken, in: world.project)
        }
        await #expect(throws: ReviewError.leaseLost) {
            try await service.giveBack(slot: first.slot, token: first.leaseToken, in: world.project)
        }
        let progress = try await service.progress(in: world.project)
        #expect((progress.open, progress.leased, progress.done, progress.skipped) == (0, 1, 0, 0))
        #expect(try await world.count("reviews") == 0)
    }

    @Test("what was submitted cannot be skipped or given back")
    func closed() async throws {
        let world = try await StoredExchanges.drawn(1)
        let item = try #require(try await service.next(for: "asha", in: world.project))
        _ = try await service.submit(.all(4), slot: item.slot, token: item.leaseToken, in: world.project)
        await #expect(throws: ReviewError.leaseLost) {
            try await service.skip(slot: item.slot, token: item.leaseToken, in: world.project)
        }
        await #expect(throws: ReviewError.leaseLost) {
            try await service.giveBack(slot: item.slot, token: item.leaseToken, in: world.project)
        }
        #expect(try await service.progress(in: world.project).done == 1)
    }

    @Test("another project is lent nothing, and cannot submit with a token it learnt")
    func stranger() async throws {
        let world = try await StoredExchanges.drawn(1)
        let stranger = try await StoredExchanges.single(pool, project: "other")
        #expect(try await service.next(for: "mallory", in: stranger.project) == nil)
        let item = try #require(try await service.next(for: "asha", in: world.project))
        await #expect(throws: ReviewError.leaseLost) {
            try await service.submit(.all(1), slot: item.slot, token: item.leaseToken, in: stranger.project)
        }
        await #expect(throws: ReviewError.leaseLost) {
            try await service.giveBack(slot: item.slot, token: item.leaseToken, in: stranger.project)
        }
        #expect(
            try await service.progress(in: stranger.project)
                == ReviewProgress(open: 0, leased: 0, done: 0, skipped: 0, means: [:]))
        #expect(try await service.progress(in: world.project).leased == 1)
    }

    @Test("fifty hands that reach for ten items get ten different ones, and the rest nothing")
    func held() async throws {
        let world = try await StoredExchanges.drawn(10)
        let (service, project) = (service, world.project)
        let lent = try await withThrowingTaskGroup(of: ReviewItem?.self) { group in
            for number in 0..<50 {
                group.addTask { try await service.next(for: "reviewer-\(number)", in: project) }
            }
            return try await group.reduce(into: [ReviewItem]()) { if let item = $1 { $0.append(item) } }
        }
        #expect(lent.count == 10)
        #expect(Set(lent.map(\.slot)).count == 10)
        #expect(Set(lent.map(\.exchange)).count == 10)
        #expect(Set(lent.map(\.leaseToken)).count == 10)
        #expect(try await service.progress(in: project).leased == 10)
    }

    @Test("an item that is just being lent is passed over, not waited for")
    func passedOver() async throws {
        let world = try await StoredExchanges.drawn(2)
        let service = service
        let rows = try await pool.query("SELECT id FROM gleaner.review_slots ORDER BY position")
        let order = try rows.map { try $0.decode("id", as: UUID.self) }
        try await pool.withTransaction { connection in
            try await connection.query("SELECT 1 FROM gleaner.review_slots WHERE id = \(order[0]) FOR UPDATE")
            let item = try await service.next(for: "asha", in: world.project)
            #expect(item?.slot == order[1])
            #expect(try await service.next(for: "ravi", in: world.project) == nil)
        }
        #expect(try await service.next(for: "ravi", in: world.project)?.slot == order[0])
    }

    @Test("one verdict sent twice at once is one review, and both answers name it")
    func submittedAtOnce() async throws {
        let world = try await StoredExchanges.drawn(1)
        let (service, project, pool) = (service, world.project, pool)
        let item = try #require(try await service.next(for: "asha", in: project))
        let verdict = ReviewAnswers.all(5)
        let ids = try await withThrowingTaskGroup(of: UUID.self) { group in
            // Both are held up at the slot, so that neither can be done before the other has begun.
            try await pool.withTransaction { connection in
                try await connection.query("SELECT 1 FROM gleaner.review_slots FOR UPDATE")
                for _ in 0..<2 {
                    group.addTask {
                        try await service.submit(verdict, slot: item.slot, token: item.leaseToken, in: project)
                    }
                }
                try await Self.untilWaiting(2, pool)
            }
            return try await group.reduce(into: [UUID]()) { $0.append($1) }
        }
        #expect(ids.count == 2)
        let rows = try await pool.query("SELECT id, rubric, duration_ms FROM gleaner.reviews")
        #expect(rows.count == 1)
        #expect(try Set(ids) == [rows[0].decode("id", as: UUID.self)])
        #expect(try rows[0].decode("rubric", as: String.self) == Rubric.standard.reference)
        #expect(try rows[0].decode("duration_ms", as: Int.self) >= 0)
    }

    /// Asks until `number` sessions of this database wait for a lock.
    private static func untilWaiting(_ number: Int, _ pool: PostgresPool) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            let waiting: Int = try await pool.query(
                """
                SELECT count(*) AS count FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock'
                """)[0].decode("count")
            if waiting == number { return }
        }
        Issue.record("they do not wait")
    }

    @Test("a lease ends when it says, by the database's clock")
    func length() async throws {
        let world = try await StoredExchanges.drawn(1)
        let item = try #require(
            try await ReviewService(pool: pool, lease: .milliseconds(90_500)).next(for: "asha", in: world.project))
        let row = try await pool.query(
            "SELECT leased_until, extract(epoch FROM leased_until - leased_at)::float8 AS seconds FROM gleaner.review_slots"
        )[0]
        #expect(abs(try row.decode("seconds", as: Double.self) - 90.5) < 0.5)
        #expect(abs(try row.decode("leased_until", as: Date.self).timeIntervalSince(item.leasedUntil)) < 0.001)
    }
}
