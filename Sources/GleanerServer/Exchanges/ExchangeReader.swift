import AsyncPostgres
import Foundation
import GleanerCore

/// Reads stored exchanges for `/api/exchanges`.
struct ExchangeReader: Sendable {
    struct Summary: Codable, Sendable {
        let id: ID<Exchange>
        let receivedAt: Date
        let endpoint: String
        let status: String
        let reason: String?
        let httpStatus: Int?
        let streamed: Bool
        let complete: Bool
        let conversation: String?
        let endUser: String?
        let tags: [String]
        /// How it came to be kept: `gateway`, `shadow`, `api` or `import`.
        let source: String
        let provider: String?
        let route: String?
        let variant: String?
        let routesVersion: Int64?
        let shadowOf: ID<Exchange>?
        let requestedModel: String?
        let servedModel: String?
        let completionID: String?
        let finishReason: String?
        let promptTokens: Int?
        let completionTokens: Int?
        let costUSD: Double?
        let durationMS: Double?
        let ttftMS: Double?
        let requestSHA256: String
        let requestBytes: Int64
        let responseSHA256: String?
        let responseBytes: Int64

        enum CodingKeys: String, CodingKey {
            case id, endpoint, status, reason, streamed, complete, conversation, tags, source, provider
            case route, variant
            case routesVersion = "routes_version"
            case shadowOf = "shadow_of"
            case costUSD = "cost_usd"
            case receivedAt = "received_at"
            case httpStatus = "http_status"
            case endUser = "end_user"
            case requestedModel = "requested_model"
            case servedModel = "served_model"
            case completionID = "completion_id"
            case finishReason = "finish_reason"
            case promptTokens = "prompt_tokens"
            case completionTokens = "completion_tokens"
            case durationMS = "duration_ms"
            case ttftMS = "ttft_ms"
            case requestSHA256 = "request_sha256"
            case requestBytes = "request_bytes"
            case responseSHA256 = "response_sha256"
            case responseBytes = "response_bytes"
        }
    }
    struct Whole: Codable, Sendable {
        let exchange: Summary
        let messages: JSONValue?
        let answer: JSONValue?
        let projectionNote: String?
        let attempts: [Attempt]

        enum CodingKeys: String, CodingKey {
            case exchange, messages, answer, attempts
            case projectionNote = "projection_note"
        }
    }

    /// One try at a provider; the last one is what the client got.
    struct Attempt: Codable, Sendable {
        let number: Int
        let provider: String
        let variant: String?
        let model: String?
        let startedAfterMS: Double
        let durationMS: Double
        let httpStatus: Int?
        let reason: String?

        enum CodingKeys: String, CodingKey {
            case number, provider, variant, model, reason
            case startedAfterMS = "started_after_ms"
            case durationMS = "duration_ms"
            case httpStatus = "http_status"
        }
    }

    let pool: PostgresPool

    private static let columns = """
        e.id, e.received_at, e.endpoint, e.status, e.reason, e.http_status, e.streamed, e.complete, e.conversation,
        e.end_user, e.tags, e.source, e.provider, e.route, e.variant, e.routes_version, e.shadow_of, e.requested_model,
        e.served_model, e.completion_id, e.finish_reason, e.prompt_tokens, e.completion_tokens,
        e.cost_usd::double precision AS cost_usd, e.duration_ms, e.ttft_ms, encode(e.request_sha256, 'hex') AS request_sha256,
        e.request_bytes, encode(e.response_sha256, 'hex') AS response_sha256, e.response_bytes
        """

    /// Newest first; `before` continues a page.
    func list(
        of project: ID<Project>, before: ID<Exchange>?, conversation: String?, status: String?, limit: Int
    ) async throws -> [Summary] {
        try await pool.query(
            """
            SELECT \(raw: Self.columns) FROM gleaner.exchanges e
            WHERE e.project_id = \(project.uuid)
              AND (\(before?.uuid) IS NULL OR e.id < \(before?.uuid))
              AND (\(conversation) IS NULL OR e.conversation = \(conversation))
              AND (\(status) IS NULL OR e.status = \(status))
            ORDER BY e.id DESC LIMIT \(Int64(limit))
            """
        ).map(summary)
    }

