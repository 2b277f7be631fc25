import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerExchanges

/// The statements of a search are worth protecting: each walks along its own index, and looks at as many rows as it says.
@Suite("Plans of searches", .database)
struct PlanTests {
    private static let drivers: [(query: SearchDriver, index: String)] = [
        (.time, "project_id_id_idx"), (.conversation("c1"), "project_id_conversation_id_idx"),
        (.endUser("u1"), "project_id_end_user_id_idx"), (.failed, "project_id_id_idx1"),
        (.variant("base"), "project_id_variant_id_idx"), (.language("ta"), "project_id_language_id_idx"),
        (.feedback(kind: "thumb"), "project_id_kind_exchange_id_idx"),
        (.reviews, "project_id_exchange_id_idx"), (.decisions, "project_id_exchange_id_idx"),
    ]

    /// Enough rows that an index is worth its while, in two of the partitions, which are weeks from Monday (UTC) on: the last
    /// exchange is of the middle of last week, whatever day it is.
    private func fill(_ pool: PostgresPool, _ project: ID<Project>) async throws {
        let (day, now) = (86_400, Int(Date().timeIntervalSince1970))
        let monday = now - (now - 4 * day) % (7 * day)
        let last = monday - 7 * day / 2
        try await pool.withConnection {
            // Ids of eight days, an exchange every 35 seconds.
            try await $0.execute(
                script: """
                    CREATE FUNCTION gleaner_test_id(g bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
                        SELECT (lpad(to_hex(((\(last) - g * 35) * 1000)::bigint), 12, '0')
                                || '7' || lpad(to_hex(g % 4096), 3, '0') || '8' || lpad(to_hex(g), 15, '0'))::uuid $$;
                    SELECT gleaner.ensure_partitions(t, now() - interval '20 days', now())
                    FROM unnest(ARRAY['exchanges', 'exchange_bodies', 'feedback', 'reviews', 'moderation_decisions']) t
                    """)
        }
        try await pool.query(
            """
            INSERT INTO gleaner.exchanges (
                shard, id, project_id, received_at, endpoint, status, http_status, streamed, conversation, end_user, tags,
                served_model, complete, request_sha256, request_bytes, response_bytes, variant, language)
            SELECT g % 4096, gleaner_test_id(g), \(project.uuid), now(), '/v1/chat/completions',
                   CASE WHEN g % 50 = 0 THEN 'refused' ELSE 'completed' END, 200, false, 'c' || g % 997, 'u' || g % 97, '{}',
                   'small-' || g % 3, true, ''::bytea, 10, 10, CASE WHEN g % 2 = 0 THEN 'base' END,
                   CASE WHEN g % 3 = 0 THEN 'ta' ELSE 'hi-Latn' END
            FROM generate_series(1, 20000) g
            """)
        try await pool.query(
            """
            INSERT INTO gleaner.feedback (shard, id, project_id, exchange_id, kind, thumb, source, created_at)
            SELECT (g * 7 % 20000 + 1) % 4096, gleaner_test_id(g), \(project.uuid), gleaner_test_id(g * 7 % 20000 + 1), 'thumb', 1, 'api', now()
            FROM generate_series(1, 8000) g
            """)
        try await pool.query(
            """
            INSERT INTO gleaner.reviews (shard, id, project_id, exchange_id, reviewer, rubric, scores, lowest, created_at)
            SELECT (g * 11 % 20000 + 1) % 4096, gleaner_test_id(g), \(project.uuid), gleaner_test_id(g * 11 % 20000 + 1), 'asha', 'default@1', '{}', 4, now()
            FROM generate_series(1, 8000) g
            """)
        try await pool.query(
            """
            INSERT INTO gleaner.moderation_decisions
                (shard, id, project_id, exchange_id, target, subject_id, policy_version, action, categories, reason, created_at)
            SELECT (g * 13 % 20000 + 1) % 4096, gleaner_test_id(g), \(project.uuid), gleaner_test_id(g * 13 % 20000 + 1), 'prompt',
                   gleaner_test_id(g * 13 % 20000 + 1), 1, CASE WHEN g % 4 = 0 THEN 'flag' ELSE 'allow' END, '{}', '', now()
            FROM generate_series(1, 16000) g
            """)
        try await pool.query(
            """
            INSERT INTO gleaner.exchange_bodies (shard, id, project_id, request, response, messages)
            SELECT g % 4096, gleaner_test_id(g), \(project.uuid), '', '', '[{"content":"chai"}]' FROM generate_series(1, 20000) g
            """)
        try await pool.withConnection { try await $0.execute(script: "ANALYZE") }
    }

    @Test(
        "each driver walks along its own index, newest first, and meets no more rows than it may",
        arguments: drivers.indices)
    func plans(_ place: Int) async throws {
        let world = try await SearchWorld()
        try await fill(world.pool, world.project)
        let (driver, index) = Self.drivers[place]
        var filter = ExchangeFilter()
        filter.tag = "nobody"
        filter.rating = .down
        filter.isReviewed = false
        let plan = try await Self.plan(driver, filter, world)
        #expect(plan.nodes.contains { $0.contains(index) }, "\(plan.text)")
        #expect(plan.isBounded, "\(plan.text)")
    }

    @Test("texts are looked for by the keys of the bodies, in those alone that meet everything else")
    func text() async throws {
        let world = try await SearchWorld()
        try await fill(world.pool, world.project)
        var filter = ExchangeFilter()
        filter.language = "ta"
        filter.text = "chai"
        let plan = try await Self.plan(.language("ta"), filter, world)
        #expect(plan.nodes.contains { $0.contains("exchange_bodies_") && $0.contains("_pkey") }, "\(plan.text)")
        #expect(plan.isBounded, "\(plan.text)")
    }

    private static let rows = 300

    private static func plan(
        _ driver: SearchDriver, _ filter: ExchangeFilter, _ world: SearchWorld
    ) async throws -> Plan {
        let step = SearchStep(
            walk: SearchWalk(
                project: world.project, driver: driver, conditions: SearchConditions(filter).sql,
                above: UUID.lowest(at: Date(timeIntervalSince1970: 0)),
                below: UUID.lowest(at: Date() + 1000)),
            needle: filter.text.map { TextNeedle($0) }, rows: rows, hits: 51)
        let lines = try await world.pool.query("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) \(sql: step.sql)")
        return Plan(text: try lines.map { try $0.decode(0, as: String.self) }.joined(separator: "\n"))
    }

    struct Plan {
        let text: String
        /// Those that brought a row.
        var nodes: [Substring] {
            text.split(separator: "\n").filter { $0.contains(/actual rows=[1-9]/) }
        }

        /// Tables are read by index, and no node reads more rows than the walk was to look at, before its filter or after.
        var isBounded: Bool {
            let read = text.matches(of: /actual rows=(\d+) loops=(\d+)/).map { Int($0.1)! * Int($0.2)! }
            let removed = text.matches(of: /Rows Removed by Filter: (\d+)/).map { Int($0.1)! }
            return !nodes.contains { $0.contains("Seq Scan") }
                && (read + removed).allSatisfy { $0 <= PlanTests.rows + 10 }
        }
    }
}
