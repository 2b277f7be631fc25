import AsyncPostgres
import Foundation
import GleanerCore

extension PostgresFeedbackStore {
    func feedback(
        on exchange: ID<Exchange>, of project: ID<Project>, before: ID<Feedback>?, limit: Int
    ) async throws -> [StoredFeedback] {
        let older: SQL =
            before.map { before in
                """
                AND (f.created_at, f.id) < (
                    SELECT created_at, id FROM gleaner.feedback
                    WHERE shard = \(exchange.shard.value) AND id = \(before.uuid))
                """
            } ?? ""
        return try await query(
            """
            SELECT \(raw: StoredFeedback.columns) FROM gleaner.feedback f
            WHERE f.shard = \(exchange.shard.value) AND f.exchange_id = \(exchange.uuid)
              AND f.project_id = \(project.uuid) AND f.id >= \(exchange.firstFeedback) \(sql: older)
            ORDER BY f.created_at DESC, f.id DESC LIMIT \(limit)
            """
        ).map(StoredFeedback.init)
    }

    /// A text that only tells two apart is as good as its hash.
    func voices(on exchange: ID<Exchange>, of project: ID<Project>, limit: Int) async throws -> [StoredFeedback] {
        try await query(
            """
            SELECT \(raw: StoredFeedback.columns) FROM (
                SELECT id, subject, exchange_id, conversation, message_index, message_id, kind, thumb, score, raised, tags,
                       chosen, other_exchange_id, other_completion_id, source, proof, created_at,
                       nullif(gleaner.voice(rater, api_key_id, kind, id), id::text) AS rater,
                       CASE kind WHEN 'correction' THEN body WHEN 'preference' THEN md5(body) END AS body,
                       row_number() OVER (PARTITION BY kind ORDER BY created_at DESC, id DESC) AS place
                FROM gleaner.feedback
                WHERE shard = \(exchange.shard.value) AND exchange_id = \(exchange.uuid) AND project_id = \(project.uuid)
                  AND id >= \(exchange.firstFeedback) AND kind <> 'comment'
            ) f
            WHERE f.kind <> 'correction' OR f.place <= 100
            ORDER BY f.created_at DESC, f.id DESC LIMIT \(limit)
            """
        ).map(StoredFeedback.init)
    }
}
