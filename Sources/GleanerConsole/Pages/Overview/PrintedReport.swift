import Foundation
import GleanerCore
public import GleanerReport

/// A report for paper and mail: one file of HTML without scripts, and the same in plain text.
public struct PrintedReport: ReportPress {
    private let templates: Templates
    /// Where links lead; without one there are none.
    private let base: String?

    /// - Parameter base: where browsers know the console, without a slash at the end.
    /// - Throws: when a template cannot be parsed, which tests rule out.
    public init(base: String?) throws {
        templates = try Templates()
        self.base = base
    }

    public func html(_ report: Report, _ work: OpenWork) -> String {
        templates.render("printed-report", ViewNode.tree(of: PrintedView(report, work, base: base)))
    }

    public func letter(_ report: Report, _ work: OpenWork) throws -> ReportLetter {
        let view = PrintedView(report, work, base: base)
        let exchanges = view.figures.first.map { "\($0.value) exchanges" } ?? ""
        return ReportLetter(
            subject: "Gleaner, \(view.subject): \(exchanges), \(view.days)", text: text(report, work),
            html: html(report, work))
    }

    /// Columns for a terminal.
    public func text(_ report: Report, _ work: OpenWork) -> String {
        let view = PrintedView(report, work, base: base)
        var lines = ["\(view.subject): \(view.period)"]
        if let compared = view.comparedPeriod { lines.append("beside \(compared)") }
        if let behind = view.behind { lines.append("not counted yet: \(behind)") }
        lines.append("")
        let width = view.figures.map(\.title.count).max() ?? 0
        for figure in view.figures {
            let told = [figure.value, figure.standing]
            lines.append(
                (figure.title.padding(toLength: width + 2, withPad: " ", startingAt: 0)
                    + told.filter { !$0.isEmpty }.joined(separator: "  ")))
            if !figure.compared.isEmpty {
                lines.append(String(repeating: " ", count: width + 2) + figure.compared)
            }
        }
        if !view.rows.isEmpty {
            lines += ["", "by \(view.slice)"]
            let names = view.rows.map { Self.plain($0.name) }
            let width = names.map(\.count).max() ?? 0
            for (name, row) in zip(names, view.rows) {
                let cells = zip(view.columns, row.cells).map { "\($0.lowercased()) \($1.text)" }
                lines.append(
                    "  " + name.padding(toLength: width + 2, withPad: " ", startingAt: 0)
                        + cells.joined(separator: ", "))
            }
            if let leftOut = view.leftOut { lines.append("  \(leftOut)") }
        }
        lines += ["", "to look at"] + view.look.map { "  \($0.words)" + ($0.address.isEmpty ? "" : "  \($0.address)") }
        lines += ["", "open work"] + view.work.map { "  " + Self.plain($0) }
        lines += ["", "what was changed and decided"]
        lines += view.events.map { "  \($0.at)  \($0.kind)  \(Self.plain($0.title))  by \(Self.plain($0.actor))" }
        if view.events.isEmpty { lines.append("  nothing") }
        return lines.joined(separator: "\n")
    }

    /// On one line, and nothing in it that a terminal obeys.
    private static func plain(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
                        ? "\u{FFFD}" : scalar
                }))
    }
}

/// What `printed-report.mustache` shows.
struct PrintedView: Sendable {
    struct Line: Sendable {
        let title: String
        let meaning: String
        let value: String
        let standing: String
        let before: String
        let compared: String
        let tone: String
    }
    struct Row: Sendable {
        let name: String
        let cells: [OverviewView.Row.Cell]
    }
    struct Look: Sendable {
        let words: String
        /// Empty where there is no link.
        let address: String
        let hasAddress: Bool
    }
    struct Event: Sendable {
        let at: String
        let kind: String
        let title: String
        let actor: String
        let note: String
        let hasNote: Bool
    }

    let subject: String
    let days: String
    let period: String
    let comparedPeriod: String?
    let isCompared: Bool
    let secondLabel: String
    let behind: String?
    let isEmpty: Bool
    let figures: [Line]
    let charts: [Chart]
    let hasCharts: Bool
    let slice: String
    let columns: [String]
    let rows: [Row]
    let hasRows: Bool
    let leftOut: String?
    let look: [Look]
    let work: [String]
    let events: [Event]
    let hasEvents: Bool
    let home: String
    let hasHome: Bool
    let madeAt: String

    private static let columnMeasures: [ReportMeasure] = [
        .exchanges, .errors, .duration, .satisfaction, .flagged, .cost,
    ]
    private static let chartMeasures: [ReportMeasure] = [
        .exchanges, .satisfaction, .errors, .flagged, .duration, .cost,
    ]
    private static let mostRows = 10
    private static let mostEvents = 40

