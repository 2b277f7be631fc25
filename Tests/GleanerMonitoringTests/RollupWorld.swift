import AsyncPostgres
import Foundation
import GleanerCore
import GleanerFeedback
import GleanerMonitoring
import GleanerReview
import GleanerTestSupport

/// Exchanges of many kinds over some hours, written as ingest would write them.
struct RollupWorld {
    let stored: StoredExchanges
    let rollups: RollupService
    var pool: PostgresPool { stored.pool }
    var project: ID<Project> { stored.project }

    init(project name: String = "default") async throws {
        stored = try await StoredExchanges(pool: TestDatabase.current.pool, project: name)
        rollups = RollupService(pool: stored.pool)
    }

    /// An hour that has begun `hours` hours ago, as the rollups have it.
    static func hour(_ hours: Int, now: Date = Date()) -> Date {
        Date(timeIntervalSince1970: ((now.timeIntervalSince1970 / 3600).rounded(.down) - Double(hours)) * 3600)
    }

    static func id(at time: Date) -> ID<Exchange> { ID(UUIDv7(now: { time }).make(shard: .random())) }

    /// - Parameters:
    ///   - seconds: for how long from `hour` on they came.
    ///   - prompts: how many different system prompts there are.
    func add(
        _ number: Int, in hour: Date, for seconds: Int = 3599, seed: UInt64, prompts: Int = 3, isTold: Bool = true
    ) async throws -> [ID<Exchange>] {
        var random = SeededRandom(seed: seed)
        let ids = (0..<number).map { _ in
            Self.id(at: hour.addingTimeInterval(Double(Int.random(in: 0..<seconds * 1000, using: &random)) / 1000))
        }
        try await pool.query(
            """
            INSERT INTO gleaner.exchanges (
                shard, id, project_id, received_at, endpoint, status, http_status, streamed, tags, complete, source, route,
                variant, provider, served_model, language, system_fingerprint, finish_reason, prompt_tokens,
                completion_tokens, cached_tokens, cost_usd, duration_ms, ttft_ms, request_sha256, request_bytes, response_bytes)
            SELECT shard, id, \(project.uuid), gleaner.time_of(id), '/v1/chat/completions',
                   (ARRAY['completed', 'completed', 'completed', 'upstream_failed', 'client_gone'])[1 + n % 5],
                   (ARRAY[200, 200, 200, 503, 429])[1 + n % 5], n % 2 = 0, '{}', n % 5 < 3,
                   (ARRAY['gateway', 'gateway', 'gateway', 'shadow'])[1 + n % 4], 'chat', (ARRAY['a', 'b'])[1 + n % 2],
                   'openai', 'model-' || n % 3, (ARRAY['en', 'hi-Latn', NULL])[1 + n % 3],
                   CASE WHEN n % 7 > 0 THEN sha256(('prompt ' || n % \(Int64(prompts)))::bytea) END,
                   (ARRAY['stop', 'length', 'content_filter'])[1 + n % 3], CASE WHEN n % 5 < 3 THEN 100 + n % 50 END,
                   n % 40, n % 9, CASE WHEN n % 5 < 2 THEN (n % 100) / 7.0 END::numeric(20, 10),
                   CASE WHEN n % 11 > 0 THEN 0.1 + (n * 37 % 4000) * 1.37 END, CASE WHEN n % 2 = 0 THEN 20.5 + n % 200 END,
                   ''::bytea, 10 + n, 20 + n
            FROM unnest(\(PostgresArray(ids.map(\.shard.value))), \(PostgresArray(ids.map(\.uuid))))
                WITH ORDINALITY AS i (shard, id, n)
            """)
        if isTold { try await rollups.landed(ids.map { ($0, project) }) }
        return ids
    }

    /// Everything that was counted, as one text: the same numbers are the same text.
    func everything() async throws -> [String] {
        var lines: [String] = []
        for table in [
            "rollups", "rollup_slices", "rollup_judgements", "rollup_judgement_slices", "rollup_categories",
            "rollup_reviews",
            "rollup_review_work", "rollup_evaluators", "rollup_moderation_scores",
        ] {
            let rows = try await pool.query("SELECT t::text AS line FROM gleaner.\(identifier: table) t ORDER BY 1")
            lines += try rows.map { table + " " + (try $0.decode("line", as: String.self)) }
        }
        return lines
    }

    func number(_ sql: SQL) async throws -> Int { try await pool.query(sql)[0].decode("n") }
    func share(_ sql: SQL) async throws -> Double? { try await pool.query(sql)[0].decodeIfPresent("x") }
}
