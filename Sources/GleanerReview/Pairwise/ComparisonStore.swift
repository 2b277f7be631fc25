import AsyncPostgres
import Foundation
import GleanerCore

/// Pairs and verdicts in `gleaner.comparisons` and `gleaner.comparison_verdicts`.
struct ComparisonStore: Sendable {
    static let lease = 600.0

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
        _ kind: ComparisonKind, _ pairs: [NewPair], in project: ID<Project>
    ) async throws -> Int {
        guard !pairs.isEmpty else { return 0 }
        return try await pool.query(
            """
            INSERT INTO gleaner.comparisons
                (id, project_id, kind, exchange_a, exchange_b, correction, author, position, state, created_at)
            SELECT gen_random_uuid(), \(project.uuid), \(kind.rawValue), p.a, p.b, p.correction, p.author, random(), 'open',
                   now()
            FROM unnest(
                \(PostgresArray(pairs.map(\.a.uuid))), \(PostgresArray(pairs.map(\.b.uuid))),
                \(PostgresArray(pairs.map(\.correction))), \(PostgresArray(pairs.map(\.author)))) AS p (a, b, correction, author)
            ON CONFLICT (project_id, kind, exchange_a, exchange_b) DO NOTHING
            """
        ).affected
    }

    // MARK: Finding pairs

    func find(_ kind: ComparisonKind, in project: ID<Project>, _ range: TimeRange, limit: Int) async throws -> Int {
        let rows = try await pool.query(Self.finding(kind, project, range, limit), timeout: .seconds(60))
        return try await add(
            kind,
            try rows.map {
                NewPair(
                    a: ID(try $0.decode("a", as: UUID.self)), b: ID(try $0.decode("b", as: UUID.self)),
                    correction: try $0.decodeIfPresent("correction"), author: try $0.decodeIfPresent("author"))
            }, in: project)
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
                SELECT s.shadow_of AS a, s.id AS b, NULL::text AS correction, NULL::text AS author
                FROM gleaner.exchanges s
                JOIN gleaner.exchanges e
                  ON e.shard = gleaner.shard_of(s.shadow_of) AND e.id = s.shadow_of AND e.project_id = s.project_id
                WHERE s.project_id = \(project.uuid) AND s.shadow_of IS NOT NULL
                  AND s.id >= \(ids.low) AND s.id < \(ids.high)
                  AND s.status = 'completed' AND s.complete AND s.http_status = 200
                  AND e.status = 'completed' AND e.complete AND e.http_status = 200
                  AND \(sql: isNew(kind, project, a: "s.shadow_of", b: "s.id"))
                ORDER BY s.id DESC LIMIT \(limit)
                """
        case .variants:
            // The newest three of each variant and request are enough, and one new pair a request: what clients repeat
            // ten thousand times makes no more pairs than what they asked twice.
            return """
                WITH \(sql: newest), few AS (
                    SELECT id, variant, request_sha256 FROM (
                        SELECT id, variant, request_sha256,
                               row_number() OVER (PARTITION BY request_sha256, variant ORDER BY id DESC) AS place
                        FROM newest WHERE variant IS NOT NULL) ranked
                    WHERE place <= 3
                ), new AS (
                    SELECT DISTINCT ON (a.request_sha256) a.id AS a, b.id AS b
                    FROM few a JOIN few b ON b.request_sha256 = a.request_sha256 AND b.id > a.id AND b.variant <> a.variant
                    WHERE \(sql: isNew(kind, project, a: "a.id", b: "b.id"))
                    ORDER BY a.request_sha256, a.id DESC, b.id
                )
                SELECT a, b, NULL::text AS correction, NULL::text AS author FROM new ORDER BY a DESC LIMIT \(limit)
                """
        case .regenerated:
            return """
                WITH \(sql: newest), followed AS (
                    SELECT id AS a, lead(id) OVER (PARTITION BY conversation, request_sha256 ORDER BY id) AS b
                    FROM newest WHERE conversation IS NOT NULL
                )
                SELECT a, b, NULL::text AS correction, NULL::text AS author FROM followed
                WHERE b IS NOT NULL AND \(sql: isNew(kind, project, a: "a", b: "b"))
                ORDER BY a DESC LIMIT \(limit)
                """
        // An evaluation offers them.
        case .gate:
            return "SELECT NULL::uuid AS a, NULL::uuid AS b, NULL::text AS correction, NULL::text AS author LIMIT 0"
        case .correction:
            return """
                SELECT DISTINCT ON (r.exchange_id) r.exchange_id AS a, r.exchange_id AS b, r.correction, r.reviewer AS author
                FROM gleaner.counted_reviews r
                WHERE r.project_id = \(project.uuid) AND r.id >= \(ids.low) AND r.correction IS NOT NULL
                  AND \(sql: isNew(kind, project, a: "r.exchange_id", b: "r.exchange_id"))
                ORDER BY r.exchange_id DESC, r.created_at DESC LIMIT \(limit)
                """
        }
    }

    /// Looked at before the limit: what was found before makes room for what was not.
    private static func isNew(_ kind: ComparisonKind, _ project: ID<Project>, a: SQL, b: SQL) -> SQL {
        """
        NOT EXISTS (
            SELECT 1 FROM gleaner.comparisons c
            WHERE c.project_id = \(project.uuid) AND c.kind = \(kind.rawValue) AND c.exchange_a = \(sql: a)
              AND c.exchange_b = \(sql: b))
        """
    }

    // MARK: Lending

    /// Lends a pair; nobody judges their own correction. Which answer stands on the left is drawn when a pair is first lent,
    /// and stays.
    func lease(to reviewer: String, in project: ID<Project>) async throws -> ComparisonItem? {
        let row = try await pool.query(
            """
            UPDATE gleaner.comparisons SET
                state = 'leased', leased_by = \(reviewer), lease_token = gen_random_uuid(), leased_at = clock_timestamp(),
                leased_until = clock_timestamp() + make_interval(secs => \(Self.lease)),
                left_side = coalesce(left_side, CASE WHEN random() < 0.5 THEN 'a' ELSE 'b' END)
            WHERE id = (
                SELECT id FROM gleaner.comparisons
                WHERE project_id = \(project.uuid) AND state IN ('open', 'leased')
                  AND (state = 'open' OR leased_until < clock_timestamp())
                  AND author IS DISTINCT FROM \(reviewer)
                ORDER BY position FOR UPDATE SKIP LOCKED LIMIT 1)
            RETURNING id, lease_token, leased_until, left_side, exchange_a, exchange_b, correction, messages, answer_a, answer_b
            """
        ).first
        return try await row.asyncMap { try await item($0, in: project) }
    }

    /// The pair that a reviewer has at hand, the oldest; looking changes nothing.
    func held(by reviewer: String, in project: ID<Project>) async throws -> ComparisonItem? {
        let row = try await pool.query(
            """
            SELECT id, lease_token, leased_until, left_side, exchange_a, exchange_b, correction, messages, answer_a, answer_b
            FROM gleaner.comparisons
            WHERE project_id = \(project.uuid) AND state = 'leased' AND leased_by = \(reviewer)
            ORDER BY leased_at LIMIT 1
            """
        ).first
        return try await row.asyncMap { try await item($0, in: project) }
    }

    /// - Throws: `ReviewError.leaseLost`.
    func extend(_ comparison: UUID, token: UUID, in project: ID<Project>) async throws -> Date {
        let row = try await pool.query(
            """
            UPDATE gleaner.comparisons SET leased_until = clock_timestamp() + make_interval(secs => \(Self.lease))
            WHERE id = \(comparison) AND project_id = \(project.uuid) AND lease_token = \(token) AND state = 'leased'
            RETURNING leased_until
            """
        ).first
        guard let row else { throw ReviewError.leaseLost }
        return try row.decode("leased_until")
    }

    private func item(_ row: PostgresRow, in project: ID<Project>) async throws -> ComparisonItem {
        let a = try await first(of: row, in: project)
        let b: JSONValue? =
            if let written = try row.decodeIfPresent("correction", as: String.self)
                ?? row.decodeIfPresent("answer_b", as: String.self)
            {
                ["role": "assistant", "content": .string(written)]
            } else {
                try await body(ID(try row.decode("exchange_b", as: UUID.self)), in: project).answer
            }
        let isALeft = try row.decode("left_side", as: String.self) == "a"
        return ComparisonItem(
            id: try row.decode("id"), leaseToken: try row.decode("lease_token"),
            leasedUntil: try row.decode("leased_until"), messages: a.messages, left: isALeft ? a.answer : b,
            right: isALeft ? b : a.answer)
    }

    /// Side a, with what was asked.
    private func first(
        of row: PostgresRow, in project: ID<Project>
    ) async throws -> (messages: [JSONValue]?, answer: JSONValue?) {
        guard let answer = try row.decodeIfPresent("answer_a", as: String.self) else {
            return try await body(ID(try row.decode("exchange_a", as: UUID.self)), in: project)
        }
        return (
            try JSONValue(parsing: row.decode("messages", as: JSONB.self).bytes).arrayValue,
            ["role": "assistant", "content": .string(answer)]
        )
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
                SELECT state, left_side FROM gleaner.comparisons
                WHERE id = \(comparison) AND project_id = \(project.uuid) AND lease_token = \(token) FOR UPDATE
                """
            ).first
            let state: String? = try row?.decode("state")
            if state == "done" { return }
            guard state == "leased", let left: String = try row?.decode("left_side") else {
                throw ReviewError.leaseLost
            }
            try await connection.query(
                """
                WITH closed AS (
                    UPDATE gleaner.comparisons SET state = 'done' WHERE id = \(comparison)
                    RETURNING leased_by, leased_at
                )
                INSERT INTO gleaner.comparison_verdicts
                    (id, comparison_id, project_id, reviewer, left_side, preferred, comment, duration_ms, created_at)
                SELECT \(ID<ComparisonItem>.new().uuid), \(comparison), \(project.uuid), leased_by,
                       \(left), \(preference.side(left: left)), \(comment),
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
            SELECT CASE c.kind WHEN 'gate' THEN c.name_a ELSE coalesce(a.variant, a.served_model, 'unknown') END AS a,
                   CASE c.kind WHEN 'correction' THEN 'correction' WHEN 'gate' THEN c.name_b
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