    init(_ report: Report, _ open: OpenWork, base: String?) {
        subject = report.project
        let range = report.first.range
        let last = range.until.addingTimeInterval(-1)
        days = "\(OverviewWords.time(range.since, 86_400)) to \(OverviewWords.time(last, 86_400))"
        period = range.step == .daily ? "\(days), whole days (UTC)" : OverviewWords.range(range)
        comparedPeriod = report.second.map { second in
            report.query.comparison == .previous
                ? "\(OverviewWords.time(second.range.since, 86_400)) to \(OverviewWords.time(second.range.until.addingTimeInterval(-1), 86_400))"
                : second.label
        }
        isCompared = report.second != nil
        secondLabel = report.second?.label ?? ""
        behind = report.freshness.hoursBehind > 1 ? "\(Figure.count(report.freshness.hoursBehind)) hours" : nil
        isEmpty = report.first.isEmpty
        figures = Self.figures(report)
        let qualities = report.first.series.map(\.name).filter { $0.hasPrefix("quality_") }
        let drawn =
            isEmpty
            ? []
            : Self.chartMeasures.prefix(2).map(\.rawValue) + qualities + Self.chartMeasures.dropFirst(2).map(\.rawValue)
        charts = drawn.compactMap { OverviewChart($0, report)?.chart }
        hasCharts = !charts.isEmpty
        slice = report.query.by.rawValue
        let names = Self.columnMeasures.map(\.rawValue)
        columns = names.map { OverviewWords.name($0).title }
        rows = report.rows.prefix(Self.mostRows).map { row in
            Row(
                name: row.value,
                cells: names.map { name in
                    let figure = row.figures.first { $0.name == name }
                    return .init(figure?.estimate, figure?.unit ?? .count)
                })
        }
        hasRows = !rows.isEmpty
        let more = report.rows.count - rows.count + report.rowsLeftOut
        leftOut = more > 0 ? "\(Figure.count(more)) more with fewer exchanges" : nil
        look = Self.look(report.first, base)
        work = Self.work(open)
        events = report.events.prefix(Self.mostEvents).map {
            Event(
                at: OverviewWords.moment($0.at), kind: $0.kind, title: $0.title, actor: $0.actor, note: $0.note,
                hasNote: !$0.note.isEmpty)
        }
        hasEvents = !events.isEmpty
        home = base.map { $0 + OverviewForm.path(report.query) } ?? ""
        hasHome = base != nil
        madeAt = OverviewWords.moment(report.at)
    }

    private static func figures(_ report: Report) -> [Line] {
        let wanted = OverviewView.tileMeasures.map(\.rawValue)
        let names = wanted.prefix(2) + report.first.figures.filter(\.isQuality).map(\.name) + wanted.dropFirst(2)
        return names.compactMap { name in
            guard let figure = report.first.figure(name) else { return nil }
            let (title, meaning) = OverviewWords.name(name)
            let compared = report.second.flatMap { second in
                report.difference(name).map { OverviewWords.compared($0, second: second) }
            }
            return Line(
                title: title, meaning: meaning, value: OverviewWords.shown(figure.estimate.value, figure.unit),
                standing: OverviewWords.standing(figure),
                before: OverviewWords.shown(report.second?.figure(name)?.estimate.value, figure.unit),
                compared: compared?.words ?? "", tone: compared?.tone ?? "")
        }
    }

    /// Lists of the console that are worth a look: nothing that people wrote leaves it.
    private static func look(_ side: Report.Side, _ base: String?) -> [Look] {
        func line(_ count: Int, _ one: String, _ many: String, _ parameter: String) -> Look {
            let path = ExchangesBehind.path(nil, side.only, since: side.range.since, until: side.range.until)
            let address = count > 0 ? base.map { "\($0)\(path)&\(parameter)" } : nil
            return Look(
                words: "\(Figure.count(count)) \(count == 1 ? one : many)", address: address ?? "",
                hasAddress: address != nil)
        }
        return [
            line(side.downs, "thumb down", "thumbs down", "rating=down&marked=false"),
            line(
                side.flagged, "exchange that moderation flagged", "exchanges that moderation flagged",
                "moderation=flagged"),
            line(side.reported, "exchange that users reported", "exchanges that users reported", "reported=true"),
            line(side.errors, "call without a good answer", "calls without a good answer", "failed=true"),
        ]
    }

    private static func work(_ open: OpenWork) -> [String] {
        let reviews = open.reviews.map { line in
            let what =
                switch line.name {
                case "open": "to review"
                case "leased": "under review"
                case "third": "wait for a third judgement"
                case "disputed": "are disputed and wait for a lead"
                default: line.name
                }
            let wait = line.oldest.map { ", the oldest for \(Self.age($0))" } ?? ""
            return "\(Figure.count(line.count)) \(what)\(wait)"
        }
        let dead = open.deadJobs.map {
            "\(Figure.count($0.count)) given-up \($0.count == 1 ? "job" : "jobs") of kind \($0.name)"
        }
        let all = reviews + dead
        return all.isEmpty ? ["nothing waits"] : all
    }

    private static func age(_ seconds: Double) -> String {
        let hours = Int(seconds / 3600)
        return hours < 48 ? "\(hours) h" : "\(hours / 24) days"
    }
}
