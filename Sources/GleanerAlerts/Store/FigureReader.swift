import AsyncPostgres
import Foundation
import GleanerCore

/// Reads what rules watch from the report views, which are counted from rollups; histograms of figures are in these alone.
///
/// Copies to candidates and imports are no traffic: they count only where a rule asks for their source.
struct FigureReader: Sendable {
    let pool: PostgresPool
    /// So many values of `by` are watched, those with the most exchanges.
    static let mostSlices = 50

    /// By slice; the empty text where the rule has no `by`.
    func series(
        _ document: AlertRuleDocument, of project: String, from: Date, to: Date
    ) async throws -> [String: Series] {
        let step = document.window.step(of: document.measure.source)
        let rows = try await rows(document, of: project, step: step, from: from, to: to)
        let sizes = Dictionary(rows.map { ($0.slice, $0.row.count + $0.row.sum) }, uniquingKeysWith: +)
        let kept = Set(
            sizes.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.prefix(Self.mostSlices).map(\.key))
        var series = Dictionary(grouping: rows.filter { kept.contains($0.slice) }, by: \.slice).mapValues {
            Series($0.map(\.row), step: step, from: from, to: to)
        }
        // Silence of a whole project is a series, too.
        if document.by == nil, series[""] == nil { series[""] = Series([], step: step, from: from, to: to) }
        return series
    }

    /// Of the installation, or of what waits in the project.
    func gauge(_ measure: AlertMeasure, of project: String) async throws -> Double? {
        let query: SQL
        switch measure {
        case .jobsAge:
            query = """
                SELECT coalesce(max(oldest_due_s), 0)::float8 AS value FROM report.jobs
                WHERE project IN (\(project), '(none)')
                """
        case .deadJobs:
            query = """
                SELECT coalesce(sum(jobs), 0)::float8 AS value FROM report.jobs
                WHERE state = 'dead' AND project IN (\(project), '(none)')
                """
        // One that nobody has spoken for in a day belongs to a server that was taken away.
        case .journalAge: query = "SELECT max(age_s) AS value FROM report.journals WHERE age_s < 86400"
        case .rollupAge: query = "SELECT max(age_s)::float8 AS value FROM report.rollup_passes WHERE pass <> 'backlog'"
        case .reviewAge:
            query = """
                SELECT coalesce(max(oldest_age_s), 0)::float8 AS value FROM report.review_backlog
                WHERE project = \(project)
                """
        default: return nil
        }
        return try await pool.query(query).first?.decodeIfPresent("value")
    }

    /// Until when everything is counted; `nil` when nothing has been yet.
    func countedUntil(_ source: AlertMeasure.Source) async throws -> Date? {
        let pass =
            switch source {
            case .exchanges: "exchanges"
            case .evaluators: "evaluators"
            case .ratings, .safety, .reviews, .installation: "judgements"
            }
        return try await pool.query("SELECT ended_at FROM report.rollup_passes WHERE pass = \(pass)").first?.decode(
            "ended_at")
    }

    // MARK: Queries

    private typealias Found = (slice: String, row: Series.Row)

