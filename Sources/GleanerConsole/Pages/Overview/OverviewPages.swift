import Foundation
import GleanerCore
import GleanerHTTP
import GleanerReport
import Hummingbird

/// `/overview`: what the bot is worth and what it costs, at one glance. The home of everybody who may read.
struct OverviewPages: Sendable {
    let reports: ReportService
    /// Chart.js is there to draw with; else pictures made here stay.
    let hasChartScript: Bool

    func add(to console: ConsoleRouter) {
        console.page("overview", for: .read, show)
        console.data("overview.csv", for: .read, csv)
    }

    private func show(_ visit: Visit) async throws -> Page {
        do {
            return try await page(ReportQuery(QueryItems(visit.request.uri.query)), visit)
        } catch let error as QueryError {
            let standard = ReportQuery(range: ReportRange(.week, now: Date()))
            return try await page(standard, visit, problem: error.explanation.why)
        }
    }

    private func page(_ query: ReportQuery, _ visit: Visit, problem: String? = nil) async throws -> Page {
        let report = try await reports.report(query, of: visit.project.id)
        let values = try await reports.values(in: query.range, of: visit.project.id)
        let isFirst = report.first.isEmpty ? try await !reports.hasTraffic(visit.project.id) : false
        let view = OverviewView(report, values, problem: problem, hasNeverHadAny: isFirst, drawsCharts: hasChartScript)
        return Page("overview", title: "Overview", view: view, modules: ["overview.js"])
    }

    /// The same numbers as the tables behind the charts.
    private func csv(_ visit: Visit) async throws -> Response {
        let items = try QueryItems(visit.request.uri.query, only: ReportQuery.parameters.union(["part", "name"]))
        let report = try await reports.report(ReportQuery(items), of: visit.project.id)
        return ReportRoutes.csv(try ReportTable(report, items))
    }
}
