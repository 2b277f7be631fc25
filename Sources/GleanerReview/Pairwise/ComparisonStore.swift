import AsyncPostgres
import Foundation
import GleanerCore

/// Pairs and verdicts in `gleaner.comparisons` and `gleaner.comparison_verdicts`.
struct ComparisonStore: Sendable {
    private static let lease = 600.0

    let pool: PostgresPool

    func known(_ ids: [ID<Exchange>], in project: ID<Project>) async throws -> Set<ID<Exchange>> {
        let rows = try await pool.query(
            """
            SELECT e.id FROM unnest(\(PostgresArray(ids.map(\.shard.value))), \(PostgresArray(ids.map(\.uuid)))) AS k (shard, id)
            JOIN gleaner.exchanges e ON e.shard = k.shard AND e.id = k.id
            WHERE e.project_id = \(project.uuid) AND e.status = 'completed' AND e.complete AND e.http_status = 200
            """)
        return Set(try rows.map { ID(try $0.decode("id", as: UUID.self)) })
    }

    @discardableResult
    func add(
        _ kind: ComparisonKind, _ pairs: [(a: ID<Exchange>, b: ID<Exchange>)], texts: [String?]? = nil,
        in project: ID<Project>
    ) async throws -> Int {
        guard !pairs.isEmpty else { return 0 }
        return try await pool.query(
            """
            INSERT INTO gleaner.comparisons
                (id, project_id, kind, exchange_a, exchange_b, correction, position, state, created_at)
            SELECT gen_random_uuid(), \(project.uuid), \(kind.rawValue), p.a, p.b, p.correction, random(), 'open', now()
            FROM unnest(
                \(PostgresArray(pairs.map(\.a.uuid))), \(PostgresArray(pairs.map(\.b.uuid))),
                \(PostgresArray(texts ?? pairs.map { _ in nil }))) AS p (a, b, correction)
            ON CONFLICT (project_id, kind, exchange_a, exchange_b) DO NOTHING
            """
        ).affected
    }

    // MARK: Finding pairs

    func find(_ kind: ComparisonKind, in project: ID<Project>, _ range: TimeRange, limit: Int) async throws -> Int {
        let rows = try await pool.query(Self.finding(kind, project, range, limit), timeout: .seconds(60))
        let pairs = try rows.map {
            (
                a: ID<Exchange>(try $0.decode("a", as: UUID.self)), b: ID<Exchange>(try $0.decode("b", as: UUID.self))
            )
        }
        return try await add(
            kind, pairs, texts: try rows.map { try $0.decodeIfPresent("correction") }, in: project)
    }

    private static func finding(
        _ kind: ComparisonKind, _ project: ID<Project>, _ range: TimeRange, _ limit: Int
    ) -> SQL {
        let ids = range.ids
        /// The newest whole answers: pairs are looked for among them only, so that a large project costs no more.
        let newest: SQL = """
            newest AS MATERIALIZED (
                SELECT shard, id, conversation, variant, request_sha256 FROM gleaner.exchanges
                WHERE project_id = \(project.uuid) AND id >= \(ids.low) AND id < \(ids.high)
                  AND status = 'completed' AND complete AND http_status = 200 AND source <> 'shadow'
                ORDER BY id DESC LIMIT 50000
            )
            """
        switch kind {
        case .shadow:
            return """
                SELECT s.shadow_of AS a, s.id AS b, NULL::text AS correction
                FROM gleaner.exchanges s
                JOIN gleaner.exchanges e
                  ON e.shard = gleaner.shard_of(s.shadow_of) AND e.id = s.shadow_of AND e.project_id = s.project_id
                WHERE s.project_id = \(project.uuid) AND s.shadow_of IS NOT NULL
                  AND s.id >= \(ids.low) AND s.id < \(ids.high)
                  AND s.status = 'completed' AND s.complete AND s.http_status = 200
                  AND e.status = 'completed' AND e.complete AND e.http_status = 200
                  AND NOT EXISTS (
                      SELECT 1 FROM gleaner.comparisons c
                      WHERE c.project_id = s.project_id AND c.kind = 'shadow' AND c.exchange_a = s.shadow_of
                        AND c.exchange_b = s.id)
                ORDER BY s.id DESC LIMIT \(limit)
                """
        case .variants:
            return """
                WITH \(sql: newest)
                SELECT DISTINCT ON (a.request_sha256) a.id AS a, b.id AS b, NULL::text AS correction
                FROM newest a JOIN newest b ON b.request_sha256 = a.request_sha256 AND b.id > a.id AND b.variant <> a.variant
                ORDER BY a.request_sha256, a.id DESC, b.id LIMIT \(limit)
                """
        case .regenerated:
            return """
                WITH \(sql: newest)
                SELECT DISTINCT ON (a.id) a.id AS a, b.id AS b, NULL::text AS correction
                FROM newest a JOIN newest b
                  ON b.conversation = a.conversation AND b.request_sha256 = a.request_sha256 AND b.id > a.id
                ORDER BY a.id DESC, b.id LIMIT \(limit)
                """
        case .correction:
            return """
                SELECT DISTINCT ON (exchange_id) exchange_id AS a, exchange_id AS b, correction
                FROM gleaner.counted_reviews
                WHERE project_id = \(project.uuid) AND id >= \(ids.low) AND correction IS NOT NULL
                ORDER BY exchange_id DESC, created_at DESC LIMIT \(limit)
                """
        }
    }

    // MARK: Lending