    private func rows(
        _ document: AlertRuleDocument, of project: String, step: Double, from: Date, to: Date
    ) async throws -> [Found] {
        let measure = document.measure
        let by = document.by.map { "r.\($0.rawValue)" } ?? "''"
        let conditions = conditions(document, of: project, from: from, to: to)
        let isFine = step < 3600
        if let name = measure.histogram {
            return try await binned(
                """
                SELECT r.at, \(raw: by) AS slice, r.bin::integer AS bin, sum(r.exchanges)::float8 AS count
                FROM report.\(raw: isFine ? "latency_recent" : "latency_hourly") r
                WHERE r.measure = \(name) AND \(sql: conditions) GROUP BY 1, 2, 3
                """)
        }
        let view =
            switch measure.source {
            case .ratings: "ratings_hourly"
            case .safety: "safety_hourly"
            default: isFine ? "exchanges_recent" : "exchanges_hourly"
            }
        if let category = measure.category {
            let found = try await pool.query(
                """
                SELECT r.at, \(raw: by) AS slice, r.\(raw: category.rawValue) AS category,
                       sum(r.exchanges)::float8 AS count
                FROM report.\(raw: view) r WHERE \(sql: conditions) GROUP BY 1, 2, 3
                """)
            return try Self.categories(found, of: document.of)
        }
        if measure == .qualityMean, let question = document.of {
            return try await reviews(question, by: by, where: conditions)
        }
        if let judged = document.judged { return try await scores(judged, by: by, where: conditions) }
        if measure.source == .evaluators { return try await figures(measure, by: by, where: conditions) }
        if measure == .ratingDrift {
            return try await binned(
                """
                SELECT r.at, \(raw: by) AS slice, u.bin::integer AS bin, sum(u.count)::float8 AS count
                FROM report.\(raw: view) r
                CROSS JOIN LATERAL unnest(ARRAY[r.stars_1, r.stars_2, r.stars_3, r.stars_4, r.stars_5])
                    WITH ORDINALITY AS u (count, bin)
                WHERE u.count > 0 AND \(sql: conditions) GROUP BY 1, 2, 3
                """)
        }
        guard let columns = measure.columns else { return [] }
        return try await moments(columns, of: view, by: by, where: conditions)
    }

    private func moments(
        _ columns: AlertMeasure.Columns, of view: String, by: String, where conditions: SQL
    ) async throws -> [Found] {
        try await pool.query(
            """
            SELECT r.at, \(raw: by) AS slice, sum(\(raw: columns.count))::float8 AS count,
                   coalesce(sum(\(raw: columns.sum)), 0)::float8 AS sum,
                   coalesce(sum(\(raw: columns.squares)), 0)::float8 AS squares
            FROM report.\(raw: view) r WHERE \(sql: conditions) GROUP BY 1, 2
            """
        ).map { row in
            (
                try row.decode("slice"),
                Series.Row(
                    at: try row.decode("at"), count: try row.decode("count"), sum: try row.decode("sum"),
                    squares: try row.decode("squares"))
            )
        }
    }

    /// Of the newest version: what two versions found is not compared, and an exchange that both looked at counts once.
    private func figures(_ measure: AlertMeasure, by: String, where conditions: SQL) async throws -> [Found] {
        guard let version = try await newest("version", of: "evaluators_hourly", most: "n", where: conditions) else {
            return []
        }
        let conditions: SQL = "\(sql: conditions) AND r.version = \(version)"
        if measure == .figureMean {
            return try await weighed(
                """
                SELECT r.at, \(raw: by) AS slice, r.population AS w, r.wy, r.wyy, r.ww, r.lowest, r.highest
                FROM report.evaluators_hourly r WHERE \(sql: conditions)
                """)
        }
        guard let columns = measure.columns else { return [] }
        guard measure.isDrift else {
            return try await moments(columns, of: "evaluators_hourly", by: by, where: conditions)
        }
        // Numbered in order: between their own numbers are wide gaps.
        let binned = try await binned(
            """
            SELECT r.at, \(raw: by) AS slice, (dense_rank() OVER (ORDER BY u.bin))::integer AS bin,
                   u.count / 1000.0::float8 AS count
            FROM (SELECT p.name AS project, t.at, \(raw: Self.slices), t.evaluator, t.version,
                         t.measure, t.bins, t.counts
                  FROM gleaner.rollup_evaluators t JOIN gleaner.projects p ON p.id = t.project_id
                  WHERE t.minutes = 60 AND t.failure = '') r,
                 unnest(r.bins, r.counts) AS u (bin, count)
            WHERE \(sql: conditions)
            """)
        let bins = Dictionary(binned.map { (Place($0), $0.row.bins) }) { first, _ in first }
        return try await moments(columns, of: "evaluators_hourly", by: by, where: conditions).map { found in
            var found = found
            found.row.bins = bins[Place(found)] ?? [:]
            return found
        }
    }

