import AsyncPostgres
import Foundation
import GleanerCore

/// How a lease ends: with a verdict, without one, or with the verdict taken back.
///
/// Each locks the item first and the slot after it, so that of two judgements that come in at once the second sees the
/// first, and a disagreement is found.
extension ReviewStore {
    struct Held {
        let exchange: ID<Exchange>
        let isGold: Bool
        let state: String
        let review: UUID?
    }

    func submit(
        _ verdict: ReviewVerdict, slot: UUID, token: UUID, in project: ID<Project>, spread: Int
    ) async throws -> (id: UUID, exchange: ID<Exchange>) {
        try await pool.withTransaction { connection in
            guard let held = try await lock(slot, token, project, on: connection) else { throw ReviewError.leaseLost }
            // The same submission again, because its answer got lost on the way.
            if let done = held.review { return (done, held.exchange) }
            // Late is fine while the token stands: nobody else has been lent the slot.
            guard held.state == "leased" else { throw ReviewError.leaseLost }
            let review = ID<ReviewVerdict>.new(on: held.exchange.shard).uuid
            try await connection.query(
                """
                WITH closed AS (
                    UPDATE gleaner.review_slots SET
                        state = 'done', review_id = \(review), submitted_at = clock_timestamp()
                    WHERE id = \(slot) RETURNING leased_by, leased_at
                ), cleared AS (
                    DELETE FROM gleaner.review_drafts WHERE slot_id = \(slot)
                ), marked AS (
                    \(sql: RollupMarks.of(review, on: held.exchange, in: project))
                )
                INSERT INTO gleaner.reviews
                    (shard, id, project_id, exchange_id, reviewer, rubric, kind, scores, answers, lowest, correction, comment,
                     duration_ms, created_at)
                SELECT \(held.exchange.shard.value), \(review), \(project.uuid), \(held.exchange.uuid), leased_by,
                       \(verdict.rubric), \(held.isGold ? "gold" : "review"), \(verdict.scoresJSON),
                       \(verdict.answersJSON), \(verdict.lowest), \(verdict.correction), \(verdict.comment),
                       (extract(epoch FROM clock_timestamp() - leased_at) * 1000)::bigint, clock_timestamp()
                FROM closed
                """)
            if !held.isGold { try await settle(held.exchange, project, spread: spread, on: connection) }
            return (review, held.exchange)
        }
    }

    func skip(slot: UUID, token: UUID, in project: ID<Project>, reason: String?, spread: Int) async throws {
        try await pool.withTransaction { connection in
            guard let held = try await lock(slot, token, project, on: connection) else { throw ReviewError.leaseLost }
            if held.state == "skipped" { return }
            guard held.state == "leased" else { throw ReviewError.leaseLost }
            try await connection.query(
                """
                WITH cleared AS (DELETE FROM gleaner.review_drafts WHERE slot_id = \(slot))
                UPDATE gleaner.review_slots SET
                    state = 'skipped', skip_reason = \(reason), submitted_at = clock_timestamp()
                WHERE id = \(slot)
                """)
            if !held.isGold { try await settle(held.exchange, project, spread: spread, on: connection) }
        }
    }

    // MARK: The item

    /// Locks the item and the slot. `nil` when the token is not the slot's.
    func lock(
        _ slot: UUID, _ token: UUID, _ project: ID<Project>, on connection: PostgresConnection
    ) async throws -> Held? {
        try await connection.query(
            """
            SELECT 1 FROM gleaner.review_items i JOIN gleaner.review_slots s USING (project_id, exchange_id, is_gold)
            WHERE s.id = \(slot) AND s.project_id = \(project.uuid) FOR UPDATE OF i
            """)
        let row = try await connection.query(
            """
            SELECT exchange_id, is_gold, state, review_id FROM gleaner.review_slots
            WHERE id = \(slot) AND project_id = \(project.uuid) AND lease_token = \(token) FOR UPDATE
            """
        ).first
        return try row.map {
            Held(
                exchange: ID(try $0.decode("exchange_id", as: UUID.self)), isGold: try $0.decode("is_gold"),
                state: try $0.decode("state"), review: try $0.decodeIfPresent("review_id"))
        }
    }

