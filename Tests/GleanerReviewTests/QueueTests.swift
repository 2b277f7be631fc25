import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Synchronization
import Testing

@testable import GleanerReview

@Suite("Review queue", .database)
struct QueueTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    @Test("an item shows the conversation and the answer, and nothing of ratings or models")
    func item() async throws {
        let world = try await StoredExchanges.drawn(1)
        let service = ReviewService(pool: pool)
        let item = try #require(try await service.next(for: "asha", in: world.project))
        #expect(item.messages?.last?["content"] == "Sawaal 0")
        #expect(item.answer?["content"] == "Jawab 0")
        let wire = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(ReviewRoutes.Item(item)))
        let members = try #require(wire.objectValue)
        #expect(
            members.keys.sorted() == [
                "answer", "exchange_id", "form", "messages", "questions", "readable", "rubric", "slot",
            ])
        #expect(wire["readable"] == true)
        #expect(wire["slot"]?["id"]?.stringValue == item.slot.uuidString.lowercased())
        #expect(try await service.next(for: "ravi", in: world.project) == nil)
    }

    @Test("whoever waits for corrections is told of those that reviews bring, and of reviews that are taken back")
    func corrections() async throws {
        let world = try await StoredExchanges.drawn(2)
        let told = Told()
        let service = ReviewService(pool: pool) { exchange, _ in told.add(exchange) }
        var exchanges: [ID<Exchange>] = []
        for correction in [nil, "Behtar jawab"] {
            let item = try #require(try await service.next(for: "asha", in: world.project))
            var answers = ReviewAnswers.all(3)
            answers.correction = correction
            _ = try await service.submit(answers, slot: item.slot, token: item.leaseToken, in: world.project)
            exchanges.append(item.exchange)
        }
        #expect(told.all == [exchanges[1]])
        _ = try await service.undo(by: "asha", in: world.project)
        #expect(told.all == [exchanges[1], exchanges[1]])
    }

    private final class Told: Sendable {
        private let exchanges = Mutex<[ID<Exchange>]>([])
        func add(_ exchange: ID<Exchange>) { exchanges.withLock { $0.append(exchange) } }
        var all: [ID<Exchange>] { exchanges.withLock { $0 } }
    }

    private final class Seen: Sendable {
        private let slots = Mutex<[UUID]>([])
        func add(_ slot: UUID) { slots.withLock { $0.append(slot) } }
        var all: [UUID] { slots.withLock { $0 } }
    }

    @Test("fifty reviewers at once never get the same item")
    func parallel() async throws {
        let world = try await StoredExchanges.drawn(40)
        let service = ReviewService(pool: pool)
        let seen = Seen()
        let verdict = ReviewAnswers.all(4)
        let project = world.project
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    while let item = try await service.next(for: "reviewer-\(number)", in: project) {
                        seen.add(item.slot)
                        _ = try await service.submit(verdict, slot: item.slot, token: item.leaseToken, in: project)
                    }
                }
            }
            try await group.waitForAll()
        }
        let slots = seen.all
        #expect(slots.count == 40)
        #expect(Set(slots).count == 40)
        #expect(try await world.count("reviews") == 40)
        let progress = try await service.progress(in: world.project, withMeans: true)
        #expect(
            progress
                == ReviewProgress(
                    open: 0, leased: 0, done: 40, skipped: 0,
                    means: ["relevance": 4, "accuracy": 4, "appropriateness": 4, "natural_language": 4]))
    }

    @Test("an expired lease goes to the next reviewer, and the first one's submission is refused")
    func expiry() async throws {
        let world = try await StoredExchanges.drawn(1)
        let hasty = ReviewService(pool: pool, lease: .milliseconds(1))
        let first = try #require(try await hasty.next(for: "asha", in: world.project))
        let second = try await nextOnceOpen(for: "ravi", in: world.project)
        #expect(second.slot == first.slot)
        await #expect(throws: ReviewError.leaseLost) {
            try await hasty.submit(.all(4), slot: first.slot, token: first.leaseToken, in: world.project)
        }
        _ = try await ReviewService(pool: pool).submit(
            .all(4), slot: second.slot, token: second.leaseToken, in: world.project)
        let reviewer: String = try await pool.query("SELECT reviewer FROM gleaner.reviews")[0].decode("reviewer")
        #expect(reviewer == "ravi")
    }

    /// Asks until the lease of whoever has the item has run out.
    private func nextOnceOpen(for reviewer: String, in project: ID<Project>) async throws -> ReviewItem {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            if let item = try await ReviewService(pool: pool).next(for: reviewer, in: project) { return item }
        }
        throw ReviewError.leaseLost
    }

    @Test("a verdict that comes late is kept while nobody else has been lent the item")
    func late() async throws {
        let world = try await StoredExchanges.drawn(1)
        let hasty = ReviewService(pool: pool, lease: .zero)
        let item = try #require(try await hasty.next(for: "asha", in: world.project))
        #expect(try await hasty.progress(in: world.project).open == 1)
        _ = try await hasty.submit(.all(4), slot: item.slot, token: item.leaseToken, in: world.project)
        #expect(try await world.count("reviews") == 1)
        #expect(try await hasty.next(for: "ravi", in: world.project) == nil)
    }

    @Test("an item that cannot be read as a conversation is lent all the same, and shows no bytes")
    func unreadable() async throws {
        let world = try await StoredExchanges.single(pool)
        let deep = JSONB(String(repeating: "[", count: 2_000) + String(repeating: "]", count: 2_000))
        let id = try await world.add()
        try await pool.query(
            "UPDATE gleaner.exchange_bodies SET messages = \(deep), answer = NULL WHERE id = \(id.uuid)")
        try await world.drawAll()
        let item = try #require(try await ReviewService(pool: pool).next(for: "asha", in: world.project))
        #expect(item.messages == nil)
        #expect(item.answer == nil)
        let wire = ReviewRoutes.Item(item)
        #expect(!wire.readable)
        #expect(wire.messages == [ReviewItem.unreadable])
        #expect(Transcript(item: item).description.contains("could not be read"))
    }

    @Test("a skip is kept with its reason, and may be sent twice")
    func skipReason() async throws {
        let world = try await StoredExchanges.drawn(1)
        let service = ReviewService(pool: pool)
        let item = try #require(try await service.next(for: "asha", in: world.project))
        for reason in ["spam", "again"] {
            try await service.skip(slot: item.slot, token: item.leaseToken, in: world.project, reason: reason)
        }
        let row = try await pool.query("SELECT skip_reason, leased_by FROM gleaner.review_slots")[0]
        #expect(try row.decode("skip_reason", as: String.self) == "spam")
        #expect(try row.decode("leased_by", as: String.self) == "asha")
        await #expect(throws: ReviewError.leaseLost) {
            try await service.submit(.all(4), slot: item.slot, token: item.leaseToken, in: world.project)
        }
        await #expect(throws: ReviewError.textInvalid("reason")) {
            try await service.skip(slot: item.slot, token: item.leaseToken, in: world.project, reason: "a\0")
        }
    }

    @Test("a submission sent twice is kept once")
    func twice() async throws {
        let world = try await StoredExchanges.drawn(1)
        let service = ReviewService(pool: pool)
        let item = try #require(try await service.next(for: "asha", in: world.project))
        let first = try await service.submit(
            .all(4, correction: "better"), slot: item.slot, token: item.leaseToken, in: world.project)
        let again = try await service.submit(.all(2), slot: item.slot, token: item.leaseToken, in: world.project)
        #expect(first == again)
        #expect(try await world.count("reviews") == 1)
        let row = try await pool.query("SELECT correction, lowest, exchange_id FROM gleaner.reviews")[0]
        #expect(try row.decode("correction", as: String.self) == "better")
        #expect(try row.decode("lowest", as: Int.self) == 4)
        #expect(try row.decode("exchange_id", as: UUID.self) == item.exchange.uuid)
    }

    @Test("a skipped item does not come back, one given back does, another project's is out of reach")
    func skipping() async throws {
        let world = try await StoredExchanges.drawn(1)
        let stranger = try await StoredExchanges.single(pool, project: "other")
        let service = ReviewService(pool: pool)
        let item = try #require(try await service.next(for: "asha", in: world.project))
        await #expect(throws: ReviewError.leaseLost) {
            try await service.skip(slot: item.slot, token: item.leaseToken, in: stranger.project)
        }
        try await service.giveBack(slot: item.slot, token: item.leaseToken, in: world.project)
        let again = try #require(try await service.next(for: "asha", in: world.project))
        #expect(again.slot == item.slot)
        await #expect(throws: ReviewError.leaseLost) {
            try await service.skip(slot: item.slot, token: item.leaseToken, in: world.project)
        }
        try await service.skip(slot: again.slot, token: again.leaseToken, in: world.project)
        #expect(try await service.next(for: "asha", in: world.project) == nil)
        #expect(try await service.progress(in: world.project).skipped == 1)
    }

    @Test("names that cannot be reviewers are refused", arguments: ["", "a\nb", String(repeating: "x", count: 129)])
    func reviewer(_ name: String) async throws {
        await #expect(throws: ReviewError.reviewerInvalid) {
            try await ReviewService(pool: pool).next(for: name, in: .new())
        }
    }
}
