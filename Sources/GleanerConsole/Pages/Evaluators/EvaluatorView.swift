import Foundation
import GleanerCore
import GleanerEvaluation
import GleanerLanguage

/// What `evaluator.mustache` shows.
struct EvaluatorView: Sendable {
    struct Option: Sendable {
        let name: String
        let label: String
        let isChosen: Bool
    }
    struct Estimate: Sendable {
        let name: String
        let value: String
        let interval: String
        let p10: String
        let p50: String
        let p90: String
        let count: String

        init(_ estimate: EvaluatorEstimate, name: String) {
            let measure = estimate.measure
            self.name = name
            value = MeasureText.text(estimate.value, of: measure)
            interval = MeasureText.interval(estimate.low, estimate.high, of: measure)
            // Of flags there are no quantiles worth reading.
            let isShare = estimate.kind == .share
            func point(_ value: Double?) -> String { isShare ? "" : MeasureText.text(value, of: measure) }
            (p10, p50, p90) = (point(estimate.p10), point(estimate.p50), point(estimate.p90))
            count = Figure.count(estimate.count)
        }
    }
    /// A judge beside people, and corrected by them.
    struct Judge: Sendable {
        struct Row: Sendable {
            let name: String
            let raw: String
            let people: String
            let corrected: String
            let bias: String
        }
        let question: String
        let questions: [Option]
        let rows: [Row]
        let hasRows: Bool
        let rank: String?
        let isOfOneScale: Bool
    }
    struct Confusion: Sendable {
        let tag: String
        let tokens: String
        let precision: String
        let recall: String
        let given: String
    }

    let name: String
    let what: String?
    let share: String?
    let isPaused: Bool
    let version: String?
    /// Figures of other versions are there, and not added to these.
    let others: String?
    let measure: String
    let unit: String?
    let measures: [Option]
    let by: [Option]
    let days: [Option]
    let charts: [Chart]
    let estimates: [Estimate]
    let hasEstimates: Bool
    let slices: [Estimate]
    let hasSlices: Bool
    let sliceName: String
    let lowest: [MeasureText.Of]
    let highest: [MeasureText.Of]
    let hasEnds: Bool
    let judges: [Judge]
    let confusion: [Confusion]
    let hasConfusion: Bool

    init(
        name: String, choice: EvaluatorChoice?, query: EvaluatorPageQuery, version: String?,
        estimates all: [EvaluatorEstimate], slices: [EvaluatorEstimate], points: [EvaluatorPoint],
        lowest: [MeasureText.Of], highest: [MeasureText.Of], judge: Judge?
    ) {
        self.name = name
        what = choice?.kind.words
        share = choice.map { Figure.percent($0.share) }
        isPaused = choice?.isPaused ?? false
        self.version = version
        let versions = Set(all.map(\.version)).subtracting(version.map { [$0] } ?? []).sorted()
        others = versions.isEmpty ? nil : versions.joined(separator: ", ")
        measure = query.measure
        unit = EvaluatorUnits.unit(of: query.measure)
        var seen: Set<String> = []
        measures = all.map(\.measure).filter { seen.insert($0).inserted }.map {
            Option(name: $0, label: $0.replacing("_", with: " "), isChosen: $0 == query.measure)
        }
        by =
            [Option(name: "", label: "nothing", isChosen: query.by == nil)]
            + ReportSlice.allCases.map { Option(name: $0.rawValue, label: $0.rawValue, isChosen: $0 == query.by) }
        days = EvaluatorPageQuery.spans.map {
            Option(name: "\($0)", label: "\($0) days", isChosen: $0 == query.days)
        }
        charts = [Chart(query.measure, points, version: version)].compactMap { $0 }
        let current = all.filter { $0.version == version }
        estimates = (current.isEmpty ? all : current).map { Estimate($0, name: $0.measure.replacing("_", with: " ")) }
        hasEstimates = !estimates.isEmpty
        self.slices = slices.sorted { $0.count > $1.count }.prefix(100).map {
            Estimate($0, name: Span.label($0.slice ?? "(none)"))
        }
        hasSlices = !slices.isEmpty
        sliceName = query.by?.rawValue ?? ""
        self.lowest = lowest
        self.highest = highest
        hasEnds = !lowest.isEmpty
        judges = judge.map { [$0] } ?? []
        let isOfTags = choice?.kind == .codeMix || choice?.kind == .transliteration
        confusion = isOfTags ? PublishedConfusion.heldOut.map(Confusion.init) : []
        hasConfusion = isOfTags
    }
}