    /// Looks at what the judgements say together, and opens one more slot when they differ.
    private func settle(
        _ exchange: ID<Exchange>, _ project: ID<Project>, spread: Int, on connection: PostgresConnection
    ) async throws {
        let rows = try await connection.query(
            """
            SELECT i.standing, i.slots > i.wanted AS has_third, s.state, r.scores
            FROM gleaner.review_items i
            JOIN gleaner.review_slots s USING (project_id, exchange_id, is_gold)
            LEFT JOIN gleaner.reviews r ON r.shard = \(exchange.shard.value) AND r.id = s.review_id
            WHERE i.project_id = \(project.uuid) AND i.exchange_id = \(exchange.uuid) AND NOT i.is_gold
            """)
        guard let first = rows.first else { return }
        let (before, hasThird): (String, Bool) = (try first.decode("standing"), try first.decode("has_third"))
        guard before != "final" else { return }
        let scores = try rows.compactMap { row in
            try row.decodeIfPresent("scores", as: JSONB.self).map {
                try JSONDecoder().decode([String: Int].self, from: Data($0.bytes))
            }
        }
        let waiting = try rows.count { ["open", "leased"].contains(try $0.decode("state", as: String.self)) }
        let standing = ItemStanding.of(scores, waiting: waiting, spread: spread, hasThird: hasThird)
        guard standing.rawValue != before else { return }
        let addsSlot = standing == .third && !hasThird
        try await connection.query(
            """
            UPDATE gleaner.review_items SET standing = \(standing.rawValue), slots = slots + \(Int16(addsSlot ? 1 : 0))
            WHERE project_id = \(project.uuid) AND exchange_id = \(exchange.uuid) AND NOT is_gold
            """)
        guard addsSlot else { return }
        // In front: what others wait for comes soon, and looks like any other item.
        let position = NewItem.position(exchange.description, slot: rows.count + 1) - 1
        try await connection.query(
            """
            INSERT INTO gleaner.review_slots
                (id, project_id, exchange_id, is_gold, slot, slot_limit, position, state, created_at)
            SELECT gen_random_uuid(), project_id, exchange_id, false, slots, slots, \(position), 'open', now()
            FROM gleaner.review_items
            WHERE project_id = \(project.uuid) AND exchange_id = \(exchange.uuid) AND NOT is_gold
            """)
    }

    /// An item one of whose judgements is taken back waits again; a third slot that nobody has touched is not needed yet.
    /// - Returns: whether it may be: not once a lead has decided.
    func reopen(
        _ exchange: ID<Exchange>, isGold: Bool, _ project: ID<Project>, on connection: PostgresConnection
    ) async throws -> Bool {
        let standing: String = try await connection.query(
            """
            SELECT standing FROM gleaner.review_items
            WHERE project_id = \(project.uuid) AND exchange_id = \(exchange.uuid) AND is_gold = \(isGold)
            """)[0].decode("standing")
        if standing == "final" { return false }
        let removed = try await connection.query(
            """
            DELETE FROM gleaner.review_slots s USING gleaner.review_items i
            WHERE i.project_id = \(project.uuid) AND i.exchange_id = \(exchange.uuid) AND NOT i.is_gold AND NOT \(isGold)
              AND s.project_id = i.project_id AND s.exchange_id = i.exchange_id AND NOT s.is_gold
              AND i.standing = 'third' AND s.slot = i.slots AND s.state = 'open' AND s.rubric IS NULL
            """
        ).affected
        try await connection.query(
            """
            UPDATE gleaner.review_items SET
                slots = slots - \(Int16(removed)),
                standing = CASE WHEN NOT is_gold AND slots - \(Int16(removed)) > wanted THEN 'third' ELSE 'open' END
            WHERE project_id = \(project.uuid) AND exchange_id = \(exchange.uuid) AND is_gold = \(isGold)
            """)
        return true
    }
}

extension ReviewVerdict {
    var scoresJSON: JSONB { get throws { JSONB(bytes: try scoresDocument.canonicalBytes()) } }
    var answersJSON: JSONB? { get throws { try answersDocument.map { JSONB(bytes: try $0.canonicalBytes()) } } }
}
