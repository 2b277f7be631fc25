import Foundation
import GleanerCore
import GleanerReport

/// What `overview.mustache` shows.
struct OverviewView: Sendable {
    struct Tile: Sendable {
        let title: String
        let meaning: String
        let number: String
        /// The interval and what stands behind it.
        let standing: String
        let compared: [OverviewWords.Compared]
        let path: String?
        let follow: String
    }
    struct Row: Sendable {
        struct Cell: Sendable {
            let text: String
            let span: String
            let hasSpan: Bool

            init(_ estimate: Estimated?, _ unit: ReportUnit) {
                text = OverviewWords.shown(estimate?.value, unit)
                span = estimate.flatMap { OverviewWords.interval($0, unit) } ?? ""
                hasSpan = !span.isEmpty
            }
        }
        let name: String
        let isFirst: Bool
        let isSecond: Bool
        let onlyPath: String
        let exchangesPath: String
        let cells: [Cell]
    }
    struct Event: Sendable {
        let at: String
        let milliseconds: String
        let kind: String
        let title: String
        let actor: String
        let note: String
        let hasNote: Bool
    }

    let form: OverviewForm
    let problem: String?
    let period: String
    let comparedPeriod: String?
    let behind: String?
    let countedAt: String?
    let isEmpty: Bool
    let hasNeverHadAny: Bool
    let drawsCharts: Bool
    let isCompared: Bool
    let firstLabel: String
    let secondLabel: String
    let tiles: [Tile]
    let charts: [OverviewChart]
    let hasCharts: Bool
    let unknown: String?
    let slice: String
    let columns: [String]
    let rows: [Row]
    let hasRows: Bool
    let mayCompareRows: Bool
    let leftOut: String?
    let slicesCSV: String
    let rowFields: [OverviewForm.Hidden]
    let events: [Event]
    let hasEvents: Bool
    let eventsCSV: String

    static let tileMeasures: [ReportMeasure] = [
        .exchanges, .errors, .durationMedian, .duration, .firstToken, .satisfaction, .responseRate, .flagged, .cost,
        .inputTokens, .outputTokens,
    ]
    static let chartMeasures: [ReportMeasure] = [
        .exchanges, .satisfaction, .errors, .flagged, .duration, .firstToken, .cost, .outputTokens,
    ]
    static let columnMeasures: [ReportMeasure] = [
        .exchanges, .errors, .duration, .satisfaction, .flagged, .cost,
    ]

    init(
        _ report: Report, _ values: [ReportSlice: [String]], problem: String?, hasNeverHadAny: Bool, drawsCharts: Bool
    ) {
        let query = report.query
        form = OverviewForm(query, values)
        self.problem = problem
        self.hasNeverHadAny = hasNeverHadAny
        self.drawsCharts = drawsCharts
        period = OverviewWords.range(report.first.range)
        comparedPeriod = query.comparison == .previous ? report.second.map { OverviewWords.range($0.range) } : nil
        behind = report.freshness.hoursBehind > 1 ? "\(Figure.count(report.freshness.hoursBehind)) hours" : nil
        countedAt = report.freshness.countedAt?.ISO8601Format()
        isEmpty = report.first.isEmpty && report.second?.isEmpty != false
        isCompared = report.second != nil
        firstLabel = report.first.label
        secondLabel = report.second?.label ?? ""
        tiles = Self.tiles(report)
        let qualities = report.first.series.map(\.name).filter { $0.hasPrefix("quality_") }
        let names =
            Array(Self.chartMeasures.prefix(2)).map(\.rawValue) + qualities
            + Self.chartMeasures.dropFirst(2).map(\.rawValue)
        let isEmpty = isEmpty
        charts = isEmpty ? [] : names.compactMap { OverviewChart($0, report) }
        hasCharts = !charts.isEmpty
        let drawn = Set(charts.map(\.heading))
        let missing = isEmpty ? [] : names.map { OverviewWords.name($0).title }.filter { !drawn.contains($0) }
        unknown = missing.isEmpty ? nil : missing.joined(separator: ", ")
        slice = query.by.rawValue
        let questions = Self.questions(report)
        columns =
            Self.columnMeasures.map { OverviewWords.name($0.rawValue).title }
            + questions.map { OverviewWords.name($0).title }
        rows = report.rows.map { Self.row($0, report, questions) }
        hasRows = !rows.isEmpty
        mayCompareRows = report.rows.count > 1
        leftOut = report.rowsLeftOut > 0 ? Figure.count(report.rowsLeftOut) : nil
        slicesCSV = OverviewForm.path(query, page: "/overview.csv") + "&part=slices"
        rowFields = query.items(replacing: ["compare": nil, "first": nil, "second": nil, query.by.rawValue: nil])
            .map { OverviewForm.Hidden(name: $0.name, text: $0.value) }
        events = report.events.map { event in
            Event(
                at: event.at.ISO8601Format(), milliseconds: "\(Int(event.at.timeIntervalSince1970 * 1000))",
                kind: event.kind, title: event.title, actor: event.actor, note: event.note, hasNote: !event.note.isEmpty
            )
        }
        hasEvents = !events.isEmpty
        eventsCSV = OverviewForm.path(query, page: "/overview.csv") + "&part=events"
    }

