import AsyncPostgres
import Foundation

/// Marks that no pass has taken yet.
struct RollupBacklog: Sendable, Hashable {
    let part: RollupPart
    let hours: Int
}

/// What waits in the annotation queues of all projects.
struct ReviewBacklog: Sendable, Hashable {
    let state: String
    let count: Int
    let oldestSeconds: Double
}

extension PostgresRollupStore {
    func reviewBacklog() async throws -> [ReviewBacklog] {
        try await pool.query(
            """
            SELECT state, sum(slots)::bigint AS slots,
                   coalesce(extract(epoch FROM now() - min(oldest_at)), 0)::float8 AS oldest_s
            FROM gleaner.review_backlog GROUP BY state ORDER BY state
            """
        ).map {
            ReviewBacklog(
                state: try $0.decode("state"), count: try $0.decode("slots"), oldestSeconds: try $0.decode("oldest_s"))
        }
    }

    func erased() async throws -> Int {
        try await pool.query("SELECT count(*) AS n FROM gleaner.erased_exchanges")[0].decode("n")
    }

    func behind() async throws -> [RollupBacklog] {
        let rows = try await pool.query(
            """
            SELECT part, count(DISTINCT (project_id, date_bin('1 hour', at, '2000-01-01 00:00:00+00'))) AS hours
            FROM gleaner.rollup_marks GROUP BY part
            """)
        let hours = Dictionary(
            uniqueKeysWithValues: try rows.map {
                (try $0.decode("part", as: String.self), try $0.decode("hours", as: Int.self))
            })
        return RollupPart.allCases.map { RollupBacklog(part: $0, hours: hours[$0.rawValue] ?? 0) }
    }

    /// Slots that wait are found by a partial index, as the queue itself finds them.
    func countBacklog(now: Date) async throws {
        try await pool.query(
            """
            WITH slots AS (
                SELECT project_id, CASE WHEN state = 'leased' AND leased_until > \(now) THEN 'leased' ELSE 'open' END AS state,
                       created_at
                FROM gleaner.review_slots WHERE state IN ('open', 'leased')
                UNION ALL
                SELECT project_id, 'third', created_at FROM gleaner.review_items WHERE standing = 'third'
                UNION ALL
                SELECT project_id, 'disputed', created_at FROM gleaner.review_items WHERE standing = 'disputed'
            ), counted AS (
                SELECT p.id AS project_id, s.state, count(w.project_id) AS slots, min(w.created_at) AS oldest_at
                FROM gleaner.projects p CROSS JOIN unnest(ARRAY['open', 'leased', 'third', 'disputed']) AS s (state)
                LEFT JOIN slots w ON w.project_id = p.id AND w.state = s.state
                GROUP BY p.id, s.state
            )
            INSERT INTO gleaner.review_backlog (project_id, state, slots, oldest_at, counted_at)
            SELECT project_id, state, slots, oldest_at, \(now) FROM counted
            ON CONFLICT (project_id, state) DO UPDATE
            SET slots = EXCLUDED.slots, oldest_at = EXCLUDED.oldest_at, counted_at = EXCLUDED.counted_at
            """, timeout: .seconds(30))
    }
}
