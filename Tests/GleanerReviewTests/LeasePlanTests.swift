import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerReview

@Suite("The queue's plan", .database)
struct LeasePlanTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    /// Items and slots as drawing would have made them, in two statements.
    private func fill(_ number: Int, _ project: ID<Project>) async throws {
        try await pool.query(
            """
            WITH made AS (
                INSERT INTO gleaner.review_items
                    (project_id, exchange_id, is_gold, slots, wanted, purpose, standing, created_at)
                SELECT \(project.uuid), gen_random_uuid(), false, 2, 2, 'sample', 'open', now()
                FROM generate_series(1, \(number)) RETURNING project_id, exchange_id
            )
            INSERT INTO gleaner.review_slots
                (id, project_id, exchange_id, is_gold, slot, slot_limit, position, state, created_at)
            SELECT gen_random_uuid(), project_id, exchange_id, false, slot, 2, random(), 'open', now()
            FROM made, generate_series(1, 2) AS slot
            """)
        try await pool.query("ANALYZE gleaner.review_slots")
    }

    @Test("the next item is found by the index on positions, without looking at the whole queue or sorting it")
    func plan() async throws {
        let world = try await StoredExchanges.single(pool)
        try await fill(10_000, world.project)
        let terms = LeaseTerms(reviewer: "asha", rubric: "default@2", length: .seconds(60))
        let statement = ReviewStore.leasing(terms, from: -2, window: 500, in: world.project)
        let plan = try await pool.query("EXPLAIN (ANALYZE, TIMING off, SUMMARY off) \(sql: statement)").map {
            try $0.decode(0, as: String.self)
        }.joined(separator: "\n")
        #expect(plan.contains("review_slots_project_id_position_idx"), "\(plan)")
        #expect(plan.contains("review_slots_reviewer_key"), "\(plan)")
        #expect(plan.contains("review_declines_pkey"), "\(plan)")
        #expect(!plan.contains("Seq Scan"), "\(plan)")
    }

    @Test("a reviewer who has judged all that stands in front is given what stands behind")
    func behind() async throws {
        let world = try await StoredExchanges.single(pool)
        try await fill(800, world.project)
        // One slot of each of the first 700 items is asha's; their others stand before everything else.
        try await pool.query(
            """
            UPDATE gleaner.review_slots s SET
                state = CASE slot WHEN 1 THEN 'done' ELSE 'open' END, position = position - 2,
                leased_by = CASE slot WHEN 1 THEN 'asha' END
            FROM (SELECT exchange_id FROM gleaner.review_items LIMIT 700) i WHERE i.exchange_id = s.exchange_id
            """)
        let store = ReviewStore(pool: pool)
        let terms = LeaseTerms(reviewer: "asha", rubric: "default@2", length: .seconds(60))
        for _ in 0..<100 { #expect(try await store.lease(terms, in: world.project) != nil) }
        #expect(try await store.lease(terms, in: world.project) == nil)
        let ravi = LeaseTerms(reviewer: "ravi", rubric: "default@2", length: .seconds(60))
        #expect(try await store.lease(ravi, in: world.project) != nil)
    }
}
