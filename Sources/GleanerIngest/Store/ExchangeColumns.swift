import AsyncPostgres
import Foundation
import GleanerCore

/// A batch of exchanges turned on its side: one array a column.
struct ExchangeColumns {
    private let exchanges: [ProjectedExchange]

    init(_ exchanges: [ProjectedExchange]) {
        // In key order, so that two writers lock in the same order.
        self.exchanges = exchanges.sorted {
            ($0.exchange.intent.id.shard.value, $0.exchange.intent.id)
                < ($1.exchange.intent.id.shard.value, $1.exchange.intent.id)
        }
    }

    private func intent<Value: PostgresEncodable>(_ value: (ExchangeIntent) -> Value) -> PostgresArray<Value> {
        PostgresArray(exchanges.map { value($0.exchange.intent) })
    }
    private func outcome<Value: PostgresEncodable>(_ value: (ExchangeOutcome) -> Value?) -> PostgresArray<Value?> {
        PostgresArray(exchanges.map { value($0.exchange.outcome) })
    }
    private func projected<Value: PostgresEncodable>(_ value: (ExchangeProjection) -> Value?) -> PostgresArray<Value?> {
        PostgresArray(exchanges.map { value($0.projection) })
    }
    private func optional<Value: PostgresEncodable>(_ value: (ExchangeIntent) -> Value?) -> PostgresArray<Value?> {
        PostgresArray(exchanges.map { value($0.exchange.intent) })
    }

    /// Returns the ids that were new.
    var insertExchanges: SQL {
        """
        INSERT INTO gleaner.exchanges (
            shard, id, project_id, api_key_id, received_at, endpoint, status, reason, http_status, streamed,
            conversation, end_user, tags, metadata, provider, requested_model, served_model, completion_id,
            finish_reason, complete, prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens, duration_ms,
            ttft_ms, system_fingerprint, request_sha256, request_bytes, response_sha256, response_bytes, source, route,
            variant, routes_version, shadow_of, cache_write_tokens, cost_usd)
        SELECT shard, id, project_id, api_key_id, received_at, endpoint, status, reason, http_status, streamed,
            conversation, end_user, coalesce(string_to_array(nullif(tags, ''), E'\\x1f'), '{}'), metadata, provider,
            requested_model, served_model, completion_id, finish_reason, complete, prompt_tokens, completion_tokens,
            cached_tokens, reasoning_tokens, duration_ms, ttft_ms, system_fingerprint, request_sha256, request_bytes,
            response_sha256, response_bytes, source, route, variant, routes_version, shadow_of, cache_write_tokens,
            cost_usd
        FROM unnest(
            \(intent(\.id.shard.value)), \(intent(\.id.uuid)), \(intent(\.project.uuid)), \(optional(\.key?.uuid)),
            \(intent(\.receivedAt)), \(intent(\.endpoint)), \(outcome(\.status.rawValue)), \(outcome(\.reason)),
            \(outcome { $0.httpStatus.flatMap(Int16.init(exactly:)) }), \(intent(\.streamed)),
            \(optional(\.conversation)), \(optional(\.endUser)), \(intent { $0.tags.joined(separator: "\u{1F}") }),
            \(projected(\.metadata)),
            \(PostgresArray(exchanges.map { $0.exchange.outcome.attempts.last?.provider ?? $0.exchange.intent.provider })),
            \(optional { $0.requestedModel?.asLabel() }), \(projected(\.servedModel)), \(projected(\.completionID)),
            \(projected(\.finishReason)), \(projected(\.isComplete)), \(projected(\.promptTokens)),
            \(projected(\.completionTokens)), \(projected(\.cachedTokens)), \(projected(\.reasoningTokens)),
            \(outcome { $0.duration?.milliseconds }), \(outcome { $0.timeToFirstToken?.milliseconds }),
            \(projected(\.systemFingerprint)), \(intent(\.requestHash)),
            \(PostgresArray(exchanges.map { Int64($0.exchange.request.count) })), \(outcome(\.responseHash)),
            \(PostgresArray(exchanges.map { Int64($0.exchange.response.count) })), \(intent(\.source.rawValue)),
            \(optional(\.choice?.route)),
            \(PostgresArray(exchanges.map { $0.exchange.outcome.attempts.last?.variant ?? $0.exchange.intent.choice?.variant })),
            \(optional(\.choice?.version)), \(optional(\.shadowOf?.uuid)), \(projected(\.cacheWriteTokens)),
            \(projected(\.costUSD)))
        AS b (
            shard, id, project_id, api_key_id, received_at, endpoint, status, reason, http_status, streamed,
            conversation, end_user, tags, metadata, provider, requested_model, served_model, completion_id,
            finish_reason, complete, prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens, duration_ms,
            ttft_ms, system_fingerprint, request_sha256, request_bytes, response_sha256, response_bytes, source, route,
            variant, routes_version, shadow_of, cache_write_tokens, cost_usd)
        ON CONFLICT (shard, id) DO NOTHING
        RETURNING id
        """
    }

