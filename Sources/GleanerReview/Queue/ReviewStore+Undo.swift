import AsyncPostgres
import Foundation
import GleanerCore

/// What a reviewer did last is taken back, whichever way they had ended the item.
extension ReviewStore {
    private enum Ending {
        /// Submitted or skipped.
        case closed(slot: UUID, token: UUID)
        case declined(UUID)
    }

    /// - Throws: `ReviewError.nothingToUndo`, also when the newest can not be taken back: what came before it stays.
    func undo(_ terms: LeaseTerms, in project: ID<Project>, minutes: Int) async throws -> Lease {
        try await pool.withTransaction { connection in
            let lease: Lease? =
                switch try await newest(terms, project, minutes, on: connection) {
                case .closed(let slot, let token): try await reopen(slot, token, terms, project, on: connection)
                case .declined(let exchange): try await takeBack(exchange, terms, project, on: connection)
                case nil: nil
                }
            guard let lease else { throw ReviewError.nothingToUndo(minutes: minutes) }
            return lease
        }
    }

    /// Each of the three along an index of its own.
    private func newest(
        _ terms: LeaseTerms, _ project: ID<Project>, _ minutes: Int, on connection: PostgresConnection
    ) async throws -> Ending? {
        let since: SQL = "clock_timestamp() - make_interval(mins => \(Int32(minutes)))"
        func closed(_ state: SQL) -> SQL {
            """
            (SELECT id, lease_token, NULL::uuid AS declined, submitted_at AS at FROM gleaner.review_slots
             WHERE project_id = \(project.uuid) AND leased_by = \(terms.reviewer) AND state = \(sql: state)
               AND submitted_at > \(sql: since)
             ORDER BY submitted_at DESC LIMIT 1)
            """
        }
        let row = try await connection.query(
            """
            SELECT id, lease_token, declined FROM (
                \(sql: closed("'done'")) UNION ALL \(sql: closed("'skipped'")) UNION ALL
                (SELECT NULL, NULL, exchange_id, declined_at FROM gleaner.review_declines
                 WHERE project_id = \(project.uuid) AND reviewer = \(terms.reviewer) AND declined_at > \(sql: since)
                 ORDER BY declined_at DESC LIMIT 1)) ended
            ORDER BY at DESC LIMIT 1
            """
        ).first
        guard let row else { return nil }
        if let exchange: UUID = try row.decodeIfPresent("declined") { return .declined(exchange) }
        return .closed(slot: try row.decode("id"), token: try row.decode("lease_token"))
    }

    private func reopen(
        _ slot: UUID, _ token: UUID, _ terms: LeaseTerms, _ project: ID<Project>, on connection: PostgresConnection
    ) async throws -> Lease? {
        guard let held = try await lock(slot, token, project, on: connection),
            held.state == "done" || held.state == "skipped",
            try await reopen(held.exchange, isGold: held.isGold, project, on: connection)
        else { return nil }
        if let review = held.review {
            try await connection.query(
                """
                WITH marked AS (
                    \(sql: RollupMarks.of(review, on: held.exchange, in: project))
                )
                INSERT INTO gleaner.review_retractions
                    (shard, review_id, project_id, exchange_id, reviewer, retracted_at)
                VALUES (\(held.exchange.shard.value), \(review), \(project.uuid), \(held.exchange.uuid),
                        \(terms.reviewer), clock_timestamp())
                """)
        }
        let rows = try await connection.query(
            """
            UPDATE gleaner.review_slots SET
                state = 'leased', review_id = NULL, skip_reason = NULL, submitted_at = NULL,
                lease_token = gen_random_uuid(), leased_at = clock_timestamp(),
                leased_until = clock_timestamp() + make_interval(secs => \(terms.seconds))
            WHERE id = \(slot) RETURNING id, lease_token, exchange_id, leased_until, rubric
            """)
        // After the lease: a draft from before it would be somebody else's.
        try await connection.query(
            """
            INSERT INTO gleaner.review_drafts (slot_id, document, saved_at)
            SELECT \(slot), jsonb_strip_nulls(jsonb_build_object(
                       'scores', scores, 'answers', coalesce(answers, '{}'), 'correction', correction,
                       'comment', comment)), clock_timestamp()
            FROM gleaner.reviews WHERE shard = \(held.exchange.shard.value) AND id = \(held.review)
            ON CONFLICT (slot_id) DO UPDATE SET document = excluded.document, saved_at = excluded.saved_at
            """)
        return try Lease(rows[0])
    }

    /// What was declined is lent again, unless all its slots are with others by now.
    private func takeBack(
        _ exchange: UUID, _ terms: LeaseTerms, _ project: ID<Project>, on connection: PostgresConnection
    ) async throws -> Lease? {
        let rows = try await connection.query(
            """
            UPDATE gleaner.review_slots SET
                state = 'leased', leased_by = \(terms.reviewer), lease_token = gen_random_uuid(),
                leased_at = clock_timestamp(), leased_until = clock_timestamp() + make_interval(secs => \(terms.seconds)),
                rubric = \(terms.rubric)
            WHERE id = (
                SELECT id FROM gleaner.review_slots
                WHERE project_id = \(project.uuid) AND exchange_id = \(exchange) AND state IN ('open', 'leased')
                  AND (state = 'open' OR leased_until < clock_timestamp())
                ORDER BY position FOR UPDATE SKIP LOCKED LIMIT 1)
            RETURNING id, lease_token, exchange_id, leased_until, rubric
            """)
        guard let row = rows.first else { return nil }
        try await connection.query(
            """
            DELETE FROM gleaner.review_declines
            WHERE project_id = \(project.uuid) AND exchange_id = \(exchange) AND reviewer = \(terms.reviewer)
            """)
        return try Lease(row)
    }
}
