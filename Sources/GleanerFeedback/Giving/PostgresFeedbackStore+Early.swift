import AsyncPostgres
import Foundation
import GleanerCore

extension PostgresFeedbackStore {
    /// Ingest and sweeps wait no longer than this: what is not joined now is joined later.
    private static let patience = Duration.seconds(10)
    /// Rows that one statement looks at.
    private static let page = 1000

    /// Landed exchanges say themselves what they are, so that nothing but what waits is looked at.
    func join(_ landed: [LandedExchange]) async throws -> [JoinedFeedback] {
        let sought = landed.filter { $0.completion != nil || $0.conversation != nil && $0.turn != nil }
        guard !sought.isEmpty else { return [] }
        return try await move(
            """
            landed AS (
                SELECT * FROM unnest(
                    \(PostgresArray(sought.map(\.project.uuid))), \(PostgresArray(sought.map(\.id.shard.value))),
                    \(PostgresArray(sought.map(\.id.uuid))), \(PostgresArray(sought.map(\.completion))),
                    \(PostgresArray(sought.map(\.conversation))),
                    \(PostgresArray(sought.map { $0.turn.flatMap(Int32.init(exactly:)) })))
                  AS l (project_id, shard, exchange_id, completion_id, conversation, message_index)
            ), known AS (
                SELECT e.id, l.shard, l.exchange_id FROM landed l
                JOIN gleaner.early_feedback e USING (project_id, completion_id)
                UNION ALL
                SELECT e.id, l.shard, l.exchange_id FROM landed l
                JOIN gleaner.early_feedback e USING (project_id, conversation, message_index)
            ), waiting AS MATERIALIZED (
                SELECT e.id FROM gleaner.early_feedback e WHERE e.id IN (SELECT id FROM known)
                FOR UPDATE SKIP LOCKED
            ), found AS (
                SELECT DISTINCT ON (id) id, shard, exchange_id FROM known
                WHERE id IN (SELECT id FROM waiting) ORDER BY id, exchange_id DESC
            )
            """)
    }

    func join(
        waitingAs subjects: [Subject], of project: ID<Project>, at time: Date
    ) async throws -> [JoinedFeedback] {
        let (completions, turns) = Self.sought(subjects)
        guard !completions.isEmpty || !turns.isEmpty else { return [] }
        return try await moveFound(
            """
            e.id IN (
                SELECT w.id FROM gleaner.early_feedback w
                JOIN unnest(\(PostgresArray(completions))) AS l (completion_id) USING (completion_id)
                WHERE w.project_id = \(project.uuid)
                UNION ALL
                SELECT w.id FROM gleaner.early_feedback w
                JOIN unnest(\(PostgresArray(turns.map(\.conversation))), \(PostgresArray(turns.map(\.index))))
                  AS l (conversation, message_index) USING (conversation, message_index)
                WHERE w.project_id = \(project.uuid))
            """, at: time)
    }

    /// By id, so that what never finds its exchange cannot make one statement longer and longer.
    func endOfWaiting(after last: UUID, at time: Date) async throws -> UUID? {
        try await query(
            """
            SELECT id FROM (
                SELECT id FROM gleaner.early_feedback WHERE id > \(last) AND look_at <= \(time)
                ORDER BY id LIMIT \(Self.page)) page
            ORDER BY id DESC LIMIT 1
            """, timeout: Self.patience
        ).first?.decode("id")
    }

    /// A completion that is ten minutes old is looked for less and less often, and at least every hour: its exchange
    /// finds it when it lands, and this is for what was missed then.
    func joinWaiting(after last: UUID, through end: UUID, at time: Date) async throws -> [JoinedFeedback] {
        let joined = try await moveFound(
            "e.id > \(last) AND e.id <= \(end) AND e.look_at <= \(time)", at: time)
        try await query(
            """
            UPDATE gleaner.early_feedback
            SET look_at = \(time) + least((\(time) - created_at) / 4, interval '1 hour')
            WHERE id > \(last) AND id <= \(end) AND look_at <= \(time) AND completion_id IS NOT NULL
              AND created_at < \(time.addingTimeInterval(-600))
            """, timeout: Self.patience)
        return joined
    }

