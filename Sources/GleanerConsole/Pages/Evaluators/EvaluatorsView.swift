import Foundation
import GleanerCore
import GleanerEvaluation

/// What `evaluators.mustache` shows.
struct EvaluatorsView: Sendable {
    struct Row: Sendable {
        let name: String
        let path: String
        let what: String
        let word: String
        let tone: String
        let share: String
        /// In percent, for the field.
        let percent: String
        let measured: String
        let failures: String?
        let lastAt: String?
        let headline: String?
        let isPaused: Bool
        let asksOutside: Bool
    }
    struct Run: Sendable {
        let state: String
        let tone: String
        let progress: String
        let at: String
        let error: String?
    }

    let rows: [Row]
    let hasRows: Bool
    let runs: [Run]
    let hasRuns: Bool
    let version: Int64
    let lag: String
    let lagTone: String
    let error: String?
    let lacksStandard: Bool
    let mayEdit: Bool
    let mayPause: Bool
    let problem: String?

    /// - Parameter estimates: of the last seven days.
    init(_ status: EvaluatorStatus, _ estimates: [EvaluatorEstimate], role: Role, problem: String? = nil) {
        rows = status.evaluators.map { row in
            let own = estimates.filter { $0.evaluator == row.name }
            let headline = own.last { row.kind.headline == nil || $0.measure == row.kind.headline }
            return Self.row(row, headline)
        }
        hasRows = !rows.isEmpty
        runs = status.runs.map(Self.run)
        hasRuns = !runs.isEmpty
        version = status.version
        (lag, lagTone) = Self.lag(status)
        error = status.error
        let names = Set(status.evaluators.map(\.name))
        lacksStandard = EvaluatorPolicy.standard.evaluators.contains { !names.contains($0.name) }
        mayEdit = role.may(.admin)
        mayPause = role.may(.engineer)
        self.problem = problem
    }

    private static func row(_ row: EvaluatorStatus.Row, _ headline: EvaluatorEstimate?) -> Row {
        let (word, tone) =
            row.isPaused
            ? ("paused", "warn") : row.failed > 0 ? ("runs, with failures", "bad") : ("runs", "good")
        let failures = row.failures.map { "\(Figure.count($0.count)) \($0.reason)" }
        return Row(
            name: row.name, path: EvaluatorPath.one(row.name), what: row.kind.words, word: word, tone: tone,
            share: Figure.percent(row.share), percent: MeasureText.number(row.share * 100),
            measured: Figure.count(row.measured), failures: failures.isEmpty ? nil : failures.joined(separator: ", "),
            lastAt: row.lastAt?.ISO8601Format(),
            headline: headline.map { "\($0.measure) \(MeasureText.text($0.value, of: $0.measure))" },
            isPaused: row.isPaused, asksOutside: row.kind.asksOutside)
    }

    private static func run(_ run: EvaluatorStatus.Run) -> Run {
        let of = run.of.map { " of \(Figure.count($0))" } ?? ""
        return Run(
            state: run.word, tone: run.hasFailed ? "bad" : "accent",
            progress: "\(Figure.count(run.exchanges))\(of) exchanges", at: run.createdAt.ISO8601Format(),
            error: run.error)
    }

    private static func lag(_ status: EvaluatorStatus) -> (String, String) {
        guard status.waiting > 0 else { return ("nothing waits", "good") }
        let exchanges = status.waiting == 1 ? "1 exchange waits" : "\(Figure.count(status.waiting)) exchanges wait"
        let seconds = Int(status.lagSeconds)
        let long = seconds < 120 ? "\(seconds) s" : seconds < 7200 ? "\(seconds / 60) min" : "\(seconds / 3600) h"
        return ("\(exchanges), the first for \(long)", seconds > 3600 ? "bad" : seconds > 300 ? "warn" : "accent")
    }
}

/// Evaluators' figures as pages write them.
enum MeasureText {
    static func text(_ value: Double?, of measure: String) -> String {
        guard let value, value.isFinite else { return Figure.unknown }
        return switch EvaluatorUnits.unit(of: measure) {
        case "share": Figure.percent(value)
        case "ms": Figure.milliseconds(value)
        case "usd": Figure.dollars(value)
        default: Figure.short(value)
        }
    }

    /// Of one exchange: a flag is yes or no.
    static func figure(_ value: Double?, of measure: String) -> String {
        guard EvaluatorUnits.isFlag(measure), let value else { return text(value, of: measure) }
        return value == 0 ? "no" : "yes"
    }

    static func interval(_ low: Double?, _ high: Double?, of measure: String) -> String {
        guard let low, let high else { return Figure.unknown }
        return "\(text(low, of: measure)) to \(text(high, of: measure))"
    }

    /// As a field of a form takes it.
    static func number(_ value: Double) -> String { String(format: "%.6g", value) }
}

enum EvaluatorPath {
    static let all = "/evaluators"
    static func one(_ name: String) -> String { "/evaluators/\(name)" }
}