    private static func tiles(_ report: Report) -> [Tile] {
        let wanted = tileMeasures.map(\.rawValue)
        let figures = report.first.figures.filter(\.isQuality) + wanted.compactMap(report.first.figure)
        let ordered = wanted.prefix(2) + figures.filter(\.isQuality).map(\.name) + wanted.dropFirst(2)
        return ordered.compactMap { name -> Tile? in
            guard let figure = report.first.figure(name) else { return nil }
            let (title, meaning) = OverviewWords.name(name)
            let estimate = figure.estimate
            let compared = report.second.flatMap { second in
                report.difference(name).map { OverviewWords.compared($0, second: second) }
            }
            let (count, words) = Self.follow(name, report.first)
            return Tile(
                title: title, meaning: meaning,
                number: OverviewWords.shown(estimate.value, figure.unit),
                standing: OverviewWords.standing(figure),
                compared: compared.map { [$0] } ?? [],
                path: count > 0
                    ? ExchangesBehind.path(
                        name, report.first.only, since: report.first.range.since, until: report.first.range.until)
                    : nil,
                follow: words)
        }
    }

    /// How many there are to look at, and the words of the link.
    private static func follow(_ name: String, _ side: Report.Side) -> (count: Int, words: String) {
        switch ReportMeasure(rawValue: name) {
        case .exchanges: (side.figure(.exchanges)?.estimate.count ?? 0, "look at them")
        case .errors: (side.errors, "look at errors")
        case .satisfaction: (side.downs, "look at thumbs down")
        case .flagged: (side.flagged, "look at flagged ones")
        default: (0, "")
        }
    }

    private static func questions(_ report: Report) -> [String] {
        Set(report.rows.flatMap { $0.figures.filter(\.isQuality).map(\.name) }).sorted()
    }

    private static func row(_ row: Report.Row, _ report: Report, _ questions: [String]) -> Row {
        let query = report.query
        var only = query.only
        only[query.by] = row.value
        let names = columnMeasures.map(\.rawValue) + questions
        let cells = names.map { name -> Row.Cell in
            let figure = row.figures.first { $0.name == name }
            return Row.Cell(figure?.estimate, figure?.unit ?? .count)
        }
        var chosen: (first: String?, second: String?) = (nil, nil)
        if case .values(query.by, let first, let second) = query.comparison { chosen = (first, second) }
        return Row(
            name: row.value, isFirst: row.value == (chosen.first ?? report.rows.first?.value),
            isSecond: row.value == (chosen.second ?? report.rows.dropFirst().first?.value),
            onlyPath: OverviewForm.path(query, [query.by.rawValue: row.value]),
            exchangesPath: ExchangesBehind.path(
                nil, only, since: query.range.since, until: query.range.until), cells: cells)
    }
}