extension MeasureText {
    /// An exchange and its figure.
    struct Of: Sendable {
        let exchange: String
        let path: String
        let value: String

        init(_ figure: EvaluatorFigure, _ measure: String) {
            exchange = String(figure.exchange.description.suffix(12))
            path = "/exchanges/\(figure.exchange)"
            value = MeasureText.text(figure.value, of: measure)
        }
    }
}

extension EvaluatorView.Judge {
    /// - Parameter isOfOneScale: judge and people give points of 1 to 5, so that their means can be compared.
    init(_ report: JudgeReport, questions: [String], isOfOneScale: Bool) {
        func text(_ estimate: PredictionPowered.Estimate?) -> String {
            guard let estimate else { return "not enough data" }
            guard let low = estimate.low, let high = estimate.high else {
                return "\(Figure.short(estimate.value)), n \(Figure.count(estimate.count))"
            }
            return
                "\(Figure.short(estimate.value)) (\(Figure.short(low)) to \(Figure.short(high))), n \(Figure.count(estimate.count))"
        }
        question = report.question
        self.questions = questions.map {
            EvaluatorView.Option(name: $0, label: $0.replacing("_", with: " "), isChosen: $0 == report.question)
        }
        let all = report.overall.map { [$0] } ?? []
        rows = (all + report.slices.prefix(50)).enumerated().map { number, row in
            Row(
                name: number == 0 ? "all" : Span.label(row.slice ?? "(none)"), raw: text(row.raw),
                people: text(row.human), corrected: text(row.corrected), bias: text(row.bias))
        }
        hasRows = !rows.isEmpty
        let calibration = report.calibration
        rank = calibration.spearman.map { rho in
            let auc =
                calibration.auc.map { ", area under the curve for scores of 2 and less \(Figure.short($0))" } ?? ""
            return
                "Spearman's ρ \(Figure.short(rho))\(auc), over \(Figure.count(calibration.count)) exchanges that people judged"
        }
        self.isOfOneScale = isOfOneScale
    }
}

extension EvaluatorView.Confusion {
    init(_ row: PublishedConfusion.Row) {
        tag = row.tag.rawValue
        tokens = Figure.count(row.tokens)
        precision = String(format: "%.3f", row.precision)
        recall = String(format: "%.3f", row.recall)
        given = row.given.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
            .map { "\($0.key.rawValue) \($0.value)" }.joined(separator: ", ")
    }
}

extension Chart {
    /// A measure over time with its interval: the version in force, and those before it beside it.
    /// - Returns: `nil` without a point.
    init?(_ measure: String, _ points: [EvaluatorPoint], version: String?) {
        guard let first = points.map(\.at).min(), let last = points.map(\.at).max() else { return nil }
        let versions = Dictionary(grouping: points, by: \.version).sorted { $0.key < $1.key }
        let scale = Scale(
            x: [first.timeIntervalSince1970, last.timeIntervalSince1970],
            y: points.flatMap { [$0.value, $0.low ?? $0.value, $0.high ?? $0.value] })
        func x(_ point: EvaluatorPoint) -> Double { point.at.timeIntervalSince1970 }
        func isNewest(_ name: String) -> Bool { name == version || versions.count == 1 }
        title = "\(measure.replacing("_", with: " ")), with the 95 % interval"
        bands = versions.filter { isNewest($0.key) }.map { _, points in
            Band(points: scale.band(points.map { (x($0), $0.low ?? $0.value, $0.high ?? $0.value) }))
        }
        // Of a lone point the interval is a line: a band over nothing is not seen.
        let lone = versions.filter { $0.value.count == 1 }.flatMap(\.value).map { point in
            Line(
                name: "interval", kind: "zero",
                path: scale.path([(x(point), point.low ?? point.value), (x(point), point.high ?? point.value)]))
        }
        lines =
            lone
            + versions.map { name, points in
                Line(
                    name: "version \(name)", kind: isNewest(name) ? "one" : "two",
                    path: scale.path(points.map { (x($0), $0.value) }))
            }
        keys = versions.map { name, points in
            let newest = points.last
            return Key(
                label: "version \(name): \(MeasureText.text(newest?.value, of: measure)) at the end",
                kind: isNewest(name) ? "one" : "two")
        }
        top = MeasureText.text(scale.y.upperBound, of: measure)
        bottom = MeasureText.text(scale.y.lowerBound, of: measure)
        left = Figure.moment(first)
        right = Figure.moment(last)
    }
}
