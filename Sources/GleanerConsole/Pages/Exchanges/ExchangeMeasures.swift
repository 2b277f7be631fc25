import Foundation
import GleanerEvaluation

/// What evaluators found of one exchange, one after the other.
struct ExchangeMeasures: Sendable {
    struct Evaluator: Sendable {
        let name: String
        let path: String
        let version: String
        let headline: String?
        let figures: [Figure]
        let failure: String?
    }
    struct Figure: Sendable {
        let name: String
        let value: String
        let before: String?
    }
    let evaluators: [Evaluator]

    /// - Parameter superseded: shown beside what took their place.
    init(_ results: [StoredEvaluation], superseded: [SupersededEvaluation]) {
        let groups = Dictionary(grouping: results) { "\($0.evaluator) \($0.version)" }.sorted { $0.key < $1.key }
        evaluators = groups.compactMap { _, results in
            guard let first = results.first else { return nil }
            let old = superseded.filter { $0.evaluator == first.evaluator && $0.version == first.version }
            let figures = results.filter { $0.failure == nil }
            // Kinds are called as they are unless a policy names them otherwise.
            let kind = EvaluatorChoice.Kind(rawValue: first.evaluator)
            let headline = figures.first { $0.measure == kind?.headline } ?? figures.first
            return Evaluator(
                name: first.evaluator, path: EvaluatorPath.one(first.evaluator), version: first.version,
                headline: headline.map { Self.figure($0, []) }.map { "\($0.name) \($0.value)" },
                figures: figures.map { Self.figure($0, old) }, failure: results.compactMap(\.failure).first)
        }
    }

    private static func figure(_ result: StoredEvaluation, _ old: [SupersededEvaluation]) -> Figure {
        let before = old.filter { $0.measure == result.measure }.prefix(3)
            .map { MeasureText.text($0.value, of: result.measure) }
        let percentile = result.percentile.map { ", above \(GleanerConsole.Figure.percent($0)) of recent ones" } ?? ""
        return Figure(
            name: result.measure.replacing("_", with: " "),
            value: MeasureText.figure(result.value, of: result.measure) + percentile,
            before: before.isEmpty ? nil : before.joined(separator: ", "))
    }
}
