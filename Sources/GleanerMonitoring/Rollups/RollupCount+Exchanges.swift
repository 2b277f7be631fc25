import AsyncPostgres
import Foundation
import GleanerCore

/// The statements that count a stretch from the rows it is about.
enum RollupCount {
    /// So many system prompts of a day are told apart; where each call has its own, none is worth a slice.
    static let promptsPerDay = 50

    /// The bin of a time in milliseconds: eight for each doubling, so that a quantile is known to 5 % before it is
    /// interpolated.
    private static func bin(_ column: String) -> String {
        """
        CASE WHEN \(column) <= 0.25 THEN -16 ELSE least(167, floor(8 * ln(\(column)) / ln(2::float8))) END::smallint
        """
    }

    /// One scan groups the rows finely; prompts are named, and what is left is small.
    ///
    /// A prompt that is new on its day and finds room is kept as known by the same statement.
    static func exchanges(_ span: RollupSpan) -> SQL {
        let table = RollupTable.exchanges
        let names = table.keys.joined(separator: ", ")
        let histograms = table.histograms.enumerated().map { number, histogram in
            let bin = number == 0 ? "duration_bin" : "ttft_bin"
            let rows = "(SELECT \(names), \(bin) AS bin, n AS count FROM sliced WHERE \(bin) IS NOT NULL) r"
            return ", h\(number) AS (\(table.histogramQuery(histogram, rows: rows)))"
        }
        return """
            WITH cells AS MATERIALIZED (
                SELECT source, coalesce(route, '') AS route, coalesce(variant, '') AS variant,
                       coalesce(provider, '') AS provider, left(coalesce(served_model, ''), 100) AS model,
                       coalesce(language, '') AS language, system_fingerprint AS fingerprint, status,
                       status = 'upstream_failed' OR coalesce(http_status = 429 OR http_status >= 500, false) AS is_error,
                       coalesce(http_status >= 400, false) AS is_http_error,
                       status = 'completed' AND complete AND coalesce(http_status = 200, false) AS is_answered, streamed,
                       CASE finish_reason WHEN 'length' THEN 1 WHEN 'content_filter' THEN 2 ELSE 0 END AS finish,
                       redaction IS NOT NULL AS is_redacted, prompt_tokens IS NOT NULL AS is_counted,
                       cost_usd IS NOT NULL AS is_priced,
                       CASE WHEN duration_ms IS NOT NULL THEN \(raw: bin("duration_ms")) END AS duration_bin,
                       CASE WHEN ttft_ms IS NOT NULL THEN \(raw: bin("ttft_ms")) END AS ttft_bin,
                       count(*) AS n, sum(prompt_tokens) AS prompt_tokens, sum(cached_tokens) AS cached_tokens,
                       sum(cache_write_tokens) AS cache_write_tokens, sum(completion_tokens) AS completion_tokens,
                       sum(reasoning_tokens) AS reasoning_tokens, sum(cost_usd) AS cost_usd,
                       sum(request_bytes) AS request_bytes, sum(response_bytes) AS response_bytes,
                       sum(round(duration_ms * 1000)::bigint) AS duration_us, sum(round(ttft_ms * 1000)::bigint) AS ttft_us
                FROM gleaner.exchanges
                WHERE project_id = \(span.project.uuid) AND id >= \(span.ids.low) AND id < \(span.ids.high)
                GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18
            ), known AS (
                SELECT fingerprint FROM gleaner.rollup_prompts
                WHERE project_id = \(span.project.uuid) AND day = (\(span.day) AT TIME ZONE 'UTC')::date
            ), fresh AS (
                INSERT INTO gleaner.rollup_prompts (project_id, day, fingerprint)
                SELECT \(span.project.uuid), (\(span.day) AT TIME ZONE 'UTC')::date, c.fingerprint FROM cells c
                WHERE c.fingerprint IS NOT NULL AND NOT EXISTS (SELECT FROM known k WHERE k.fingerprint = c.fingerprint)
                GROUP BY c.fingerprint ORDER BY sum(c.n) DESC, c.fingerprint
                LIMIT greatest(0, \(Int64(promptsPerDay)) - (SELECT count(*) FROM known))
                RETURNING fingerprint
            ), named AS (
                SELECT fingerprint FROM known UNION ALL SELECT fingerprint FROM fresh
            ), sliced AS (
                SELECT c.*, CASE WHEN c.fingerprint IS NULL THEN '' WHEN p.fingerprint IS NULL THEN '(others)'
                                 ELSE left(encode(c.fingerprint, 'hex'), 12) END AS prompt
                FROM cells c LEFT JOIN named p ON p.fingerprint = c.fingerprint
            ), sums AS (
                SELECT \(raw: names), \(raw: exchangeSums) FROM sliced GROUP BY \(raw: names)
            )\(raw: histograms.joined())
            \(raw: table.insert)
            SELECT \(span.project.uuid), \(span.stretch.rawValue), \(span.from),
                   \(raw: (table.keys + table.sums).joined(separator: ", ")), coalesce(h0.bins, '{}'),
                   coalesce(h0.counts, '{}'), coalesce(h1.bins, '{}'), coalesce(h1.counts, '{}')
            FROM sums LEFT JOIN h0 USING (\(raw: names)) LEFT JOIN h1 USING (\(raw: names))
            """
    }

    /// The sums of `RollupTable.exchanges` over `sliced`.
    private static let exchangeSums: String = {
        func count(_ name: String, _ condition: String? = nil) -> String {
            "coalesce(sum(n)\(condition.map { " FILTER (WHERE \($0))" } ?? ""), 0)::bigint AS \(name)"
        }
        func total(_ name: String) -> String { "coalesce(sum(\(name)), 0)::bigint AS \(name)" }
        let statuses = ["completed", "upstream_failed", "client_gone", "interrupted", "refused"]
        let counts =
            [count("exchanges")] + statuses.map { count($0, "status = '\($0)'") }
            + [
                count("errors", "is_error"), count("http_errors", "is_http_error"), count("answered", "is_answered"),
                count("streamed", "streamed"), count("cut_short", "finish = 1"), count("filtered", "finish = 2"),
                count("redacted", "is_redacted"), count("counted", "is_counted"), count("priced", "is_priced"),
                count("timed", "duration_bin IS NOT NULL"), count("first_timed", "ttft_bin IS NOT NULL"),
            ]
        let totals = [
            "prompt_tokens", "cached_tokens", "cache_write_tokens", "completion_tokens", "reasoning_tokens",
            "request_bytes", "response_bytes",
        ].map(total)
        return
            (counts + totals + [
                "coalesce(sum(cost_usd), 0) AS cost_usd",
                "round(coalesce(sum(duration_us), 0) / 1000, 3) AS duration_ms",
                "round(coalesce(sum(ttft_us), 0) / 1000, 3) AS ttft_ms",
            ]).joined(separator: ", ")
    }()
}
