import Foundation
import GleanerCore
import GleanerReport

/// One figure over time: a picture, and the table it is drawn from.
struct OverviewChart: Sendable {
    /// A point; numbers are there for the module that draws it anew.
    struct Row: Sendable {
        let when: String
        let at: String
        let value: String
        let interval: String
        let count: String
        let plain: Plain
        let isCompared: Bool
        let otherValue: String
        let otherInterval: String
        let otherPlain: Plain
        /// The exchanges behind it.
        let path: String
        /// Those behind the other side's.
        let otherPath: String
    }
    /// As JavaScript reads numbers; empty for none.
    struct Plain: Sendable {
        let number: String
        let low: String
        let high: String

        init(_ estimate: Estimated?) {
            func text(_ value: Double?) -> String { value.map { String(format: "%.6g", $0) } ?? "" }
            (number, low, high) = (text(estimate?.value), text(estimate?.low), text(estimate?.high))
        }
    }

    let id: String
    let heading: String
    let meaning: String
    let unit: String
    let seconds: Int
    let chart: Chart
    let rows: [Row]
    let csvPath: String
    let firstLabel: String
    let secondLabel: String
    let isCompared: Bool
    let hasIntervals: Bool

    /// - Returns: `nil` when nothing of it is known.
    init?(_ name: String, _ report: Report) {
        guard let series = report.first.series(name) else { return nil }
        let other = report.second?.series(name)
        let isKnown = (series.points + (other?.points ?? [])).contains { $0.estimate.value != nil }
        guard isKnown, !series.points.isEmpty || other?.points.isEmpty == false else { return nil }
        (heading, meaning) = OverviewWords.name(name)
        id = name.replacing("_", with: "-")
        unit = series.unit.rawValue
        seconds = series.seconds
        isCompared = report.second != nil
        firstLabel = report.first.label
        secondLabel = report.second?.label ?? ""
        hasIntervals = [.share, .score, .milliseconds].contains(series.unit)
        csvPath = OverviewForm.path(report.query, page: "/overview.csv") + "&part=series&name=\(Renderer.encode(name))"
        let shift = report.second.map { report.first.range.since.timeIntervalSince($0.range.since) } ?? 0
        chart = Chart(heading, series, other, shift: shift, report.events)
        // The second side's points stand where the first side's are, also when they are of another time.
        let others = Dictionary(
            (other?.points ?? []).map { ($0.at.addingTimeInterval(shift), $0.estimate) }, uniquingKeysWith: { $1 })
        let firsts = Dictionary(series.points.map { ($0.at, $0.estimate) }, uniquingKeysWith: { $1 })
        let times = Set(firsts.keys).union(others.keys).sorted(by: >)
        let isCompared = isCompared
        rows = times.map { at in
            let estimate = firsts[at] ?? Estimated(value: nil, count: 0)
            return Row(
                when: OverviewWords.time(at, series.seconds), at: "\(Int(at.timeIntervalSince1970 * 1000))",
                value: OverviewWords.shown(estimate.value, series.unit),
                interval: OverviewWords.interval(estimate, series.unit) ?? "", count: Figure.count(estimate.count),
                plain: Plain(estimate), isCompared: isCompared,
                otherValue: OverviewWords.shown(others[at]?.value, series.unit),
                otherInterval: others[at].flatMap { OverviewWords.interval($0, series.unit) } ?? "",
                otherPlain: Plain(others[at]),
                path: ExchangesBehind.path(
                    name, report.first.only, since: at, until: at.addingTimeInterval(Double(series.seconds))),
                otherPath: report.second.map { second in
                    let at = at.addingTimeInterval(-shift)
                    return ExchangesBehind.path(
                        name, second.only, since: at, until: at.addingTimeInterval(Double(series.seconds)))
                } ?? "")
        }
    }
}