    /// What a classifier gave texts as its highest score; of its newest model, for those of two are not compared.
    private func scores(
        _ judged: (classifier: String, target: String), by: String, where conditions: SQL
    ) async throws -> [Found] {
        let view = "moderation_scores_hourly"
        let conditions: SQL =
            "\(sql: conditions) AND r.classifier = \(judged.classifier) AND r.target = \(judged.target)"
        guard let model = try await newest("classifier_model", of: view, most: "exchanges", where: conditions) else {
            return []
        }
        // Numbered in order, as those of figures.
        return try await binned(
            """
            SELECT r.at, \(raw: by) AS slice, (dense_rank() OVER (ORDER BY r.bin))::integer AS bin,
                   r.exchanges::float8 AS count
            FROM report.\(raw: view) r WHERE \(sql: conditions) AND r.classifier_model = \(model)
            """)
    }

    /// The newest value of a column; of those of one hour, the one that most is known of.
    private func newest(
        _ column: String, of view: String, most: String, where conditions: SQL
    ) async throws -> String? {
        try await pool.query(
            """
            SELECT r.\(raw: column) AS version FROM report.\(raw: view) r
            WHERE \(sql: conditions) ORDER BY r.at DESC, r.\(raw: most) DESC LIMIT 1
            """
        ).first?.decode("version")
    }

    /// Named as the views name them.
    private static let slices = ReportSlice.allCases.map {
        "coalesce(nullif(t.\($0.rawValue), ''), '(none)') AS \($0.rawValue)"
    }.joined(separator: ", ")

    /// Scores of those drawn for review, for all answers: in each cell within which those judged stand for those drawn,
    /// they are weighed up to them.
    private func reviews(_ question: String, by: String, where conditions: SQL) async throws -> [Found] {
        try await weighed(
            """
            WITH found AS (
                SELECT r.at, \(raw: by) AS slice, r.rule, r.is_singled_out, r.measure, r.w, r.wy, r.wyy, r.ww, r.lowest, r.highest
                FROM (SELECT p.name AS project, t.at, \(raw: Self.slices), t.rule, t.is_singled_out, t.measure, t.w, t.wy, t.wyy,
                             t.ww, t.lowest, t.highest
                      FROM gleaner.rollup_reviews t JOIN gleaner.projects p ON p.id = t.project_id
                      WHERE t.minutes = 60 AND t.measure IN ('', \(question))) r
                WHERE \(sql: conditions)
            ), cells AS (
                SELECT slice, rule, is_singled_out,
                       sum(w) FILTER (WHERE measure = '') / nullif(sum(w) FILTER (WHERE measure <> ''), 0) AS f
                FROM found GROUP BY 1, 2, 3
            )
            SELECT at, slice, f * w AS w, f * wy AS wy, f * wyy AS wyy, f * f * ww AS ww, lowest, highest
            FROM found JOIN cells USING (slice, rule, is_singled_out) WHERE measure <> '' AND f IS NOT NULL
            """)
    }

