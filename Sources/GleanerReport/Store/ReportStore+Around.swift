import AsyncPostgres
import Foundation
import GleanerCore

extension ReportStore {
    static let mostEvents = 200
    /// Of a slice, as choices of a form; those with most exchanges.
    static let mostValues = 100

    /// What was changed and decided, the newest first.
    func events(_ stretch: Stretch) async throws -> [Report.Event] {
        try await connection.query(
            """
            SELECT at, kind, title, actor, note FROM report.events
            WHERE project = \(stretch.project) AND at >= \(stretch.range.since) AND at < \(stretch.range.until)
            ORDER BY at DESC LIMIT \(Int64(Self.mostEvents))
            """
        ).map {
            Report.Event(
                at: try $0.decode("at"), kind: try $0.decode("kind"), title: try $0.decode("title"),
                actor: try $0.decode("actor"), note: try $0.decodeIfPresent("note") ?? "")
        }
    }

    /// Which values each slice had in these days, those with most exchanges first.
    func values(_ stretch: Stretch) async throws -> [ReportSlice: [String]] {
        let days = Stretch(project: stretch.project, range: stretch.range.widened(to: .daily), only: [:])
        let rows = try await connection.query(
            """
            SELECT coalesce(route, variant, provider, model, language, prompt, source) AS value,
                   grouping(route, variant, provider, model, language, prompt, source)::int AS missing
            FROM report.exchanges_daily WHERE \(sql: Self.condition(days))
            GROUP BY GROUPING SETS ((route), (variant), (provider), (model), (language), (prompt), (source))
            ORDER BY sum(exchanges) DESC, 1
            """)
        var values: [ReportSlice: [String]] = [:]
        for row in rows {
            // A bit for each column in order, the last one lowest; the one that is 0 is the one that is grouped by.
            let missing = try row.decode("missing", as: Int32.self)
            let slices: [ReportSlice] = [.route, .variant, .provider, .model, .language, .prompt, .source]
            for (place, slice) in slices.enumerated() where missing & (1 << Int32(6 - place)) == 0 {
                if values[slice, default: []].count < Self.mostValues {
                    values[slice, default: []].append(try row.decode("value"))
                }
            }
        }
        return values
    }

    func hasTraffic(_ project: String) async throws -> Bool {
        try await connection.query(
            "SELECT EXISTS (SELECT FROM report.exchanges_daily WHERE project = \(project)) AS has")[0].decode("has")
    }

    func freshness() async throws -> ReportFreshness {
        let rows = try await connection.query(
            "SELECT pass, ended_at, hours_behind FROM report.rollup_passes WHERE pass IN ('exchanges', 'judgements')")
        var countedAt: Date?
        var hoursBehind = 0
        for row in rows {
            if try row.decode("pass", as: String.self) == "exchanges" { countedAt = try row.decode("ended_at") }
            hoursBehind = max(hoursBehind, try row.decode("hours_behind"))
        }
        return ReportFreshness(countedAt: countedAt, hoursBehind: hoursBehind)
    }

    /// What waits for somebody: of the annotation queue, and jobs that were given up.
    func openWork(of project: String) async throws -> OpenWork {
        let reviews = try await connection.query(
            """
            SELECT state, slots, oldest_age_s FROM report.review_backlog WHERE project = \(project) AND slots > 0
            ORDER BY state
            """)
        let jobs = try await connection.query(
            "SELECT kind, jobs FROM report.jobs WHERE project = \(project) AND state = 'dead' ORDER BY kind")
        return OpenWork(
            reviews: try reviews.map {
                .init(
                    name: try $0.decode("state"), count: try $0.decode("slots"),
                    oldest: try $0.decodeIfPresent("oldest_age_s"))
            },
            deadJobs: try jobs.map { .init(name: try $0.decode("kind"), count: try $0.decode("jobs"), oldest: nil) })
    }
}
