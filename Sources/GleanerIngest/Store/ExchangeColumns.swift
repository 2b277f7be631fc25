import AsyncPostgres
import Foundation
import GleanerCore

/// A batch of exchanges turned on its side: one array a column, for one statement that stores all of it.
///
/// Rows go in in key order, so that two writers lock in the same order. Only what was new gets bodies and attempts.
struct ExchangeColumns {
    private typealias Column = (name: String, element: PostgresType)

    private var exchanges = Self.exchangeColumns.map { PostgresColumn(of: $0.element) }
    private var bodies = Self.bodyColumns.map { PostgresColumn(of: $0.element) }
    private var attempts = Self.attemptColumns.map { PostgresColumn(of: $0.element) }
    private var hasAttempts = false

    init(_ batch: [ProjectedExchange]) {
        let keys = batch.map { $0.exchange.intent.id }
        for index in batch.indices.sorted(by: { (keys[$0].shard.value, keys[$0]) < (keys[$1].shard.value, keys[$1]) }) {
            add(batch[index])
        }
    }

    /// Returns the ids that were new.
    var statement: SQL {
        get throws(PostgresError) {
            var values: [PostgresValue] = []
            for column in exchanges { values.append(try column.value()) }
            for column in bodies { values.append(try column.value()) }
            guard hasAttempts else { return SQL(unsafe: Self.plain, values) }
            for column in attempts { values.append(try column.value()) }
            return SQL(unsafe: Self.withAttempts, values)
        }
    }

    // MARK: Values, in the order of the columns below

    private mutating func add(_ exchange: ProjectedExchange) {
        let (intent, outcome) = (exchange.exchange.intent, exchange.exchange.outcome)
        addExchange(exchange, intent, outcome)
        addBodies(exchange, intent, outcome)
        for attempt in outcome.attempts { add(attempt, of: intent) }
    }

    private mutating func addExchange(
        _ exchange: ProjectedExchange, _ intent: ExchangeIntent, _ outcome: ExchangeOutcome
    ) {
        let projection = exchange.projection
        let last = outcome.attempts.last
        exchanges[0].append(intent.id.shard.value)
        exchanges[1].append(intent.id.uuid)
        exchanges[2].append(intent.project.uuid)
        exchanges[3].append(intent.key?.uuid)
        exchanges[4].append(Date(microsecondsSince1970: intent.receivedAt.microsecondsSince1970))
        exchanges[5].append(intent.endpoint)
        exchanges[6].append(outcome.status.rawValue)
        exchanges[7].append(outcome.reason)
        exchanges[8].append(outcome.httpStatus.flatMap(Int16.init(exactly:)))
        exchanges[9].append(intent.streamed)
        exchanges[10].append(intent.conversation)
        exchanges[11].append(intent.endUser)
        exchanges[12].append(intent.tags.joined(separator: JournalWriter.tagSeparator))
        exchanges[13].append(projection.metadata)
        exchanges[14].append(last?.provider ?? intent.provider)
        exchanges[15].append(intent.requestedModel?.asLabel())
        exchanges[16].append(projection.servedModel)
        exchanges[17].append(projection.completionID)
        exchanges[18].append(projection.finishReason)
        exchanges[19].append(projection.isComplete)
        exchanges[20].append(projection.promptTokens)
        exchanges[21].append(projection.completionTokens)
        exchanges[22].append(projection.cachedTokens)
        exchanges[23].append(projection.reasoningTokens)
        exchanges[24].append(outcome.duration?.milliseconds)
        exchanges[25].append(outcome.timeToFirstToken?.milliseconds)
        exchanges[26].append(projection.systemFingerprint)
        exchanges[27].append(intent.requestHash)
        exchanges[28].append(Int64(exchange.exchange.request.count))
        exchanges[29].append(outcome.responseHash)
        exchanges[30].append(Int64(exchange.exchange.response.count))
        exchanges[31].append(intent.source.rawValue)
        exchanges[32].append(intent.choice?.route)
        exchanges[33].append(last?.variant ?? intent.choice?.variant)
        exchanges[34].append(intent.choice?.version)
        exchanges[35].append(intent.shadowOf?.uuid)
        exchanges[36].append(projection.cacheWriteTokens)
        exchanges[37].append(projection.costUSD)
    }

    private mutating func addBodies(
        _ exchange: ProjectedExchange, _ intent: ExchangeIntent, _ outcome: ExchangeOutcome
    ) {
        let projection = exchange.projection
        bodies[0].append(intent.id.shard.value)
        bodies[1].append(intent.id.uuid)
        bodies[2].append(intent.project.uuid)
        bodies[3].append(exchange.exchange.request)
        bodies[4].append(exchange.exchange.response)
        bodies[5].append(Self.headers(outcome.headers))
        bodies[6].append(projection.messages)
        bodies[7].append(projection.answer)
        bodies[8].append(projection.notes.isEmpty ? nil : projection.notes.joined(separator: ","))
    }

