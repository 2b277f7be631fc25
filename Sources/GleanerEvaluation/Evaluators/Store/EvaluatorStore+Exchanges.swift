import AsyncPostgres
import Foundation
import GleanerCore

extension EvaluatorStore {
    /// Exchanges as evaluators see them. Left out are answers of candidates that nobody was shown, and what is no chat.
    func exchanges(
        _ ids: [ID<Exchange>], in project: ID<Project>, withRequest: Bool
    ) async throws -> [EvaluatedExchange] {
        guard !ids.isEmpty else { return [] }
        let corrections = try await corrections(of: ids, in: project)
        let rows = try await pool.query(
            """
            SELECT t.*
            FROM unnest(\(PostgresArray(ids.map(\.shard.value))), \(PostgresArray(ids.map(\.uuid)))) AS e (shard, id)
            CROSS JOIN LATERAL (
                SELECT x.id, x.status, x.http_status, x.finish_reason, x.duration_ms, x.ttft_ms, x.cost_usd::float8 AS cost,
                       x.prompt_tokens, x.completion_tokens, b.messages, b.answer,
                       CASE WHEN \(withRequest) THEN b.request END AS request
                FROM gleaner.exchanges x JOIN gleaner.exchange_bodies b ON b.shard = x.shard AND b.id = x.id
                WHERE x.shard = e.shard AND x.id = e.id AND x.project_id = \(project.uuid) AND x.source <> 'shadow'
                  AND x.endpoint IN ('/v1/chat/completions', '/v1/completions', '/v1/responses', '/v1/messages')
                LIMIT 1
            ) t ORDER BY t.id
            """)
        return try rows.map { row in
            let id = ID<Exchange>(try row.decode("id", as: UUID.self))
            func document(_ column: String) throws -> JSONValue? {
                try row.decodeIfPresent(column, as: JSONB.self).flatMap { try? JSONValue(parsing: $0.bytes) }
            }
            let isWhole =
                try row.decode("status", as: String.self) == ExchangeStatus.completed.rawValue
                && row.decodeIfPresent("http_status", as: Int.self) == 200
            let request = try row.decodeIfPresent("request", as: [UInt8].self).flatMap { try? JSONValue(parsing: $0) }
            return EvaluatedExchange(
                id: id, messages: try document("messages")?.arrayValue ?? [],
                message: isWhole ? try document("answer")?["choices"]?.arrayValue?.first?["message"] : nil,
                finishReason: try row.decodeIfPresent("finish_reason"), request: request?.objectValue ?? [:],
                correction: corrections[id], durationMilliseconds: try row.decodeIfPresent("duration_ms"),
                firstTokenMilliseconds: try row.decodeIfPresent("ttft_ms"), costUSD: try row.decodeIfPresent("cost"),
                promptTokens: try row.decodeIfPresent("prompt_tokens", as: Int32.self).map(Int.init),
                completionTokens: try row.decodeIfPresent("completion_tokens", as: Int32.self).map(Int.init))
        }
    }

    /// A lead's correction, else the newest of reviewers and end users.
    private func corrections(of ids: [ID<Exchange>], in project: ID<Project>) async throws -> [ID<Exchange>: String] {
        let keys: SQL =
            "unnest(\(PostgresArray(ids.map(\.shard.value))), \(PostgresArray(ids.map(\.uuid)))) AS k (shard, id)"
        let rows = try await pool.query(
            """
            SELECT DISTINCT ON (exchange_id) exchange_id, body FROM (
                SELECT r.exchange_id, r.correction AS body, r.kind = 'final' AS is_final, r.created_at
                FROM \(sql: keys) JOIN gleaner.counted_reviews r ON r.shard = k.shard AND r.exchange_id = k.id
                WHERE r.project_id = \(project.uuid) AND r.correction IS NOT NULL
                  AND r.id >= \(ids.map(\.firstRecord).lowest)
                UNION ALL
                SELECT f.exchange_id, f.body, false, f.created_at
                FROM \(sql: keys) JOIN gleaner.feedback f ON f.shard = k.shard AND f.exchange_id = k.id
                WHERE f.project_id = \(project.uuid) AND f.kind = 'correction' AND f.body IS NOT NULL
                  AND f.id >= \(ids.map(\.firstFeedback).lowest)
            ) c ORDER BY exchange_id, is_final DESC, created_at DESC
            """)
        return try Dictionary(
            rows.map {
                (ID<Exchange>(try $0.decode("exchange_id", as: UUID.self)), try $0.decode("body", as: String.self))
            }
        ) { first, _ in first }
    }

    /// A page of a project's exchanges in order of their ids.
    func page(
        of project: ID<Project>, after: ID<Exchange>?, since: Date?, limit: Int
    ) async throws -> [ID<Exchange>] {
        let zero = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        let start = [after, since.map { ID<Exchange>(UUID.lowest(at: $0)) }].compactMap { $0 }.max()?.uuid ?? zero
        return try await pool.query(
            """
            SELECT id FROM gleaner.exchanges WHERE project_id = \(project.uuid) AND id > \(start) ORDER BY id LIMIT \(limit)
            """
        ).map { ID(try $0.decode("id")) }
    }

    /// Roughly how many there are to do, for progress: exact, since a backfill is asked for seldom.
    func count(of project: ID<Project>, since: Date?) async throws -> Int {
        let start = since.map { UUID.lowest(at: $0) } ?? UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        return Int(
            try await pool.query(
                "SELECT count(*) AS n FROM gleaner.exchanges WHERE project_id = \(project.uuid) AND id > \(start)")[0]
                .decode("n", as: Int64.self))
    }
}