    /// The attempts of `ids` only; `nil` when there are none.
    func insertAttempts(of ids: Set<ID<Exchange>>) -> SQL? {
        let rows = exchanges.filter { ids.contains($0.exchange.intent.id) }.flatMap { exchange in
            exchange.exchange.outcome.attempts.map { (intent: exchange.exchange.intent, attempt: $0) }
        }
        guard !rows.isEmpty else { return nil }
        return """
            INSERT INTO gleaner.attempts (
                shard, exchange_id, number, project_id, provider, variant, model, started_after_ms, duration_ms,
                http_status, reason)
            SELECT * FROM unnest(
                \(PostgresArray(rows.map(\.intent.id.shard.value))), \(PostgresArray(rows.map(\.intent.id.uuid))),
                \(PostgresArray(rows.map { Int16(clamping: $0.attempt.number) })),
                \(PostgresArray(rows.map(\.intent.project.uuid))), \(PostgresArray(rows.map(\.attempt.provider))),
                \(PostgresArray(rows.map(\.attempt.variant))), \(PostgresArray(rows.map { $0.attempt.model?.asLabel() })),
                \(PostgresArray(rows.map(\.attempt.startedAfter.milliseconds))),
                \(PostgresArray(rows.map(\.attempt.duration.milliseconds))),
                \(PostgresArray(rows.map { $0.attempt.httpStatus.flatMap(Int16.init(exactly:)) })),
                \(PostgresArray(rows.map(\.attempt.reason))))
            ON CONFLICT (shard, exchange_id, number) DO NOTHING
            """
    }

    /// The bodies of `ids` only: those whose row was new.
    func insertBodies(of ids: Set<ID<Exchange>>) -> SQL {
        let new = ExchangeColumns(exchanges.filter { ids.contains($0.exchange.intent.id) })
        let notes = new.exchanges.map { $0.projection.notes.isEmpty ? nil : $0.projection.notes.joined(separator: ",") }
        let headers = new.exchanges.map { exchange in
            exchange.exchange.outcome.headers.isEmpty
                ? nil : JSONB(.object(exchange.exchange.outcome.headers.mapValues { .string($0.asLabel(limit: 1024)) }))
        }
        return """
            INSERT INTO gleaner.exchange_bodies (
                shard, id, project_id, request, response, response_headers, messages, answer, projection_note)
            SELECT * FROM unnest(
                \(new.intent(\.id.shard.value)), \(new.intent(\.id.uuid)), \(new.intent(\.project.uuid)),
                \(PostgresArray(new.exchanges.map(\.exchange.request))),
                \(PostgresArray(new.exchanges.map(\.exchange.response))), \(PostgresArray(headers)),
                \(new.projected(\.messages)),
                \(new.projected(\.answer)), \(PostgresArray(notes)))
            ON CONFLICT (shard, id) DO NOTHING
            """
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
