import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs
import GleanerTestSupport
import Testing

@testable import GleanerErasure

@Suite("Sweeps of an erasure", .database)
struct ErasureSweepTests {
    private struct NoOtherNames: RaterNames {
        func raters(of endUser: String, in project: ID<Project>) -> [String] { [] }
    }

    private func service() -> ErasureService {
        let pool = TestDatabase.current.pool
        return ErasureService(pool: pool, queue: JobQueue(pool: pool), raters: NoOtherNames())
    }

    private func sweep(_ erasure: Erasure) throws -> ErasureSweep {
        let subject = try #require(erasure.subject)
        return ErasureSweep(
            pool: TestDatabase.current.pool, project: erasure.project, subject: subject,
            before: try #require(erasure.erasedBefore), raters: NoOtherNames().all(of: subject, in: erasure.project),
            erasure: erasure.id)
    }

    private func count(_ table: String) async throws -> Int {
        try await TestDatabase.current.pool.query(
            "SELECT count(*) AS count FROM gleaner.\(identifier: table)")[0].decode("count")
    }

    private func counts(_ tables: String...) async throws -> [Int] {
        var counts: [Int] = []
        for table in tables { counts.append(try await count(table)) }
        return counts
    }

    @Test("a preview counts what the erasure then takes, and takes nothing; others and another project stay")
    func previewAndSweep() async throws {
        let pool = TestDatabase.current.pool
        let mine = try await StoredExchanges(pool: pool)
        let other = try await StoredExchanges(pool: pool, project: "other")
        for number in 0..<410 {
            let exchange = try await mine.add(
                conversation: "c\(number % 7)", endUser: number % 2 == 0 ? "asha" : "ravi")
            if number < 4 { try await mine.review(exchange, score: 5) }
            try await mine.feedback(exchange, thumb: 1, rater: "asha")
        }
        let theirs = try await other.add(conversation: "c1", endUser: "asha")
        try await other.comment(theirs, "mine", rater: "asha")
        let service = service()
        let proposed = try await service.propose(
            .endUser("asha"), forbid: false, reason: "", by: "test", in: mine.project)
        #expect(
            proposed.preview
                == ["exchanges": 205, "exchange_bodies": 205, "feedback": 410, "reviews": 2])
        #expect(try await count("exchanges") == 411)
        let confirmed = try await service.confirm(proposed.id, by: "test", in: mine.project)
        #expect(confirmed.state == .running)
        // Said twice, it is done once.
        #expect(try await service.confirm(proposed.id, by: "again", in: mine.project).confirmedBy == "test")
        #expect(try await counts("jobs", "audit_events") == [1, 1])
        let tally = try await sweep(confirmed).run()
        #expect(tally.rows == proposed.preview)
        #expect(try await service.find(proposed.id, in: mine.project).counts == proposed.preview)
        #expect(try await counts("exchanges", "feedback", "erased_exchanges") == [206, 1, 205])
        #expect(try await sweep(confirmed).run().isEmpty)
        await #expect(throws: ErasureError.unknown(proposed.id)) {
            try await service.find(proposed.id, in: other.project)
        }
    }

    @Test("a pair of the gate goes with the exchange whose line it is, its verdict too")
    func gatePair() async throws {
        let mine = try await StoredExchanges(pool: TestDatabase.current.pool)
        try await mine.gatePair(on: try await mine.add(endUser: "asha"), preferred: "a")
        let service = service()
        let proposed = try await service.propose(
            .endUser("asha"), forbid: false, reason: "", by: "test", in: mine.project)
        _ = try await sweep(try await service.confirm(proposed.id, by: "test", in: mine.project)).run()
        #expect(try await counts("exchanges", "comparisons", "comparison_verdicts") == [0, 0, 0])
    }

    @Test("the embedding of a prompt goes with its exchange")
    func promptEmbedding() async throws {
        let mine = try await StoredExchanges(pool: TestDatabase.current.pool)
        for user in ["asha", "ravi"] {
            let exchange = try await mine.add(endUser: user)
            try await mine.pool.query(
                """
                INSERT INTO gleaner.prompt_embeddings
                VALUES (\(exchange.shard.value), \(exchange.uuid), 'relevance', '1', \(mine.project.uuid), 0.5, '{1,2}', now())
                """)
        }
        let service = service()
        let proposed = try await service.propose(
            .endUser("asha"), forbid: false, reason: "", by: "test", in: mine.project)
        #expect(proposed.preview["prompt_embeddings"] == 1)
        _ = try await sweep(try await service.confirm(proposed.id, by: "test", in: mine.project)).run()
        #expect(try await counts("exchanges", "prompt_embeddings") == [1, 1])
    }

    @Test("a proposal is for an hour, and then its name is gone")
    func oldProposal() async throws {
        let pool = TestDatabase.current.pool
        let mine = try await StoredExchanges(pool: pool)
        let proposed = try await service().propose(
            .endUser("asha"), forbid: false, reason: "", by: "t", in: mine.project)
        try await pool.query("UPDATE gleaner.erasures SET requested_at = requested_at - interval '61 minutes'")
        await #expect(throws: ErasureError.proposalOld(proposed.id)) {
            try await service().confirm(proposed.id, by: "t", in: mine.project)
        }
        try await ErasureStore(pool: pool).forgetProposals()
        #expect(try await count("erasures") == 0)
    }

    @Test("whoever stores is handed what was erased; what is new of the subject may come, unless it is forbidden")
    func gate() async throws {
        let pool = TestDatabase.current.pool
        let mine = try await StoredExchanges(pool: pool)
        let gate = ErasureGate(pool: pool)
        func held(_ user: String?, _ conversation: String?, at time: Date, _ id: ID<Exchange> = .new()) -> HeldExchange
        {
            HeldExchange(
                id: id, project: mine.project, conversation: conversation, endUser: user, receivedAt: time,
                shadowOf: nil)
        }
        let now = Date()
        let some = [
            held("asha", "a", at: now), held("ravi", "b", at: now), held(nil, "a", at: now), held(nil, nil, at: now),
        ]
        #expect(try await gate.passing(some) { $0 } == [])
        let proposed = try await service().propose(
            .conversation("a"), forbid: false, reason: "", by: "t", in: mine.project)
        #expect(try await gate.passing(some) { $0 } == [])
        try await service().confirm(proposed.id, by: "t", in: mine.project)
        #expect(try await gate.passing(some) { $0 } == [some[0].id, some[2].id])
        let later = held("asha", "a", at: Date().addingTimeInterval(60))
        #expect(try await gate.passing([later]) { $0 } == [])
        let strict = try await service().propose(.endUser("asha"), forbid: true, reason: "", by: "t", in: mine.project)
        try await service().confirm(strict.id, by: "t", in: mine.project)
        #expect(try await gate.passing([later, some[1]]) { $0 } == [later.id])
        let one = try await service().propose(
            .exchange(some[3].id), forbid: false, reason: "", by: "t", in: mine.project)
        try await service().confirm(one.id, by: "t", in: mine.project)
        #expect(try await gate.passing([some[3], some[1]]) { $0 } == [some[3].id])
    }

    @Test("an erasure waits for whoever stores without knowing of it")
    func waits() async throws {
        let pool = TestDatabase.current.pool
        let mine = try await StoredExchanges(pool: pool)
        let proposed = try await service().propose(
            .endUser("asha"), forbid: false, reason: "", by: "t", in: mine.project)
        let (inside, entered) = AsyncStream.makeStream(of: Void.self)
        let (end, leave) = AsyncStream.makeStream(of: Void.self)
        async let storing: Void = ErasureGate(pool: pool).passing([]) { _ in
            entered.yield()
            for await _ in end { break }
        }
        for await _ in inside { break }
        async let confirming = service().confirm(proposed.id, by: "t", in: mine.project)
        try await Task.sleep(for: .milliseconds(200))
        #expect(try await service().find(proposed.id, in: mine.project).state == .proposed)
        leave.yield()
        try await storing
        #expect(try await confirming.state == .running)
    }

    @Test("whoever waited while a tombstone was set sees it, though they asked before")
    func seesWhatItWaitedFor() async throws {
        let pool = TestDatabase.current.pool
        let mine = try await StoredExchanges(pool: pool)
        let gate = ErasureGate(pool: pool)
        let exchange = HeldExchange(
            id: .new(), project: mine.project, conversation: nil, endUser: "asha", receivedAt: Date(), shadowOf: nil)
        let proposed = try await service().propose(
            .endUser("asha"), forbid: false, reason: "", by: "t", in: mine.project)
        let storing = try await pool.withTransaction { connection in
            try await connection.query("SELECT pg_advisory_xact_lock(\(ErasureStore.lock))")
            let storing = Task { try await gate.passing([exchange]) { $0 } }
            var isWaiting = false
            for _ in 0..<500 where !isWaiting {
                try await Task.sleep(for: .milliseconds(10))
                isWaiting = try await pool.query(
                    "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS any"
                )[0].decode("any")
            }
            #expect(isWaiting)
            try await connection.query(
                """
                UPDATE gleaner.erasures SET state = 'running', erased_before = clock_timestamp() WHERE id = \(proposed.id.uuid)
                """)
            return storing
        }
        #expect(try await storing.value == [exchange.id])
        #expect(try await gate.erased(among: [exchange]) == [exchange.id])
    }

    @Test("exchanges of a subject are found by an index of theirs", arguments: ["end_user", "conversation"])
    func plans(_ column: String) async throws {
        let pool = TestDatabase.current.pool
        let mine = try await StoredExchanges(pool: pool)
        for number in 0..<20 { try await mine.add(conversation: "c\(number)", endUser: "u\(number)") }
        let plan = try await pool.withTransaction { connection in
            // So few rows are read quicker one by one; of many the planner knows by itself.
            try await connection.query("SELECT set_config('enable_seqscan', 'off', true)")
            return try await connection.query(
                """
                EXPLAIN SELECT id FROM gleaner.exchanges
                WHERE project_id = \(mine.project.uuid) AND \(identifier: column) = 'u7' AND received_at <= now()
                  AND id > '00000000-0000-0000-0000-000000000000' ORDER BY id LIMIT 200
                """
            ).map { try $0.decode("QUERY PLAN", as: String.self) }.joined(separator: "\n")
        }
        let conditions = plan.matches(of: /Index Cond: .*/).map { String($0.0) }
        #expect(!conditions.isEmpty && conditions.allSatisfy { $0.contains(column) }, "\(plan)")
    }
}
