import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Synchronization
import Testing

@testable import GleanerFeedback

@Suite("Feedback that waits", .database)
struct WaitingFeedbackTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private let clock = Clock()

    /// Moves when a test says so.
    private final class Clock: Sendable {
        private let time = Mutex(Date())
        var now: Date { time.withLock { $0 } }
        func move(_ seconds: TimeInterval) { time.withLock { $0 += seconds } }
    }

    private var service: FeedbackService {
        FeedbackService(store: PostgresFeedbackStore(pool: pool)) { [clock] in clock.now }
    }
    private func turn(_ index: Int32, of conversation: String = "k") -> Subject {
        .turn(Turn(conversation: conversation, place: .index(index)))
    }
    private func count(_ table: String) async throws -> Int {
        try await pool.query("SELECT count(*) AS count FROM gleaner.\(raw: table)")[0].decode("count")
    }

    @Test("no look for exchanges reads a conversation, and each conversation is looked through once")
    func cheap() async throws {
        let world = try await StoredExchanges(pool: pool)
        for _ in 0..<200 { try await world.add(conversation: "k") }
        let items = (0..<900).map { #"{"conversation":"k","message_index":\#($0 + 5000),"thumb":1}"# }
        let bulk = try BulkFeedback(Array("[\(items.joined(separator: ","))]".utf8), isLines: false)
        _ = try await service.post(bulk, from: Giver(world.caller), key: nil) { _ in PostAnswer(status: 202, body: []) }
        #expect(try await count("early_feedback") == 900)
        // Whoever reads a body from here on fails.
        try await pool.query("ALTER TABLE gleaner.exchange_bodies RENAME COLUMN messages TO gone")
        let began = ContinuousClock.now
        #expect(try await service.joinAllEarly() == 0)
        await service.joinEarly([
            LandedExchange(project: world.project, id: .new(), completion: nil, conversation: "k", turn: 5000)
        ])
        #expect(ContinuousClock.now - began < .seconds(15))
        #expect(service.metrics.failedJoins == 0)
        #expect(try await count("early_feedback") == 899)
    }

    @Test("an exchange of before, whose messages nobody counted, is found by what it holds")
    func uncounted() async throws {
        let world = try await StoredExchanges(pool: pool)
        let id = try await world.add(conversation: "k", messages: [["role": "user", "content": "Chai?"]])
        try await pool.query("UPDATE gleaner.exchanges SET message_count = NULL")
        let receipt = try await service.give([.thumb(up: true)], on: turn(1), rater: "u", by: world.caller)
        #expect(receipt.exchange == id)
    }

    @Test("of one conversation so many turns wait; further ones are kept for it at once")
    func bounded() async throws {
        let world = try await StoredExchanges(pool: pool)
        let many = Array(repeating: Judgement.comment("theek hai"), count: 999)
        _ = try await service.give(many, on: turn(1), rater: nil, by: world.caller)
        let last = try await service.give([.thumb(up: true)], on: turn(3), rater: "u", by: world.caller)
        #expect(last.isWaiting)
        let further = try await service.give([.thumb(up: true)], on: turn(5), rater: "u", by: world.caller)
        #expect(!further.isWaiting && further.exchange == nil)
        let elsewhere = try await service.give([.thumb(up: true)], on: turn(1, of: "l"), rater: "u", by: world.caller)
        #expect(elsewhere.isWaiting)
        #expect(try await count("early_feedback") == 1001)
        #expect(try await count("feedback") == 1)
    }

    @Test("a sweep that cannot look keeps turns for their conversation all the same, and says that it failed")
    func failingSweep() async throws {
        let world = try await StoredExchanges(pool: pool)
        _ = try await service.give([.thumb(up: true)], on: turn(9), rater: "u", by: world.caller)
        _ = try await service.give([.thumb(up: true)], on: .completion("c"), rater: "u", by: world.caller)
        clock.move(3601)
        try await pool.query("ALTER TABLE gleaner.exchanges RENAME COLUMN completion_id TO gone")
        let service = service
        await #expect(throws: PostgresError.self) { try await service.joinAllEarly() }
        #expect(service.metrics.failedJoins == 1)
        #expect(try await count("feedback") == 1)
        #expect(try await count("early_feedback") == 1)
    }

    @Test("what was said a week before its exchange is read with it, and the weeks before that are not looked through")
    func weeks() async throws {
        let world = try await StoredExchanges(pool: pool)
        let id = try await world.add()
        let month = Date(timeIntervalSinceNow: -40 * 86_400)
        try await pool.query("SELECT gleaner.ensure_partitions('feedback', \(month), now())")
        for days in [6.9, 30] {
            let time = Date(timeIntervalSinceNow: -days * 86_400)
            let given = UUIDv7(now: { time }).make(shard: id.shard)
            try await pool.query(
                """
                INSERT INTO gleaner.feedback (shard, id, project_id, exchange_id, kind, thumb, rater, source, created_at)
                VALUES (\(id.shard.value), \(given), \(world.project.uuid), \(id.uuid), 'thumb', 1, \("\(days)"), 'api', \(time))
                """)
        }
        #expect(try await service.feedback(on: id, of: world.project).map(\.rater) == ["6.9"])
        #expect(try await service.currentJudgement(of: id, in: world.project).ups == 1)
        #expect([UUID]().lowest > UUID.zero && [id.uuid, id.firstRecord, id.firstFeedback].lowest == id.firstFeedback)
    }

    @Test("a completion id that no exchange has in seven days is deleted and counted; until then it is looked for")
    func expires() async throws {
        let world = try await StoredExchanges(pool: pool)
        let service = service
        for completion in ["never", "late"] {
            _ = try await service.give([.thumb(up: false)], on: .completion(completion), rater: "u", by: world.caller)
        }
        // Rarer and rarer, and never more than an hour and a bit apart.
        for _ in 0..<6 {
            clock.move(86_400)
            #expect(try await service.joinAllEarly() == 0)
        }
        let row = try await pool.query("SELECT max(look_at) AS look_at FROM gleaner.early_feedback")[0]
        let next: Date = try row.decode("look_at")
        #expect(next > clock.now && next < clock.now + 3700)
        try await world.add(completion: "late")
        #expect(try await service.joinAllEarly() == 0)
        clock.move(3700)
        #expect(try await service.joinAllEarly() == 1)
        clock.move(86_400)
        #expect(try await service.joinAllEarly() == 0)
        #expect(try await count("early_feedback") == 0)
        #expect(service.metrics.expired == 1)
    }
}
