import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerDatasets

/// The last look before an export joins two sets of hashes of a size that the planner cannot know.
@Suite("Plan of the overlap check", .database)
struct OverlapPlanTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    private func fill(_ version: UUID, _ split: String, _ count: Int, from first: Int) async throws {
        try await pool.query(
            """
            INSERT INTO gleaner.examples (version_id, split, line, shard, exchange_id, content, sha256, lineage)
            SELECT \(version), \(split), g, 0, gen_random_uuid(), '{}', sha256(convert_to((g + \(Int32(first)))::text, 'UTF8')), '{}'
            FROM generate_series(2, \(Int32(count))) g
            """)
    }

    @Test("20,000 training lines and 5,000 held-out ones are hashed or merged, never compared each with each")
    func plan() async throws {
        let world = try await StoredExchanges(pool: pool)
        let stored = try await StoredVersion(
            world, StoredVersion.talks(1) + StoredVersion.talks(1, "holdout", tag: "h"))
        try await fill(stored.id, "train", 20_000, from: 0)
        try await fill(stored.id, "holdout", 5_000, from: 1_000_000)
        let store = DatasetService(pool: pool).store
        // As it is right after a build, and once the tables have been analysed.
        for isAnalysed in [false, true] {
            if isAnalysed { try await pool.query("ANALYZE gleaner.examples") }
            for column in ["sha256", "exchange_id"] {
                let plan = try await store.inSnapshot { connection in
                    try await connection.query("SET LOCAL enable_nestloop = off")
                    return try await connection.query(
                        "EXPLAIN \(sql: PostgresDatasetStore.overlap(of: stored.id, in: column))"
                    ).map { try $0.decode("QUERY PLAN", as: String.self) }.joined(separator: "\n")
                }
                #expect(plan.contains("Hash") || plan.contains("Merge"), "\(plan)")
                #expect(!plan.contains("Nested Loop"), "\(plan)")
            }
            let began = ContinuousClock.now
            try await store.inSnapshot { try await store.checkOverlap(of: stored.id, on: $0) }
            // Each with each takes minutes.
            #expect(ContinuousClock.now - began < .seconds(10))
        }
        // One that overlaps is found among them.
        try await pool.query(
            """
            UPDATE gleaner.examples SET sha256 = (SELECT sha256 FROM gleaner.examples WHERE version_id = \(stored.id) AND split = 'holdout' AND line = 4000)
            WHERE version_id = \(stored.id) AND split = 'train' AND line = 17000
            """)
        await #expect(throws: ExportError.holdoutOverlap(split: "train", line: 17_000, others: 0)) {
            try await store.inSnapshot { try await store.checkOverlap(of: stored.id, on: $0) }
        }
    }
}