    /// `nil` when the project has no such exchange.
    func find(_ id: ID<Exchange>, of project: ID<Project>) async throws -> Whole? {
        let rows = try await pool.query(
            """
            SELECT \(raw: Self.columns), b.messages, b.answer, b.projection_note
            FROM gleaner.exchanges e
            LEFT JOIN gleaner.exchange_bodies b ON b.shard = e.shard AND b.id = e.id
            WHERE e.shard = \(id.shard.value) AND e.id = \(id.uuid) AND e.project_id = \(project.uuid)
            """)
        guard let row = rows.first else { return nil }
        return Whole(
            exchange: try summary(row), messages: try json(row, "messages"), answer: try json(row, "answer"),
            projectionNote: try row.decodeIfPresent("projection_note"), attempts: try await attempts(of: id))
    }

    private func attempts(of id: ID<Exchange>) async throws -> [Attempt] {
        try await pool.query(
            """
            SELECT number, provider, variant, model, started_after_ms, duration_ms, http_status, reason
            FROM gleaner.attempts WHERE shard = \(id.shard.value) AND exchange_id = \(id.uuid) ORDER BY number
            """
        ).map { row in
            Attempt(
                number: try row.decode("number"), provider: try row.decode("provider"),
                variant: try row.decodeIfPresent("variant"), model: try row.decodeIfPresent("model"),
                startedAfterMS: try row.decode("started_after_ms"), durationMS: try row.decode("duration_ms"),
                httpStatus: try row.decodeIfPresent("http_status"), reason: try row.decodeIfPresent("reason"))
        }
    }

    private func json(_ row: PostgresRow, _ column: String) throws -> JSONValue? {
        try row.decodeIfPresent(column, as: JSONB.self).map { try JSONValue(parsing: $0.bytes) }
    }

    private func summary(_ row: PostgresRow) throws -> Summary {
        Summary(
            id: ID(try row.decode("id", as: UUID.self)), receivedAt: try row.decode("received_at"),
            endpoint: try row.decode("endpoint"), status: try row.decode("status"),
            reason: try row.decodeIfPresent("reason"), httpStatus: try row.decodeIfPresent("http_status"),
            streamed: try row.decode("streamed"), complete: try row.decode("complete"),
            conversation: try row.decodeIfPresent("conversation"), endUser: try row.decodeIfPresent("end_user"),
            tags: try row.decode("tags", as: PostgresArray<String>.self).elements,
            source: try row.decode("source"), provider: try row.decodeIfPresent("provider"),
            route: try row.decodeIfPresent("route"), variant: try row.decodeIfPresent("variant"),
            routesVersion: try row.decodeIfPresent("routes_version"),
            shadowOf: try row.decodeIfPresent("shadow_of", as: UUID.self).map { ID($0) },
            requestedModel: try row.decodeIfPresent("requested_model"),
            servedModel: try row.decodeIfPresent("served_model"),
            completionID: try row.decodeIfPresent("completion_id"),
            finishReason: try row.decodeIfPresent("finish_reason"),
            promptTokens: try row.decodeIfPresent("prompt_tokens"),
            completionTokens: try row.decodeIfPresent("completion_tokens"),
            costUSD: try row.decodeIfPresent("cost_usd"),
            durationMS: try row.decodeIfPresent("duration_ms"), ttftMS: try row.decodeIfPresent("ttft_ms"),
            requestSHA256: try row.decode("request_sha256"), requestBytes: try row.decode("request_bytes"),
            responseSHA256: try row.decodeIfPresent("response_sha256"), responseBytes: try row.decode("response_bytes"))
    }
}
