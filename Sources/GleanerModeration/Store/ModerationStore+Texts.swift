import AsyncPostgres
import Foundation
import GleanerCore

extension ModerationStore {
    /// A text to be judged.
    struct Text: Sendable {
        let subject: ModerationSubject
        /// `nil` when there is something, and nobody can read it: then nothing can be said of it either.
        let text: String?
    }

    /// The two sides of stored exchanges. A side that is not there has no text: no answer came, or no user spoke.
    func texts(of exchanges: [ID<Exchange>], in project: ID<Project>, system: Bool) async throws -> [Text] {
        guard !exchanges.isEmpty else { return [] }
        let rows = try await pool.query(
            """
            SELECT t.*
            FROM unnest(\(PostgresArray(exchanges.map(\.shard.value))), \(PostgresArray(exchanges.map(\.uuid)))) AS e (shard, id)
            CROSS JOIN LATERAL (
                SELECT x.id, x.status, x.http_status, x.endpoint, b.messages, b.answer
                FROM gleaner.exchanges x JOIN gleaner.exchange_bodies b ON b.shard = x.shard AND b.id = x.id
                WHERE x.shard = e.shard AND x.id = e.id AND x.project_id = \(project.uuid) AND x.source <> 'shadow'
                LIMIT 1
            ) t
            """, isKept: true)
        var texts: [Text] = []
        for row in rows {
            let exchange = ID<Exchange>(try row.decode("id", as: UUID.self))
            let endpoint = try row.decode("endpoint", as: String.self)
            // Postgres holds documents deeper than the parser follows; those are unreadable, too.
            func document(_ column: String) throws -> JSONValue? {
                try row.decodeIfPresent(column, as: JSONB.self).flatMap { try? JSONValue(parsing: $0.bytes) }
            }
            let prompt = ModerationSubject(exchange: exchange, target: .prompt)
            if let messages = try document("messages") {
                if let text = ConversationText.prompt(messages, system: system) {
                    texts.append(Text(subject: prompt, text: text))
                }
            } else if endpoint.hasPrefix("/v1/") {
                texts.append(Text(subject: prompt, text: nil))
            }
            let response = ModerationSubject(exchange: exchange, target: .response)
            let isWhole = try row.decode("status", as: String.self) == ExchangeStatus.completed.rawValue
            let status = try row.decodeIfPresent("http_status", as: Int.self)
            if let answer = try document("answer") {
                if let text = ConversationText.response(answer) { texts.append(Text(subject: response, text: text)) }
            } else if isWhole, status == 200, Self.talks(endpoint) {
                texts.append(Text(subject: response, text: nil))
            }
        }
        return texts
    }

    /// Endpoints whose answers are words.
    private static func talks(_ endpoint: String) -> Bool {
        ["/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/messages"].contains(endpoint)
    }

    /// What was written of exchanges so far, corrections and reasons too: what came before its exchange is judged with it.
    func comments(on exchanges: [ID<Exchange>], in project: ID<Project>) async throws -> [Text] {
        guard !exchanges.isEmpty else { return [] }
        return try await pool.query(
            """
            SELECT f.id, f.exchange_id, f.body
            FROM unnest(\(PostgresArray(exchanges.map(\.shard.value))), \(PostgresArray(exchanges.map(\.uuid)))) AS e (shard, id)
            JOIN gleaner.feedback f ON f.shard = e.shard AND f.exchange_id = e.id
            WHERE f.project_id = \(project.uuid) AND f.body IS NOT NULL
              AND f.id >= \(exchanges.map(\.firstFeedback).lowest)
            """
        ).map(Self.comment)
    }

    private static func comment(_ row: PostgresRow) throws -> Text {
        Text(
            subject: ModerationSubject(
                exchange: ID(try row.decode("exchange_id")), target: .comment, comment: try row.decode("id")),
            text: try row.decode("body"))
    }

    /// Comments of feedback, by the feedback's id.
    func comments(
        _ ids: [(exchange: ID<Exchange>, feedback: UUID)], in project: ID<Project>
    ) async throws -> [Text] {
        guard !ids.isEmpty else { return [] }
        return try await pool.query(
            """
            SELECT f.id, f.exchange_id, f.body
            FROM unnest(\(PostgresArray(ids.map(\.exchange.shard.value))), \(PostgresArray(ids.map(\.feedback)))) AS e (shard, id)
            JOIN gleaner.feedback f ON f.shard = e.shard AND f.id = e.id
            WHERE f.project_id = \(project.uuid) AND f.body IS NOT NULL
            """
        ).map(Self.comment)
    }
}
