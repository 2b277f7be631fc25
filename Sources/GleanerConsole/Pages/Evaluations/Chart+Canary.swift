import Foundation
import GleanerEvaluation

extension CanaryMargins {
    func margin(of metric: CanaryMetric) -> Double {
        switch metric {
        case .rating: rating
        case .errors: errors
        case .flagged: flagged
        case .latency: latency
        case .ttft: ttft
        }
    }
}

extension Chart {
    /// The confidence sequence of a metric over time: the estimate, and the band that holds at all times. Each step has
    /// its own.
    /// - Returns: `nil` without a point.
    init?(_ metric: CanaryMetric, _ points: [CanaryPoint], margin: Double) {
        let points = points.sorted { $0.at < $1.at }
        guard let first = points.first, let last = points.last else { return nil }
        // Above 0 is good for the rating, and bad for all others.
        let limit = metric == .rating ? -margin : margin
        // The first bands are as wide as anything could be; the picture goes by the later half.
        let later = points.suffix((points.count + 1) / 2)
        let scale = Scale(
            x: [first.at.timeIntervalSince1970, last.at.timeIntervalSince1970],
            y: later.flatMap { [$0.low, $0.high] } + points.map(\.estimate) + [0, limit])
        func x(_ point: CanaryPoint) -> Double { point.at.timeIntervalSince1970 }
        let steps = Dictionary(grouping: points, by: \.step).sorted { $0.key < $1.key }.map(\.value)
        title = Self.title(metric)
        bands = steps.map { step in Band(points: scale.band(step.map { (x($0), $0.low, $0.high) })) }
        lines =
            [
                Line(name: "no difference", kind: "zero", path: scale.level(0)),
                Line(name: "margin", kind: "limit", path: scale.level(limit)),
            ]
            + steps.map { step in
                Line(name: "difference", kind: "one", path: scale.path(step.map { (x($0), $0.estimate) }))
            }
        keys = [
            Key(
                label:
                    "now \(Figure.signed(last.estimate)), between \(Figure.signed(last.low)) and \(Figure.signed(last.high))",
                kind: "one"),
            Key(label: "margin \(Figure.signed(limit))", kind: "limit"),
            Key(
                label:
                    "\(Figure.count(last.candidateUsers)) users met the candidate, \(Figure.count(last.incumbentUsers)) the incumbent",
                kind: "none"),
        ]
        top = Figure.signed(scale.y.upperBound)
        bottom = Figure.signed(scale.y.lowerBound)
        left = Figure.moment(first.at)
        right = Figure.moment(last.at)
    }

    private static func title(_ metric: CanaryMetric) -> String {
        switch metric {
        case .rating: "Rating: candidate minus incumbent, higher is better"
        case .errors: "Errors: share, lower is better"
        case .flagged: "Flagged answers: share, lower is better"
        case .latency: "Time to answer: logarithm, lower is better"
        case .ttft: "Time to the first token: logarithm, lower is better"
        }
    }
}
