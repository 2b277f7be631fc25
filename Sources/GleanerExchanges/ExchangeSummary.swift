import AsyncPostgres
public import Foundation
public import GleanerCore

/// One exchange as lists show it: a row of `gleaner.exchanges` in the API's words.
public struct ExchangeSummary: Codable, Sendable {
    public let id: ID<Exchange>
    public let receivedAt: Date
    public let endpoint: String
    public let status: String
    public let reason: String?
    public let httpStatus: Int?
    public let streamed: Bool
    public let complete: Bool
    public let conversation: String?
    public let endUser: String?
    public let tags: [String]
    /// How it came to be kept: `gateway`, `shadow`, `api` or `import`.
    public let source: String
    public let provider: String?
    public let route: String?
    public let variant: String?
    public let routesVersion: Int64?
    public let shadowOf: ID<Exchange>?
    public let requestedModel: String?
    public let servedModel: String?
    public let completionID: String?
    public let finishReason: String?
    public let promptTokens: Int?
    public let completionTokens: Int?
    public let costUSD: Double?
    public let durationMS: Double?
    public let ttftMS: Double?
    /// As `LanguageGuess` says, of what the user said last; so is `answerLanguage` of the answer.
    public let language: String?
    public let answerLanguage: String?
    public let requestSHA256: String
    public let requestBytes: Int64
    public let responseSHA256: String?
    public let responseBytes: Int64

    enum CodingKeys: String, CodingKey {
        case id, endpoint, status, reason, streamed, complete, conversation, tags, source, provider, language
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
        case answerLanguage = "answer_language"
        case requestSHA256 = "request_sha256"
        case requestBytes = "request_bytes"
        case responseSHA256 = "response_sha256"
        case responseBytes = "response_bytes"
    }

    /// Of a row `e` of `gleaner.exchanges`.
    static let columns = """
        e.id, e.received_at, e.endpoint, e.status, e.reason, e.http_status, e.streamed, e.complete, e.conversation,
        e.end_user, e.tags, e.source, e.provider, e.route, e.variant, e.routes_version, e.shadow_of, e.requested_model,
        e.served_model, e.completion_id, e.finish_reason, e.prompt_tokens, e.completion_tokens,
        e.cost_usd::double precision AS cost_usd, e.duration_ms, e.ttft_ms, e.language, e.answer_language,
        encode(e.request_sha256, 'hex') AS request_sha256, e.request_bytes,
        encode(e.response_sha256, 'hex') AS response_sha256, e.response_bytes
        """

    init(_ row: PostgresRow) throws {
        id = ID(try row.decode("id", as: UUID.self))
        receivedAt = try row.decode("received_at")
        endpoint = try row.decode("endpoint")
        status = try row.decode("status")
        reason = try row.decodeIfPresent("reason")
        httpStatus = try row.decodeIfPresent("http_status")
        streamed = try row.decode("streamed")
        complete = try row.decode("complete")
        conversation = try row.decodeIfPresent("conversation")
        endUser = try row.decodeIfPresent("end_user")
        tags = try row.decode("tags", as: PostgresArray<String>.self).elements
        source = try row.decode("source")
        provider = try row.decodeIfPresent("provider")
        route = try row.decodeIfPresent("route")
        variant = try row.decodeIfPresent("variant")
        routesVersion = try row.decodeIfPresent("routes_version")
        shadowOf = try row.decodeIfPresent("shadow_of", as: UUID.self).map { ID($0) }
        requestedModel = try row.decodeIfPresent("requested_model")
        servedModel = try row.decodeIfPresent("served_model")
        completionID = try row.decodeIfPresent("completion_id")
        finishReason = try row.decodeIfPresent("finish_reason")
        promptTokens = try row.decodeIfPresent("prompt_tokens")
        completionTokens = try row.decodeIfPresent("completion_tokens")
        costUSD = try row.decodeIfPresent("cost_usd")
        durationMS = try row.decodeIfPresent("duration_ms")
        ttftMS = try row.decodeIfPresent("ttft_ms")
        language = try row.decodeIfPresent("language")
        answerLanguage = try row.decodeIfPresent("answer_language")
        requestSHA256 = try row.decode("request_sha256")
        requestBytes = try row.decode("request_bytes")
        responseSHA256 = try row.decodeIfPresent("response_sha256")
        responseBytes = try row.decode("response_bytes")
    }
}

extension PostgresRow {
    func json(_ column: String) throws -> JSONValue? {
        try decodeIfPresent(column, as: JSONB.self).map { try JSONValue(parsing: $0.bytes) }
    }
}