/// The search that finds the exchanges behind a number: those that were counted, or of a share the bad ones.
enum ExchangesBehind {
    static func path(_ figure: String?, _ only: ReportScope, since: Date, until: Date) -> String {
        let slices = only.sorted { $0.key.rawValue < $1.key.rawValue }.map { (name: $0.searchName, value: $1) }
        var items =
            [(name: "since", value: since.ISO8601Format()), (name: "until", value: until.ISO8601Format())] + slices
        let measure = figure.flatMap(ReportMeasure.init(rawValue:))
        // Copies to candidates are not counted unless they are asked for; what they cost is.
        if only[.source] == nil, measure != .cost { items.append(("source", "api,gateway,import")) }
        switch measure {
        case .errors: items.append(("failed", "true"))
        case .satisfaction: items += [("rating", "down"), ("marked", "false")]
        case .flagged: items.append(("moderation", "flagged"))
        case .durationMedian, .duration: items.append(("min_ms", "0"))
        case .firstTokenMedian, .firstToken: items.append(("min_ttft_ms", "0"))
        case .cost: items.append(("min_cost_usd", "0"))
        // Usage is known as a whole, or not.
        case .inputTokens, .outputTokens: items.append(("min_prompt_tokens", "0"))
        case .exchanges, .responseRate: break
        case nil:
            if let question = figure?.trimmingPrefix(ReportFigure.qualityPrefix) {
                items.append(("judged", String(question)))
            }
        }
        return "/exchanges?" + Renderer.query(items)
    }
}

extension Chart {
    /// A figure with its interval, that of the other side as a second line, and what was changed as marks.
    init(
        _ name: String, _ series: ReportSeries, _ other: ReportSeries?, shift: Double, _ events: [Report.Event]
    ) {
        func x(_ date: Date) -> Double { date.timeIntervalSince1970 }
        let points = series.points
        let others =
            other?.points.map { ReportSeries.Point(at: $0.at.addingTimeInterval(shift), estimate: $0.estimate) } ?? []
        let estimates = (points + others).map(\.estimate)
        // Counts stand on nought; what has an interval is seen from near.
        let isCount = [.count, .dollars, .tokens].contains(series.unit)
        var values: [Double] = isCount ? [0] : []
        for estimate in estimates { values += [estimate.value, estimate.low, estimate.high].compactMap { $0 } }
        let scale = Scale(x: (points + others).map { x($0.at) }, y: values)
        title = name
        bands = [points, others].map { Self.band($0, scale) }.filter { !$0.points.isEmpty }
        lines = zip([points, others], ["one", "two"]).flatMap { points, kind in
            Self.stretches(points).map { Line(name: name, kind: kind, path: scale.path($0)) }
        }
        let (from, to) = (scale.x.lowerBound, scale.x.upperBound)
        marks = events.filter { (from...to).contains(x($0.at)) }.map { event in
            Line(
                name: "\(OverviewWords.moment(event.at)): \(event.title)", kind: "event",
                path: scale.path([(x(event.at), scale.y.lowerBound), (x(event.at), scale.y.upperBound)]))
        }
        keys = []
        top = OverviewWords.shown(max(scale.y.upperBound, 0), series.unit)
        bottom = OverviewWords.shown(max(scale.y.lowerBound, 0), series.unit)
        left = OverviewWords.time(Date(timeIntervalSince1970: from), series.seconds)
        right = OverviewWords.time(Date(timeIntervalSince1970: to), series.seconds)
    }

    private static func band(_ points: [ReportSeries.Point], _ scale: Scale) -> Band {
        Band(
            points: scale.band(
                points.compactMap { point in
                    guard let low = point.estimate.low, let high = point.estimate.high else { return nil }
                    return (point.at.timeIntervalSince1970, low, high)
                }))
    }

    /// A line breaks where nothing is known.
    private static func stretches(_ points: [ReportSeries.Point]) -> [[(x: Double, y: Double)]] {
        var stretches: [[(x: Double, y: Double)]] = [[]]
        for point in points {
            if let value = point.estimate.value {
                stretches[stretches.count - 1].append((point.at.timeIntervalSince1970, value))
            } else if stretches.last?.isEmpty == false {
                stretches.append([])
            }
        }
        return stretches.filter { !$0.isEmpty }
    }
}
