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
            case .ratings, .safety, .installation: "judgements"
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
            case .evaluators: "evaluators_hourly"
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
        guard let columns = measure.columns else { return [] }
        if measure == .figureDrift { return try await figures(columns, by: by, where: conditions) }
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

    /// Of the newest version: what two versions found is not compared.
    private func figures(
        _ columns: AlertMeasure.Columns, by: String, where conditions: SQL
    ) async throws -> [Found] {
        let newest = try await pool.query(
            """
            SELECT r.version FROM report.evaluators_hourly r WHERE \(sql: conditions) ORDER BY r.at DESC, r.n DESC LIMIT 1
            """)
        guard let version = try newest.first?.decode("version", as: String.self) else { return [] }
        let conditions: SQL = "\(sql: conditions) AND r.version = \(version)"
        // Named as the views name them.
        let slices = ReportSlice.allCases.map { "coalesce(nullif(t.\($0.rawValue), ''), '(none)') AS \($0.rawValue)" }
        // Numbered in order: between their own numbers are wide gaps.
        let binned = try await binned(
            """
            SELECT r.at, \(raw: by) AS slice, (dense_rank() OVER (ORDER BY u.bin))::integer AS bin,
                   u.count / 1000.0::float8 AS count
            FROM (SELECT p.name AS project, t.at, \(raw: slices.joined(separator: ", ")), t.evaluator, t.version,
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

    private struct Place: Hashable {
        let slice: String
        let at: Date
        init(_ found: Found) { (slice, at) = (found.slice, found.row.at) }
    }

    private func conditions(_ document: AlertRuleDocument, of project: String, from: Date, to: Date) -> SQL {
        var conditions: SQL = "r.project = \(project) AND r.at >= \(from) AND r.at < \(to)"
        for (slice, value) in document.filter.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            conditions = "\(sql: conditions) AND r.\(raw: slice.rawValue) = \(value)"
        }
        if document.by != .source, document.filter[.source] == nil {
            conditions = "\(sql: conditions) AND r.source IN ('gateway', 'api')"
        }
        if document.measure == .refusalShare {
            conditions = "\(sql: conditions) AND r.evaluator = 'refusal' AND r.measure = 'refused'"
        }
        if let figure = document.measure == .figureDrift ? document.figure : nil {
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
