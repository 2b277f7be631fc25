import AsyncPostgres
import GleanerCore

/// A table of rollups as addition sees it: what is grouped by, and what adds up.
struct RollupTable: Sendable {
    /// Histograms: the columns of bins and of how many are in each.
    struct Histogram: Sendable {
        let bins: String
        let counts: String
    }
    let name: String
    let keys: [String]
    let sums: [String]
    var minima: [String] = []
    var maxima: [String] = []
    var histograms: [Histogram] = []

    /// What exchanges are told apart by.
    static let slices = ["source", "route", "variant", "provider", "model", "language", "prompt"]

    static let exchanges = RollupTable(
        name: "rollups", keys: slices,
        sums: [
            "exchanges", "completed", "upstream_failed", "client_gone", "interrupted", "refused", "errors",
            "http_errors",
            "answered", "streamed", "cut_short", "filtered", "redacted", "counted", "prompt_tokens", "cached_tokens",
            "cache_write_tokens", "completion_tokens", "reasoning_tokens", "priced", "cost_usd", "request_bytes",
            "response_bytes", "timed", "duration_ms", "first_timed", "ttft_ms",
        ],
        histograms: [
            .init(bins: "duration_bins", counts: "duration_counts"), .init(bins: "ttft_bins", counts: "ttft_counts"),
        ])
    static let judgements = RollupTable(
        name: "rollup_judgements", keys: slices,
        sums: [
            "rated", "ups", "downs", "stars", "star_sum", "star_squares", "left_out", "comments", "corrections",
            "preferences", "regenerated", "copied", "abandoned", "reported", "flagged", "prompt_flagged",
            "response_flagged", "blocked", "unjudged", "stars_1", "stars_2", "stars_3", "stars_4", "stars_5",
        ])
    static let categories = RollupTable(
        name: "rollup_categories", keys: slices + ["target", "category"], sums: ["exchanges"])
    static let reviews = RollupTable(
        name: "rollup_reviews", keys: slices + ["rule", "is_singled_out", "measure"],
        sums: ["n", "events", "w", "wy", "wyy", "ww", "wwy", "wwyy"], minima: ["lowest"], maxima: ["highest"])
    static let moderationScores = RollupTable(
        name: "rollup_moderation_scores", keys: slices + ["target", "classifier", "classifier_model"], sums: ["n"],
        histograms: [.init(bins: "bins", counts: "counts")])
    static let work = RollupTable(
        name: "rollup_review_work", keys: ["reviewer", "rubric", "kind"],
        sums: ["reviews", "retracted", "corrected", "timed", "duration_ms"])

    static let evaluators = RollupTable(
        name: "rollup_evaluators", keys: slices + ["evaluator", "version", "measure", "failure"],
        sums: ["n", "events", "w", "wy", "wyy", "ww", "wwy", "wwyy"], minima: ["lowest"], maxima: ["highest"],
        histograms: [.init(bins: "bins", counts: "counts")])

    /// Money, milliseconds and moments are `numeric`: exact, so that sums are the same in whatever order they were made.
    private static let exact: Set<String> = [
        "cost_usd", "duration_ms", "ttft_ms", "w", "wy", "wyy", "ww", "wwy", "wwyy",
    ]
    private func sum(_ column: String) -> String {
        let isExact = Self.exact.contains(column) && !(name == Self.work.name)
        return isExact ? "sum(\(column)) AS \(column)" : "sum(\(column))::bigint AS \(column)"
    }

    /// All columns behind `project_id`, `minutes` and `at`, in the order in which they are inserted.
    var columns: [String] { keys + sums + minima + maxima + histograms.flatMap { [$0.bins, $0.counts] } }

    /// `INSERT INTO gleaner.… (…)`, to be followed by a query of all columns.
    var insert: String { "INSERT INTO gleaner.\(name) (project_id, minutes, at, \(columns.joined(separator: ", ")))" }

    /// Joins the histograms of `parts`, or of what `from` names, which has one row for each key and bin.
    func histogramQuery(_ histogram: Histogram, rows: String) -> String {
        let names = keys.joined(separator: ", ")
        return """
            SELECT \(names), array_agg(bin ORDER BY bin) AS bins, array_agg(count ORDER BY bin) AS counts FROM (
                SELECT \(names), bin, sum(count)::bigint AS count FROM \(rows) GROUP BY \(names), bin) b
            GROUP BY \(names)
            """
    }

    /// Adds rollups up to a longer one, whose row there is none of.
    func adding(_ unit: RollupSpan, of short: Stretch) -> SQL {
        let names = keys.joined(separator: ", ")
        let values = sums.map(sum) + minima.map { "min(\($0)) AS \($0)" } + maxima.map { "max(\($0)) AS \($0)" }
        let outer =
            keys + sums + minima + maxima
            + histograms.indices.flatMap { ["coalesce(h\($0).bins, '{}')", "coalesce(h\($0).counts, '{}')"] }
        let joins = histograms.indices.map { "LEFT JOIN h\($0) USING (\(names))" }.joined(separator: " ")
        let tables = histograms.enumerated().map { number, histogram in
            let rows = "parts, unnest(\(histogram.bins), \(histogram.counts)) AS u (bin, count)"
            return ", h\(number) AS (\(histogramQuery(histogram, rows: rows)))"
        }
        return """
            WITH parts AS (
                SELECT * FROM gleaner.\(raw: name)
                WHERE project_id = \(unit.project.uuid) AND minutes = \(short.rawValue) AND at >= \(unit.from)
                  AND at < \(unit.to)
            ), sums AS (
                SELECT \(raw: names), \(raw: values.joined(separator: ", ")) FROM parts GROUP BY \(raw: names)
            )\(raw: tables.joined())
            \(raw: insert)
            SELECT \(unit.project.uuid), \(unit.stretch.rawValue), \(unit.from), \(raw: outer.joined(separator: ", "))
            FROM sums \(raw: joins)
            """
    }

    func removing(_ unit: RollupSpan) -> SQL {
        """
        DELETE FROM gleaner.\(raw: name)
        WHERE project_id = \(unit.project.uuid) AND minutes = \(unit.stretch.rawValue) AND at = \(unit.from)
        """
    }
}
