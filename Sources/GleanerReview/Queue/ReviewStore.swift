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
        let rubric: String

        init(_ row: PostgresRow) throws {
            slot = try row.decode("id")
            token = try row.decode("lease_token")
            exchange = ID(try row.decode("exchange_id", as: UUID.self))
            until = try row.decode("leased_until")
            // Those lent before there were rubrics.
            rubric = try row.decodeIfPresent("rubric") ?? Rubric.firstDefault.reference
        }
    }

    let pool: PostgresPool

    // MARK: Lending

    /// Lends the first slot that is open, or whose lease has run out, and whose exchange the reviewer has not judged,
    /// skipped or declined. Rows that others are looking at are passed over.
    ///
    /// A window of the queue is looked at, its front first: a reviewer who has judged much meets mostly second slots of
    /// their own items there, and passing over all of them would take longer with every review.
    func lease(_ terms: LeaseTerms, in project: ID<Project>) async throws -> Lease? {
        for start in [-2, Double.random(in: 0..<1)] {
            if let lease = try await lease(terms, from: start, window: 500, in: project) { return lease }
        }
        return try await lease(terms, from: -2, window: nil, in: project)
    }

    private func lease(
        _ terms: LeaseTerms, from start: Double, window: Int?, in project: ID<Project>
    ) async throws -> Lease? {
        for _ in 0..<3 {
            do {
                let rows = try await pool.query(
                    Self.leasing(terms, from: start, window: window, in: project), timeout: .seconds(30))
                guard let row = rows.first else { return nil }
                return try Lease(row)
            } catch let error as PostgresError where error.sqlState == "23505" {
                // The same reviewer asked twice at once, and would hold two slots of one exchange.
                continue
            }
        }
        return nil
    }

    /// The statement, apart, so that a test can ask for its plan. `OFFSET 0` keeps the two conditions as look-ups by index
    /// for each row of the window, which end with the first that are found.
    static func leasing(_ terms: LeaseTerms, from start: Double, window: Int?, in project: ID<Project>) -> SQL {
        """
        WITH waiting AS MATERIALIZED (
            SELECT id, project_id, exchange_id, position FROM gleaner.review_slots
            WHERE project_id = \(project.uuid) AND state IN ('open', 'leased')
              AND (state = 'open' OR leased_until < clock_timestamp()) AND position >= \(start)
            ORDER BY position LIMIT \(window)
        ), allowed AS MATERIALIZED (
            SELECT id FROM waiting w
            WHERE NOT EXISTS (
                    SELECT 1 FROM gleaner.review_slots o
                    WHERE o.project_id = w.project_id AND o.exchange_id = w.exchange_id
                      AND o.leased_by = \(terms.reviewer) AND o.id <> w.id OFFSET 0)
              AND NOT EXISTS (
                    SELECT 1 FROM gleaner.review_declines d
                    WHERE d.project_id = w.project_id AND d.exchange_id = w.exchange_id
                      AND d.reviewer = \(terms.reviewer) OFFSET 0)
            LIMIT 100
        )
        UPDATE gleaner.review_slots SET
            state = 'leased', leased_by = \(terms.reviewer), lease_token = gen_random_uuid(),
            leased_at = clock_timestamp(), leased_until = clock_timestamp() + make_interval(secs => \(terms.seconds)),
            rubric = \(terms.rubric)
        WHERE id = (
            SELECT id FROM gleaner.review_slots
            WHERE id = ANY(ARRAY(SELECT id FROM allowed)) AND state IN ('open', 'leased')
              AND (state = 'open' OR leased_until < clock_timestamp())
            ORDER BY position FOR UPDATE SKIP LOCKED LIMIT 1)
        RETURNING id, lease_token, exchange_id, leased_until, rubric
        """
    }

    /// The item that the reviewer has at hand, the oldest one, for another lease's length.
    func held(_ terms: LeaseTerms, in project: ID<Project>) async throws -> Lease? {
        try await pool.query(
            """
            UPDATE gleaner.review_slots SET
                leased_until = clock_timestamp() + make_interval(secs => \(terms.seconds))
            WHERE id = (
                SELECT id FROM gleaner.review_slots
                WHERE project_id = \(project.uuid) AND leased_by = \(terms.reviewer) AND state = 'leased'
                ORDER BY leased_at FOR UPDATE SKIP LOCKED LIMIT 1)
            RETURNING id, lease_token, exchange_id, leased_until, rubric
            """
        ).first.map(Lease.init)
    }

    func heldSlots(by reviewer: String, in project: ID<Project>) async throws -> [UUID] {
        try await pool.query(
            """
            SELECT id FROM gleaner.review_slots
            WHERE project_id = \(project.uuid) AND leased_by = \(reviewer) AND state = 'leased' ORDER BY leased_at LIMIT 100
            """
        ).map { try $0.decode("id") }
    }

    func held(_ slot: UUID, by reviewer: String, in project: ID<Project>) async throws -> Lease? {
        try await pool.query(
            """
            SELECT id, lease_token, exchange_id, leased_until, rubric FROM gleaner.review_slots
            WHERE id = \(slot) AND project_id = \(project.uuid) AND leased_by = \(reviewer) AND state = 'leased'
            """
        ).first.map(Lease.init)
    }

    func extend(slot: UUID, token: UUID, in project: ID<Project>, by length: Duration) async throws -> Date {
        let seconds = LeaseTerms(reviewer: "", rubric: "", length: length).seconds
        let row = try await pool.query(
            """
            UPDATE gleaner.review_slots SET leased_until = clock_timestamp() + make_interval(secs => \(seconds))
            WHERE id = \(slot) AND project_id = \(project.uuid) AND lease_token = \(token) AND state = 'leased'
            RETURNING leased_until
            """
        ).first
        guard let row else { throw ReviewError.leaseLost }
        return try row.decode("leased_until")
    }

    func keep(_ draft: JSONB, slot: UUID, token: UUID, in project: ID<Project>) async throws {
        let kept = try await pool.query(
            """
            INSERT INTO gleaner.review_drafts (slot_id, document, saved_at)
            SELECT id, \(draft), clock_timestamp() FROM gleaner.review_slots
            WHERE id = \(slot) AND project_id = \(project.uuid) AND lease_token = \(token) AND state = 'leased'
            ON CONFLICT (slot_id) DO UPDATE SET document = excluded.document, saved_at = excluded.saved_at
            """
        ).affected
        guard kept == 1 else { throw ReviewError.leaseLost }
    }

    func item(_ lease: Lease, _ rubric: Rubric, in project: ID<Project>) async throws -> ReviewItem {
        // A draft from an earlier lease of somebody else is none of this reviewer's.
        let row = try await pool.query(
            """
            SELECT b.messages, b.answer,
                   (SELECT x.language FROM gleaner.exchanges x
                    WHERE x.shard = \(lease.exchange.shard.value) AND x.id = \(lease.exchange.uuid)
                      AND x.project_id = \(project.uuid)) AS language,
                   (SELECT d.document FROM gleaner.review_drafts d JOIN gleaner.review_slots s ON s.id = d.slot_id
                    WHERE s.id = \(lease.slot) AND s.lease_token = \(lease.token) AND d.saved_at >= s.leased_at) AS draft
            FROM (SELECT 1) AS one LEFT JOIN gleaner.exchange_bodies b
              ON b.shard = \(lease.exchange.shard.value) AND b.id = \(lease.exchange.uuid)
             AND b.project_id = \(project.uuid)
            """)[0]
        func json(_ column: String) throws -> JSONValue? {
            // Postgres holds documents deeper than the parser follows; such an item is shown as unreadable.
            try row.decodeIfPresent(column, as: JSONB.self).flatMap { try? JSONValue(parsing: $0.bytes) }
        }
        return ReviewItem(
            slot: lease.slot, leaseToken: lease.token, leasedUntil: lease.until, exchange: lease.exchange,
            rubric: rubric, messages: try json("messages")?.arrayValue, language: try row.decodeIfPresent("language"),
            answer: try json("answer")?["choices"]?.arrayValue?.first?["message"],
            draft: try json("draft").map { ReviewAnswers($0) })
    }

    func rubric(ofSlot slot: UUID, token: UUID, in project: ID<Project>) async throws -> String? {
        try await pool.query(
            """
            SELECT coalesce(rubric, \(Rubric.firstDefault.reference)) AS rubric FROM gleaner.review_slots
            WHERE id = \(slot) AND project_id = \(project.uuid) AND lease_token = \(token)
            """
        ).first?.decode("rubric")
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

    /// As if it had never been lent.
    func putBack(_ lease: Lease, in project: ID<Project>) async throws {
        try await pool.query(
            """
            UPDATE gleaner.review_slots SET
                state = 'open', leased_by = NULL, lease_token = NULL, leased_at = NULL, leased_until = NULL, rubric = NULL
            WHERE id = \(lease.slot) AND project_id = \(project.uuid) AND lease_token = \(lease.token) AND state = 'leased'
            """)
    }

    func decline(slot: UUID, token: UUID, in project: ID<Project>, reason: String) async throws {
        let declined = try await pool.query(
            """
            WITH lent AS (
                SELECT id, project_id, exchange_id, leased_by FROM gleaner.review_slots
                WHERE id = \(slot) AND project_id = \(project.uuid) AND lease_token = \(token) AND state = 'leased'
                FOR UPDATE
            ), noted AS (
                INSERT INTO gleaner.review_declines (project_id, exchange_id, reviewer, reason, declined_at)
                SELECT project_id, exchange_id, leased_by, \(reason), clock_timestamp() FROM lent
                ON CONFLICT (project_id, exchange_id, reviewer) DO UPDATE SET
                    reason = excluded.reason, declined_at = excluded.declined_at
            )
            UPDATE gleaner.review_slots s SET
                state = 'open', leased_by = NULL, lease_token = NULL, leased_at = NULL, leased_until = NULL
            FROM lent WHERE s.id = lent.id
            """
        ).affected
        guard declined == 1 else { throw ReviewError.leaseLost }
    }
}