    /// Of rows of `at`, `slice`, `lowest`, `highest` and moments of values that each stand for 1/p: counts are as many equally
    /// weighed ones as tell as much (Kish), and sums are theirs.
    private func weighed(_ query: SQL) async throws -> [Found] {
        let rows = try await pool.query(
            """
            WITH moments AS (
                SELECT at, slice, sum(w)::float8 AS w, sum(wy)::float8 AS wy, sum(wyy)::float8 AS wyy, sum(ww)::float8 AS ww,
                       min(lowest)::float8 AS lowest, max(highest)::float8 AS highest
                FROM (\(sql: query)) q GROUP BY 1, 2
            ), slices AS (
                SELECT slice, sum(w) / nullif(sum(ww), 0) AS scale,
                       -- All are 0 or 1, as far as anybody has seen: the other one may come.
                       min(lowest) >= 0 AND max(highest) <= 1 AND abs(sum(wyy) - sum(wy)) <= 1e-9 * sum(wyy) AS is_flag
                FROM moments GROUP BY 1
            )
            SELECT at, slice, w * scale AS count, wy * scale AS sum, wyy * scale AS squares,
                   CASE WHEN is_flag THEN 0 ELSE lowest END AS lowest, CASE WHEN is_flag THEN 1 ELSE highest END AS highest
            FROM moments JOIN slices USING (slice) WHERE scale IS NOT NULL
            """)
        return try rows.map { row in
            let (lowest, highest) = (
                try row.decode("lowest", as: Double.self), try row.decode("highest", as: Double.self)
            )
            return (
                try row.decode("slice"),
                Series.Row(
                    at: try row.decode("at"), count: try row.decode("count"), sum: try row.decode("sum"),
                    squares: try row.decode("squares"), values: lowest...max(lowest, highest))
            )
        }
    }

    private struct Place: Hashable {
        let slice: String
        let at: Date
        init(_ found: Found) { (slice, at) = (found.slice, found.row.at) }
    }

    func conditions(_ document: AlertRuleDocument, of project: String, from: Date, to: Date) -> SQL {
        var conditions: SQL = "r.project = \(project) AND r.at >= \(from) AND r.at < \(to)"
        for (slice, value) in document.filter.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            conditions = "\(sql: conditions) AND r.\(raw: slice.rawValue) = \(value)"
        }
        if document.by != .source, document.filter[.source] == nil {
            conditions = "\(sql: conditions) AND r.source IN ('gateway', 'api')"
        }
        if document.measure.source == .evaluators, let figure = document.figure {
            conditions =
                "\(sql: conditions) AND r.evaluator = \(figure.evaluator) AND r.measure = \(figure.measure)"
        }
        return conditions
    }

    private func binned(_ query: SQL) async throws -> [Found] {
        var found: [String: [Date: [Int: Double]]] = [:]
        for row in try await pool.query(query) {
            let bin = Int(try row.decode("bin", as: Int32.self))
            found[try row.decode("slice"), default: [:]][try row.decode("at"), default: [:]][bin, default: 0] +=
                try row.decode("count")
        }
        return Self.rows(found)
    }

    private static func rows(_ found: [String: [Date: [Int: Double]]]) -> [Found] {
        found.flatMap { slice, stretches in
            stretches.map { at, bins in
                (slice, Series.Row(at: at, count: bins.values.reduce(0, +), sum: 0, bins: bins))
            }
        }
    }

    /// - Parameter chosen: the one whose share is asked for; without it each is a bin of its own.
    private static func categories(_ found: PostgresResult, of chosen: String?) throws -> [Found] {
        var numbers: [String: Int] = [:]
        var shares: [String: [Date: Series.Row]] = [:]
        var bins: [String: [Date: [Int: Double]]] = [:]
        for row in found {
            let (slice, at) = (try row.decode("slice", as: String.self), try row.decode("at", as: Date.self))
            let (category, count) = (
                try row.decode("category", as: String.self), try row.decode("count", as: Double.self)
            )
            if let chosen {
                var sum = shares[slice]?[at] ?? Series.Row(at: at, count: 0, sum: 0)
                sum.count += count
                if category == chosen { sum.sum += count }
                shares[slice, default: [:]][at] = sum
            } else {
                let number = numbers[category] ?? numbers.count
                numbers[category] = number
                bins[slice, default: [:]][at, default: [:]][number, default: 0] += count
            }
        }
        if chosen == nil { return rows(bins) }
        return shares.flatMap { slice, rows in rows.values.map { (slice, $0) } }
    }
}