    /// - Parameter condition: of `e`, for the rows that are looked at.
    private func moveFound(_ condition: SQL, at time: Date) async throws -> [JoinedFeedback] {
        // What is older than this was there when the feedback was given, and was found then.
        let earliest = UUID.lowest(at: time.addingTimeInterval(-2 * LongestWait.seconds))
        return try await move(
            """
            waiting AS MATERIALIZED (
                SELECT e.id, e.project_id, e.completion_id, e.conversation, e.message_index
                FROM gleaner.early_feedback e WHERE \(sql: condition) FOR UPDATE SKIP LOCKED
            ), asked AS (
                SELECT DISTINCT project_id, conversation FROM waiting WHERE conversation IS NOT NULL
            ), answers AS MATERIALIZED (
                \(sql: Self.answers(of: "asked", earliest: earliest, count: "x.message_count"))
            ), found AS (
                SELECT w.id, x.shard, x.exchange_id FROM waiting w
                JOIN answers x USING (project_id, conversation, message_index)
                UNION ALL
                SELECT w.id, x.shard, x.id FROM waiting w CROSS JOIN LATERAL (
                    SELECT x.shard, x.id FROM gleaner.exchanges x
                    WHERE x.project_id = w.project_id AND x.completion_id = w.completion_id AND x.id >= \(earliest)
                    ORDER BY x.id DESC LIMIT 1) x
                WHERE w.completion_id IS NOT NULL
            )
            """)
    }

    /// Moves the rows of `found (id, shard, exchange_id)`, which are locked, in one statement: a row is in one of the two
    /// tables at any time. Two movers at once share the rows between them; what one has locked the other passes over.
    private func move(_ found: SQL) async throws -> [JoinedFeedback] {
        try await query(
            """
            WITH \(sql: found), moved AS (
                DELETE FROM gleaner.early_feedback e USING found x WHERE e.id = x.id
                RETURNING e.*, x.shard, x.exchange_id
            ), joined AS (
                INSERT INTO gleaner.feedback (\(raw: FeedbackColumns.common), shard, exchange_id)
                SELECT \(raw: FeedbackColumns.common), shard, exchange_id FROM moved
                RETURNING *
            ), marked AS (
                \(raw: FeedbackColumns.markRollups) FROM joined
            )
            SELECT id, project_id, exchange_id, body IS NOT NULL AS has_text,
                   coalesce(thumb = -1 OR score <= \(Score.lowest), false) AS is_low,
                   kind IN ('flag', 'regenerated', 'abandoned') AS is_signal, coalesce(raised, false) AS is_report
            FROM joined
            """, timeout: Self.patience
        ).map(JoinedFeedback.init)
    }

    /// A turn that no exchange answers is still said of its conversation, whose shard its id carries.
    func keepTurns(after last: UUID, through end: UUID, before patience: Date) async throws {
        try await query(
            """
            WITH moved AS (
                DELETE FROM gleaner.early_feedback WHERE id IN (
                    SELECT id FROM gleaner.early_feedback
                    WHERE id > \(last) AND id <= \(end) AND subject = 'turn' AND created_at < \(patience)
                    FOR UPDATE SKIP LOCKED)
                RETURNING *
            )
            INSERT INTO gleaner.feedback (\(raw: FeedbackColumns.common), shard)
            SELECT \(raw: FeedbackColumns.common),
                   ((get_byte(uuid_send(id), 6) & 15) << 8 | get_byte(uuid_send(id), 7))::smallint
            FROM moved
            """, timeout: Self.patience)
    }

    func expire(before time: Date) async throws -> [ID<Project>: Int] {
        var expired: [ID<Project>: Int] = [:]
        while true {
            let rows = try await query(
                """
                DELETE FROM gleaner.early_feedback WHERE id IN (
                    SELECT id FROM gleaner.early_feedback
                    WHERE completion_id IS NOT NULL AND created_at < \(time) LIMIT \(Self.page) FOR UPDATE SKIP LOCKED)
                RETURNING project_id
                """, timeout: Self.patience)
            for row in rows { expired[ID(try row.decode("project_id", as: UUID.self)), default: 0] += 1 }
            if rows.count < Self.page { return expired }
        }
    }
}

extension JoinedFeedback {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            id: ID(try row.decode("id", as: UUID.self)), project: ID(try row.decode("project_id", as: UUID.self)),
            exchange: try row.decodeIfPresent("exchange_id", as: UUID.self).map { ID($0) },
            isLow: try row.decode("is_low"), isSignal: try row.decode("is_signal"),
            isReport: try row.decode("is_report"), hasText: try row.decode("has_text"))
    }
}
