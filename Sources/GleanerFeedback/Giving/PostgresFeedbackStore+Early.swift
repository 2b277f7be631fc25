import AsyncPostgres
import Foundation
import GleanerCore

extension PostgresFeedbackStore {
    func join(_ landed: [LandedExchange]) async throws -> [JoinedFeedback] {
        let completed = landed.filter { $0.completion != nil }
        let conversing = landed.filter { $0.conversation != nil }
        guard !completed.isEmpty || !conversing.isEmpty else { return [] }
        return try await move(
            """
            SELECT e.id, e.project_id, e.completion_id, e.conversation, e.message_index FROM gleaner.early_feedback e
            WHERE e.id IN (
                SELECT w.id FROM gleaner.early_feedback w
                JOIN unnest(\(PostgresArray(completed.map(\.project.uuid))), \(PostgresArray(completed.map(\.completion))))
                  AS l (project_id, completion_id) USING (project_id, completion_id)
                UNION ALL
                SELECT w.id FROM gleaner.early_feedback w
                JOIN unnest(\(PostgresArray(conversing.map(\.project.uuid))), \(PostgresArray(conversing.map(\.conversation))))
                  AS l (project_id, conversation) USING (project_id, conversation))
            FOR UPDATE OF e SKIP LOCKED
            """)
    }

    /// Page by page, so that feedback whose exchange never comes cannot make one statement longer and longer.
    func joinAll(keepingTurnsBefore patience: Date) async throws -> [JoinedFeedback] {
        var joined: [JoinedFeedback] = []
        var last = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        while let end = try await endOfPage(after: last) {
            joined += try await move(
                """
                SELECT e.id, e.project_id, e.completion_id, e.conversation, e.message_index
                FROM gleaner.early_feedback e WHERE e.id > \(last) AND e.id <= \(end) FOR UPDATE OF e SKIP LOCKED
                """)
            last = end
        }
        return try await joined + keepTurns(before: patience)
    }

    private func endOfPage(after last: UUID) async throws -> UUID? {
        try await query(
            """
            SELECT id FROM (SELECT id FROM gleaner.early_feedback WHERE id > \(last) ORDER BY id LIMIT 1000) page
            ORDER BY id DESC LIMIT 1
            """
        ).first?.decode("id")
    }

    /// Moves those of `waiting` whose exchange is there, in one statement: a row is in one of the two tables at any
    /// time. Two movers at once share the rows between them; what one has locked the other passes over.
    private func move(_ waiting: SQL) async throws -> [JoinedFeedback] {
        try await query(
            """
            WITH waiting AS (
                \(sql: waiting)
            ), moved AS (
                DELETE FROM gleaner.early_feedback e
                USING waiting w CROSS JOIN LATERAL (
                    (SELECT x.shard, x.id FROM gleaner.exchanges x
                     WHERE x.project_id = w.project_id AND x.completion_id = w.completion_id
                     ORDER BY x.id DESC LIMIT 1)
                    UNION ALL
                    (\(sql: Self.answering(project: "w.project_id")))
                ) x
                WHERE e.id = w.id
                RETURNING e.*, x.shard, x.id AS exchange_id
            )
            INSERT INTO gleaner.feedback (\(raw: FeedbackColumns.common), shard, exchange_id)
            SELECT \(raw: FeedbackColumns.common), shard, exchange_id FROM moved
            RETURNING exchange_id, coalesce(thumb = -1 OR score <= \(Score.lowest), false) AS is_low
            """
        ).map(JoinedFeedback.init)
    }

    /// A turn that no exchange answers is still said of its conversation, whose shard its id carries.
    private func keepTurns(before patience: Date) async throws -> [JoinedFeedback] {
        try await query(
            """
            WITH moved AS (
                DELETE FROM gleaner.early_feedback WHERE id IN (
                    SELECT id FROM gleaner.early_feedback WHERE subject = 'turn' AND created_at < \(patience)
                    LIMIT 10000 FOR UPDATE SKIP LOCKED)
                RETURNING *
            )
            INSERT INTO gleaner.feedback (\(raw: FeedbackColumns.common), shard)
            SELECT \(raw: FeedbackColumns.common),
                   ((get_byte(uuid_send(id), 6) & 15) << 8 | get_byte(uuid_send(id), 7))::smallint
            FROM moved
            RETURNING exchange_id, false AS is_low
            """
        ).map(JoinedFeedback.init)
    }
}

extension JoinedFeedback {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            exchange: try row.decodeIfPresent("exchange_id", as: UUID.self).map { ID($0) },
            isLow: try row.decode("is_low"))
    }
}
