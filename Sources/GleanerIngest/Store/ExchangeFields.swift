import AsyncPostgres
import Foundation
import GleanerCore

/// What an exchange is in each of its three tables: the columns, and the values in their order.
enum ExchangeFields {
    typealias Column = (name: String, type: PostgresType)

    static let exchange: [Column] = [
        ("shard", .int2), ("id", .uuid), ("project_id", .uuid), ("api_key_id", .uuid), ("received_at", .timestamptz),
        ("endpoint", .text), ("status", .text), ("reason", .text), ("http_status", .int2), ("streamed", .bool),
        ("conversation", .text), ("end_user", .text), ("metadata", .jsonb), ("provider", .text),
        ("requested_model", .text), ("served_model", .text), ("completion_id", .text), ("finish_reason", .text),
        ("complete", .bool), ("prompt_tokens", .int4), ("completion_tokens", .int4), ("cached_tokens", .int4),
        ("reasoning_tokens", .int4), ("duration_ms", .float8), ("ttft_ms", .float8), ("system_fingerprint", .bytea),
        ("request_sha256", .bytea), ("request_bytes", .int8), ("response_sha256", .bytea), ("response_bytes", .int8),
        ("source", .text), ("route", .text), ("variant", .text), ("routes_version", .int8), ("shadow_of", .uuid),
        ("cache_write_tokens", .int4), ("cost_usd", .float8), ("language", .text), ("answer_language", .text),
        ("redaction", .text), ("message_count", .int4), ("traceparent", .text),
    ]
    /// An array, which no array of arrays can hold: each way of storing has its own for it.
    static let tags: Column = ("tags", .text)

    static func write(_ exchange: ProjectedExchange, to row: inout some PostgresFieldWriter) {
        let (intent, outcome) = (exchange.exchange.intent, exchange.exchange.outcome)
        let projection = exchange.projection
        let last = outcome.attempts.last
        row.append(intent.id.shard.value)
        row.append(intent.id.uuid)
        row.append(intent.project.uuid)
        row.append(intent.key?.uuid)
        row.append(Date(microsecondsSince1970: intent.receivedAt.microsecondsSince1970))
        row.append(intent.endpoint)
        row.append(outcome.status.rawValue)
        row.append(outcome.reason)
        row.append(outcome.httpStatus.flatMap(Int16.init(exactly:)))
        row.append(intent.streamed)
        row.append(intent.conversation)
        row.append(intent.endUser)
        row.append(projection.metadata)
        row.append(last?.provider ?? intent.provider)
        row.append(intent.requestedModel?.asLabel())
        row.append(projection.servedModel)
        row.append(projection.completionID)
        row.append(projection.finishReason)
        row.append(projection.isComplete)
        row.append(projection.promptTokens)
        row.append(projection.completionTokens)
        row.append(projection.cachedTokens)
        row.append(projection.reasoningTokens)
        row.append(outcome.duration?.milliseconds)
        row.append(outcome.timeToFirstToken?.milliseconds)
        row.append(projection.systemFingerprint)
        row.append(intent.requestHash)
        row.append(Int64(exchange.redaction?.requestBytes ?? exchange.exchange.request.count))
        row.append(outcome.responseHash)
        row.append(Int64(exchange.redaction?.responseBytes ?? exchange.exchange.response.count))
        row.append(intent.source.rawValue)
        row.append(intent.choice?.route)
        row.append(last?.variant ?? intent.choice?.variant)
        row.append(intent.choice?.version)
        row.append(intent.shadowOf?.uuid)
        row.append(projection.cacheWriteTokens)
        row.append(projection.costUSD)
        row.append(projection.language)
        row.append(projection.answerLanguage)
        row.append(exchange.redaction?.note)
        row.append(projection.messageCount)
        row.append(intent.traceParent?.description)
    }

    static let bodies: [Column] = [
        ("shard", .int2), ("id", .uuid), ("project_id", .uuid), ("request", .bytea), ("response", .bytea),
        ("response_headers", .jsonb), ("messages", .jsonb), ("answer", .jsonb), ("projection_note", .text),
    ]

    static func writeBodies(_ exchange: ProjectedExchange, to row: inout some PostgresFieldWriter) {
        let intent = exchange.exchange.intent
        let projection = exchange.projection
        row.append(intent.id.shard.value)
        row.append(intent.id.uuid)
        row.append(intent.project.uuid)
        row.append(exchange.exchange.request)
        row.append(exchange.exchange.response)
        row.append(headers(exchange.exchange.outcome.headers))
        row.append(projection.messages)
        row.append(projection.answer)
        row.append(projection.notes.isEmpty ? nil : projection.notes.joined(separator: ","))
    }

    static let attempts: [Column] = [
        ("shard", .int2), ("exchange_id", .uuid), ("number", .int2), ("project_id", .uuid), ("provider", .text),
        ("variant", .text), ("model", .text), ("started_after_ms", .float8), ("duration_ms", .float8),
        ("http_status", .int2), ("reason", .text),
    ]

    static func write(_ attempt: Attempt, of intent: ExchangeIntent, to row: inout some PostgresFieldWriter) {
        row.append(intent.id.shard.value)
        row.append(intent.id.uuid)
        row.append(Int16(clamping: attempt.number))
        row.append(intent.project.uuid)
        row.append(attempt.provider)
        row.append(attempt.variant)
        row.append(attempt.model?.asLabel())
        row.append(attempt.startedAfter.milliseconds)
        row.append(attempt.duration.milliseconds)
        row.append(attempt.httpStatus.flatMap(Int16.init(exactly:)))
        row.append(attempt.reason)
    }

    private static func headers(_ headers: [String: String]) -> JSONB? {
        headers.isEmpty ? nil : JSONB(.object(headers.mapValues { .string($0.asLabel(limit: 1024)) }))
    }
}

extension JSONB {
    /// `nil` when the value cannot be written as JSON (a number that is not finite).
    init?(_ value: JSONValue) {
        guard let bytes = try? value.canonicalBytes() else { return nil }
        self.init(bytes: bytes)
    }
}

extension Duration {
    var milliseconds: Double { Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15 }
}
