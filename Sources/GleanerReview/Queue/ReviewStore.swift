import AsyncPostgres
import Foundation
import GleanerCore

/// The queue in `gleaner.review_slots` and verdicts in `gleaner.reviews`.
struct ReviewStore: Sendable {
    struct Lease: Sendable {
        let slot: UUID
        let token: UUID
        let exchange: ID<Exchange>
        let until: Date
    }

    let pool: PostgresPool
    let lease: Duration

    /// Lends the first open slot, or one whose lease has run out; rows that others are looking at are passed over.
    func lease(to reviewer: String, in project: ID<Project>) async throws -> Lease? {
        let token = UUID()
        let seconds = Double(lease.components.seconds) + Double(lease.components.attoseconds) / 1e18
        let rows = try await pool.query(
            """
            UPDATE gleaner.review_slots SET
                state = 'leased', leased_by = \(reviewer), lease_token = \(token), leased_at = clock_timestamp(),
                leased_until = clock_timestamp() + make_interval(secs => \(seconds))
            WHERE id = (
                SELECT id FROM gleaner.review_slots
                WHERE project_id = \(project.uuid) AND state IN ('open', 'leased')
                  AND (state = 'open' OR leased_until < clock_timestamp())
                ORDER BY position FOR UPDATE SKIP LOCKED LIMIT 1)
            RETURNING id, exchange_id, leased_until
            """)
        guard let row = rows.first else { return nil }
        return Lease(
            slot: try row.decode("id"), token: token, exchange: ID(try row.decode("exchange_id", as: UUID.self)),
            until: try row.decode("leased_until"))
    }

    func item(_ lease: Lease, in project: ID<Project>) async throws -> ReviewItem {
        let rows = try await pool.query(
            """
            SELECT messages, answer FROM gleaner.exchange_bodies
            WHERE shard = \(lease.exchange.shard.value) AND id = \(lease.exchange.uuid) AND project_id = \(project.uuid)
            """)
        func json(_ column: String) throws -> JSONValue? {
            // Postgres holds documents deeper than the parser follows; such an item is shown as unreadable.
            try rows.first?.decodeIfPresent(column, as: JSONB.self).flatMap { try? JSONValue(parsing: $0.bytes) }
        }
        return ReviewItem(
            slot: lease.slot, leaseToken: lease.token, leasedUntil: lease.until, exchange: lease.exchange,
            messages: try json("messages")?.arrayValue,
            answer: try json("answer")?["choices"]?.arrayValue?.first?["message"])
    }

    func submit(_ verdict: ReviewVerdict, slot: UUID, token: UUID, in project: ID<Project>) async throws -> UUID {
        let scores = JSONValue.object(verdict.scores.mapValues { .integer(Int64($0.value)) })
        let document = JSONB(bytes: try scores.canonicalBytes())
        return try await pool.withTransaction { connection in
            let rows = try await connection.query(
                """
                SELECT exchange_id, state, review_id FROM gleaner.review_slots
                WHERE id = \(slot) AND project_id = \(project.uuid) AND lease_token = \(token) FOR UPDATE
                """)
            guard let row = rows.first else { throw ReviewError.leaseLost }
            // The same submission again, because its answer got lost on the way.
            if let done = try row.decodeIfPresent("review_id", as: UUID.self) { return done }
            // Late is fine while the token stands: nobody else has been lent the slot.
            guard try row.decode("state", as: String.self) == "leased" else { throw ReviewError.leaseLost }
            let exchange = ID<Exchange>(try row.decode("exchange_id", as: UUID.self))
            let review = ID<ReviewVerdict>.new(on: exchange.shard).uuid
            try await connection.query(
                """
                WITH closed AS (
                    UPDATE gleaner.review_slots SET state = 'done', review_id = \(review) WHERE id = \(slot)
                    RETURNING leased_by, leased_at
                )
                INSERT INTO gleaner.reviews
                    (shard, id, project_id, exchange_id, reviewer, rubric, scores, lowest, correction, comment, duration_ms, created_at)
                SELECT \(exchange.shard.value), \(review), \(project.uuid), \(exchange.uuid), leased_by, \(Rubric.name),
                       \(document), \(verdict.lowest), \(verdict.correction), \(verdict.comment),
                       (extract(epoch FROM clock_timestamp() - leased_at) * 1000)::bigint, clock_timestamp()
                FROM closed
                """)
            return review
        }
    }

    func skip(slot: UUID, token: UUID, in project: ID<Project>, reason: String?) async throws {
        let skipped = try await pool.query(
            """
            UPDATE gleaner.review_slots SET
                state = 'skipped', skip_reason = CASE state WHEN 'leased' THEN \(reason) ELSE skip_reason END
            WHERE id = \(slot) AND project_id = \(project.uuid) AND lease_token = \(token)
              AND state IN ('leased', 'skipped')
            """
        ).affected
        guard skipped == 1 else { throw ReviewError.leaseLost }
    }

    func giveBack(slot: UUID, token: UUID, in project: ID<Project>) async throws {
        let returned = try await pool.query(
            """
            UPDATE gleaner.review_slots SET
                state = 'open', leased_by = NULL, lease_token = NULL, leased_at = NULL, leased_until = NULL
            WHERE id = \(slot) AND project_id = \(project.uuid) AND lease_token = \(token) AND state = 'leased'
            """
        ).affected
        guard returned == 1 else { throw ReviewError.leaseLost }
    }

    func progress(in project: ID<Project>) async throws -> ReviewProgress {
        var counts: [String: Int] = [:]
        for row in try await pool.query(
            """
            SELECT CASE WHEN state = 'leased' AND leased_until < clock_timestamp() THEN 'open' ELSE state END AS standing,
                   count(*) AS count
            FROM gleaner.review_slots WHERE project_id = \(project.uuid) GROUP BY standing
            """)
        {
            counts[try row.decode("standing")] = try row.decode("count", as: Int.self)
        }
        var means: [String: Double] = [:]
        for row in try await pool.query(
            """
            SELECT s.key, avg(s.value::int)::float8 AS mean
            FROM gleaner.reviews r CROSS JOIN LATERAL jsonb_each_text(r.scores) s
            WHERE r.project_id = \(project.uuid) GROUP BY s.key
            """)
        {
            means[try row.decode("key")] = try row.decode("mean", as: Double.self)
        }
        return ReviewProgress(
            open: counts["open"] ?? 0, leased: counts["leased"] ?? 0, done: counts["done"] ?? 0,
            skipped: counts["skipped"] ?? 0, means: means)
    }
}
