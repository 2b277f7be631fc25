import AsyncPostgres
import Foundation
import GleanerCore

/// Exchanges with known right scores, and the slots in which reviewers meet them.
struct GoldStore: Sendable {
    /// Any number of reviewers meet a gold item, each once.
    private static let slots: Int16 = 1000

    let pool: PostgresPool

    /// Lends a hidden check that the reviewer has not met; `nil` when there is none left.
    func lease(_ terms: LeaseTerms, in project: ID<Project>) async throws -> ReviewStore.Lease? {
        do {
            return try await pool.withTransaction { connection in
                guard let exchange = try await choose(terms, project, on: connection) else { return nil }
                try await connection.query(
                    """
                    INSERT INTO gleaner.review_items
                        (project_id, exchange_id, is_gold, slots, wanted, purpose, standing, created_at)
                    VALUES (\(project.uuid), \(exchange), true, \(Self.slots), \(Self.slots), 'gold', 'open', now())
                    ON CONFLICT DO NOTHING
                    """)
                // One at a time counts up the slots.
                try await connection.query(
                    """
                    SELECT 1 FROM gleaner.review_items
                    WHERE project_id = \(project.uuid) AND exchange_id = \(exchange) AND is_gold FOR UPDATE
                    """)
                return try await connection.query(
                    """
                    INSERT INTO gleaner.review_slots
                        (id, project_id, exchange_id, is_gold, slot, slot_limit, position, state, leased_by, lease_token,
                         leased_at, leased_until, rubric, created_at)
                    SELECT gen_random_uuid(), \(project.uuid), \(exchange), true, coalesce(max(slot), 0) + 1, \(Self.slots),
                           random(), 'leased', \(terms.reviewer), gen_random_uuid(), clock_timestamp(),
                           clock_timestamp() + make_interval(secs => \(terms.seconds)), \(terms.rubric), clock_timestamp()
                    FROM gleaner.review_slots
                    WHERE project_id = \(project.uuid) AND exchange_id = \(exchange) AND is_gold
                    HAVING coalesce(max(slot), 0) < \(Self.slots)
                    RETURNING id, lease_token, exchange_id, leased_until, rubric
                    """
                ).first.map(ReviewStore.Lease.init)
            }
        } catch let error as PostgresError where error.sqlState == "23505" {
            // The same reviewer asked twice at once; the queue has other items.
            return nil
        }
    }

    private func choose(
        _ terms: LeaseTerms, _ project: ID<Project>, on connection: PostgresConnection
    ) async throws -> UUID? {
        try await connection.query(
            """
            SELECT g.exchange_id FROM gleaner.gold_items g
            WHERE g.project_id = \(project.uuid)
              AND NOT EXISTS (
                    SELECT 1 FROM gleaner.review_slots o
                    WHERE o.project_id = g.project_id AND o.exchange_id = g.exchange_id AND o.leased_by = \(terms.reviewer))
              AND NOT EXISTS (
                    SELECT 1 FROM gleaner.review_declines d
                    WHERE d.project_id = g.project_id AND d.exchange_id = g.exchange_id
                      AND d.reviewer = \(terms.reviewer))
            ORDER BY random() LIMIT 1
            """
        ).first?.decode("exchange_id")
    }

    func mark(
        _ exchange: ID<Exchange>, scores: JSONB, note: String?, by lead: String, in project: ID<Project>
    ) async throws {
        let marked = try await pool.query(
            """
            INSERT INTO gleaner.gold_items (project_id, exchange_id, scores, note, marked_by, marked_at)
            SELECT e.project_id, e.id, \(scores), \(note), \(lead), now() FROM gleaner.exchanges e
            WHERE e.shard = \(exchange.shard.value) AND e.id = \(exchange.uuid) AND e.project_id = \(project.uuid)
              AND e.status = 'completed' AND e.complete AND e.http_status = 200
            ON CONFLICT (project_id, exchange_id) DO UPDATE SET
                scores = excluded.scores, note = excluded.note, marked_by = excluded.marked_by,
                marked_at = excluded.marked_at
            """
        ).affected
        guard marked == 1 else { throw ReviewError.exchangeUnknown(exchange) }
    }

    func unmark(_ exchange: ID<Exchange>, in project: ID<Project>) async throws {
        let gone = try await pool.query(
            "DELETE FROM gleaner.gold_items WHERE project_id = \(project.uuid) AND exchange_id = \(exchange.uuid)"
        ).affected
        guard gone == 1 else { throw ReviewError.exchangeUnknown(exchange) }
    }

    func all(of project: ID<Project>) async throws -> [GoldItem] {
        try await pool.query(
            """
            SELECT exchange_id, scores, note, marked_by, marked_at,
                   (SELECT count(*) FROM gleaner.review_slots s
                    WHERE s.project_id = g.project_id AND s.exchange_id = g.exchange_id AND s.is_gold
                      AND s.state = 'done') AS judged
            FROM gleaner.gold_items g WHERE project_id = \(project.uuid) ORDER BY marked_at DESC LIMIT 1000
            """
        ).map { row in
            GoldItem(
                exchange: ID(try row.decode("exchange_id", as: UUID.self)),
                scores: try JSONDecoder().decode(
                    [String: Int].self, from: Data(row.decode("scores", as: JSONB.self).bytes)),
                note: try row.decodeIfPresent("note"), markedBy: try row.decode("marked_by"),
                markedAt: try row.decode("marked_at"), judged: try row.decode("judged"))
        }
    }
}