    func lease(to reviewer: String, in project: ID<Project>) async throws -> ComparisonItem? {
        let row = try await pool.query(
            """
            UPDATE gleaner.comparisons SET
                state = 'leased', leased_by = \(reviewer), lease_token = gen_random_uuid(), leased_at = clock_timestamp(),
                leased_until = clock_timestamp() + make_interval(secs => \(Self.lease))
            WHERE id = (
                SELECT id FROM gleaner.comparisons
                WHERE project_id = \(project.uuid) AND state IN ('open', 'leased')
                  AND (state = 'open' OR leased_until < clock_timestamp())
                ORDER BY position FOR UPDATE SKIP LOCKED LIMIT 1)
            RETURNING id, lease_token, leased_until, exchange_a, exchange_b, correction
            """
        ).first
        guard let row else { return nil }
        let id: UUID = try row.decode("id")
        let a = try await body(ID(try row.decode("exchange_a", as: UUID.self)), in: project)
        let correction: String? = try row.decodeIfPresent("correction")
        let b: JSONValue? =
            if let correction {
                ["role": "assistant", "content": .string(correction)]
            } else {
                try await body(ID(try row.decode("exchange_b", as: UUID.self)), in: project).answer
            }
        let isALeft = Sides.isALeft(id)
        return ComparisonItem(
            id: id, leaseToken: try row.decode("lease_token"), leasedUntil: try row.decode("leased_until"),
            messages: a.messages, left: isALeft ? a.answer : b, right: isALeft ? b : a.answer)
    }

    private func body(
        _ id: ID<Exchange>, in project: ID<Project>
    ) async throws -> (messages: [JSONValue]?, answer: JSONValue?) {
        let row = try await pool.query(
            """
            SELECT messages, answer FROM gleaner.exchange_bodies
            WHERE shard = \(id.shard.value) AND id = \(id.uuid) AND project_id = \(project.uuid)
            """
        ).first
        func json(_ column: String) throws -> JSONValue? {
            try row?.decodeIfPresent(column, as: JSONB.self).flatMap { try? JSONValue(parsing: $0.bytes) }
        }
        return (
            try json("messages")?.arrayValue, try json("answer")?["choices"]?.arrayValue?.first?["message"]
        )
    }

    // MARK: Verdicts

    func keep(
        _ preference: Preference, _ comment: String?, comparison: UUID, token: UUID, in project: ID<Project>
    ) async throws {
        try await pool.withTransaction { connection in
            let row = try await connection.query(
                """
                SELECT state FROM gleaner.comparisons
                WHERE id = \(comparison) AND project_id = \(project.uuid) AND lease_token = \(token) FOR UPDATE
                """
            ).first
            let state: String? = try row?.decode("state")
            if state == "done" { return }
            guard state == "leased" else { throw ReviewError.leaseLost }
            try await connection.query(
                """
                WITH closed AS (
                    UPDATE gleaner.comparisons SET state = 'done' WHERE id = \(comparison)
                    RETURNING leased_by, leased_at
                )
                INSERT INTO gleaner.comparison_verdicts
                    (id, comparison_id, project_id, reviewer, left_side, preferred, comment, duration_ms, created_at)
                SELECT \(ID<ComparisonItem>.new().uuid), \(comparison), \(project.uuid), leased_by,
                       \(Sides.isALeft(comparison) ? "a" : "b"), \(Sides.preferred(preference, comparison)), \(comment),
                       (extract(epoch FROM clock_timestamp() - leased_at) * 1000)::bigint, clock_timestamp()
                FROM closed
                """)
        }
    }

    func skip(comparison: UUID, token: UUID, in project: ID<Project>) async throws {
        let skipped = try await pool.query(
            """
            UPDATE gleaner.comparisons SET state = 'skipped'
            WHERE id = \(comparison) AND project_id = \(project.uuid) AND lease_token = \(token)
              AND state IN ('leased', 'skipped')
            """
        ).affected
        guard skipped == 1 else { throw ReviewError.leaseLost }
    }

    /// Contenders are variants, models where there is none; a correction is one of its own.
    func verdicts(
        of project: ID<Project>, _ range: TimeRange, kind: ComparisonKind?
    ) async throws -> [ComparisonResults.Verdict] {
        try await pool.query(
            """
            SELECT coalesce(a.variant, a.served_model, 'unknown') AS a,
                   CASE c.kind WHEN 'correction' THEN 'correction'
                               ELSE coalesce(b.variant, b.served_model, 'unknown') END AS b,
                   v.preferred, v.left_side
            FROM gleaner.comparison_verdicts v
            JOIN gleaner.comparisons c ON c.id = v.comparison_id
            LEFT JOIN gleaner.exchanges a ON a.shard = gleaner.shard_of(c.exchange_a) AND a.id = c.exchange_a
            LEFT JOIN gleaner.exchanges b ON b.shard = gleaner.shard_of(c.exchange_b) AND b.id = c.exchange_b
            WHERE v.project_id = \(project.uuid) AND v.created_at >= \(range.from) AND v.created_at < \(range.to)
              AND (\(kind?.rawValue) IS NULL OR c.kind = \(kind?.rawValue))
            ORDER BY v.created_at DESC LIMIT 100000
            """, timeout: .seconds(60)
        ).map { row in
            ComparisonResults.Verdict(
                a: try row.decode("a"), b: try row.decode("b"), preferred: try row.decode("preferred"),
                isALeft: try row.decode("left_side", as: String.self) == "a")
        }
    }
}
