import Foundation
import GleanerCore
public import Hummingbird

/// What `GET /api/report` answers; `gleaner report --json` prints the same.
public struct ReportBody: Encodable, Sendable, ResponseEncodable {
    let report: Report

    public init(_ report: Report) { self.report = report }

    enum CodingKeys: String, CodingKey {
        case project, since, until, at, by, compare, first, second, differences, slices, events
        case step = "step_seconds"
        case leftOut = "slices_left_out"
        case countedAt = "counted_at"
        case hoursBehind = "hours_behind"
    }

    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(report.project, forKey: .project)
        try members.encode(report.query.range.since, forKey: .since)
        try members.encode(report.query.range.until, forKey: .until)
        try members.encode(report.query.range.step.rawValue, forKey: .step)
        try members.encode(report.at, forKey: .at)
        try members.encode(report.query.by, forKey: .by)
        try members.encode(compared, forKey: .compare)
        try members.encode(Side(report.first), forKey: .first)
        try members.encode(report.second.map(Side.init), forKey: .second)
        try members.encode(report.differences.map(Difference.init), forKey: .differences)
        try members.encode(report.rows.map(Row.init), forKey: .slices)
        try members.encode(report.rowsLeftOut, forKey: .leftOut)
        try members.encode(report.events.map(Event.init), forKey: .events)
        try members.encode(report.freshness.countedAt, forKey: .countedAt)
        try members.encode(report.freshness.hoursBehind, forKey: .hoursBehind)
    }

    private var compared: String? {
        switch report.query.comparison {
        case .nothing: nil
        case .previous: "previous"
        case .values(let slice, _, _): slice.rawValue
        }
    }

    private struct Side: Encodable {
        let label: String
        let since: Date
        let until: Date
        let only: [String: String]
        let figures: [Figure]
        let series: [Series]

        init(_ side: Report.Side) {
            label = side.label
            since = side.range.since
            until = side.range.until
            only = [String: String](uniqueKeysWithValues: side.only.map { ($0.key.rawValue, $0.value) })
            figures = side.figures.map(Figure.init)
            series = side.series.map(Series.init)
        }
    }
    /// `value`, `low` and `high` are null where they cannot be told.
    private struct Figure: Encodable {
        let name: String
        let unit: ReportUnit
        let value: Double?
        let low: Double?
        let high: Double?
        let n: Int

        init(_ figure: ReportFigure) {
            name = figure.name
            unit = figure.unit
            (value, low, high) = (figure.estimate.value, figure.estimate.low, figure.estimate.high)
            n = figure.estimate.count
        }

        enum CodingKeys: String, CodingKey { case name, unit, value, low, high, n }

        func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: CodingKeys.self)
            try members.encode(name, forKey: .name)
            try members.encode(unit, forKey: .unit)
            try members.encode(value, forKey: .value)
            try members.encode(low, forKey: .low)
            try members.encode(high, forKey: .high)
            try members.encode(n, forKey: .n)
        }
    }
    private struct Series: Encodable {
        struct Point: Encodable {
            let point: ReportSeries.Point
            enum CodingKeys: String, CodingKey { case at, value, low, high, n }

            func encode(to encoder: any Encoder) throws {
                var members = encoder.container(keyedBy: CodingKeys.self)
                try members.encode(point.at, forKey: .at)
                try members.encode(point.estimate.value, forKey: .value)
                try members.encode(point.estimate.low, forKey: .low)
                try members.encode(point.estimate.high, forKey: .high)
                try members.encode(point.estimate.count, forKey: .n)
            }
        }
        let name: String
        let unit: ReportUnit
        let stepSeconds: Int
        let points: [Point]
        enum CodingKeys: String, CodingKey {
            case name, unit, points
            case stepSeconds = "step_seconds"
        }

        init(_ series: ReportSeries) {
            name = series.name
            unit = series.unit
            stepSeconds = series.seconds
            points = series.points.map(Point.init)
        }
    }
    private struct Difference: Encodable {
        let name: String
        let unit: ReportUnit
        let verdict: ReportDifference.Verdict
        let value: Double?
        let low: Double?
        let high: Double?
        let ratio: Double?

        init(_ difference: ReportDifference) {
            name = difference.name
            unit = difference.unit
            verdict = difference.verdict
            (value, low, high, ratio) = (difference.value, difference.low, difference.high, difference.ratio)
        }
    }
    private struct Row: Encodable {
        let value: String
        let figures: [Figure]

        init(_ row: Report.Row) {
            value = row.value
            figures = row.figures.map(Figure.init)
        }
    }
    private struct Event: Encodable {
        let at: Date
        let kind: String
        let title: String
        let actor: String
        let note: String

        init(_ event: Report.Event) {
            (at, kind, title, actor, note) = (event.at, event.kind, event.title, event.actor, event.note)
        }
    }
}