    private mutating func add(_ attempt: Attempt, of intent: ExchangeIntent) {
        hasAttempts = true
        attempts[0].append(intent.id.shard.value)
        attempts[1].append(intent.id.uuid)
        attempts[2].append(Int16(clamping: attempt.number))
        attempts[3].append(intent.project.uuid)
        attempts[4].append(attempt.provider)
        attempts[5].append(attempt.variant)
        attempts[6].append(attempt.model?.asLabel())
        attempts[7].append(attempt.startedAfter.milliseconds)
        attempts[8].append(attempt.duration.milliseconds)
        attempts[9].append(attempt.httpStatus.flatMap(Int16.init(exactly:)))
        attempts[10].append(attempt.reason)
    }

    // MARK: Columns

    private static let exchangeColumns: [Column] = [
        ("shard", .int2), ("id", .uuid), ("project_id", .uuid), ("api_key_id", .uuid), ("received_at", .timestamptz),
        ("endpoint", .text), ("status", .text), ("reason", .text), ("http_status", .int2), ("streamed", .bool),
        ("conversation", .text), ("end_user", .text), ("tags", .text), ("metadata", .jsonb), ("provider", .text),
        ("requested_model", .text), ("served_model", .text), ("completion_id", .text), ("finish_reason", .text),
        ("complete", .bool), ("prompt_tokens", .int4), ("completion_tokens", .int4), ("cached_tokens", .int4),
        ("reasoning_tokens", .int4), ("duration_ms", .float8), ("ttft_ms", .float8), ("system_fingerprint", .bytea),
        ("request_sha256", .bytea), ("request_bytes", .int8), ("response_sha256", .bytea), ("response_bytes", .int8),
        ("source", .text), ("route", .text), ("variant", .text), ("routes_version", .int8), ("shadow_of", .uuid),
        ("cache_write_tokens", .int4), ("cost_usd", .float8),
    ]
    private static let bodyColumns: [Column] = [
        ("shard", .int2), ("id", .uuid), ("project_id", .uuid), ("request", .bytea), ("response", .bytea),
        ("response_headers", .jsonb), ("messages", .jsonb), ("answer", .jsonb), ("projection_note", .text),
    ]
    private static let attemptColumns: [Column] = [
        ("shard", .int2), ("exchange_id", .uuid), ("number", .int2), ("project_id", .uuid), ("provider", .text),
        ("variant", .text), ("model", .text), ("started_after_ms", .float8), ("duration_ms", .float8),
        ("http_status", .int2), ("reason", .text),
    ]

    // MARK: Texts; only names from above are put into them

    private static let plain = text(isWithAttempts: false)
    private static let withAttempts = text(isWithAttempts: true)

    /// One statement and one answer a batch, instead of a transaction of several.
    private static func text(isWithAttempts: Bool) -> String {
        var text = """
            WITH new AS (
                INSERT INTO gleaner.exchanges (\(names(exchangeColumns)))
                SELECT \(names(exchangeColumns) { name in
                    name == "tags" ? "coalesce(string_to_array(nullif(tags, ''), E'\\x1f'), '{}')" : name
                })
                FROM unnest(\(placeholders(exchangeColumns, from: 1))) AS e (\(names(exchangeColumns)))
                ON CONFLICT (shard, id) DO NOTHING
                RETURNING id
            ), bodies AS (
                \(insert("exchange_bodies", bodyColumns, key: "id", from: exchangeColumns.count + 1))
            )
            """
        if isWithAttempts {
            let first = exchangeColumns.count + bodyColumns.count + 1
            text += ", tries AS (\n    \(insert("attempts", attemptColumns, key: "exchange_id", from: first))\n)"
        }
        return text + "\nSELECT id FROM new"
    }

    /// `IS TRUE` keeps the planner from turning the condition into a join: it knows nothing of the arrays' lengths, and
    /// would compare each row with each. As a subplan the ids become one hash table.
    private static func insert(_ table: String, _ columns: [Column], key: String, from first: Int) -> String {
        """
        INSERT INTO gleaner.\(table) (\(names(columns)))
            SELECT \(names(columns))
            FROM unnest(\(placeholders(columns, from: first))) AS r (\(names(columns)))
            WHERE (r.\(key) IN (SELECT new.id FROM new)) IS TRUE
            ON CONFLICT DO NOTHING
        """
    }

    private static func names(_ columns: [Column], _ spelled: (String) -> String = { $0 }) -> String {
        columns.map { spelled($0.name) }.joined(separator: ", ")
    }

    private static func placeholders(_ columns: [Column], from first: Int) -> String {
        columns.indices.map { "$\(first + $0)" }.joined(separator: ", ")
    }

    // MARK: JSON

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
