import Foundation
import GleanerCore
import GleanerEvaluation
import Hummingbird

/// `/evaluations`: what the gate says of candidates, and why.
struct EvaluationPages: Sendable {
    struct View: Sendable {
        struct Row: Sendable {
            let path: String
            let candidate: String
            let incumbent: String
            let dataset: String
            let datasetPath: String
            let outcome: OutcomeWord
            let by: String
            let at: String
        }
        let rows: [Row]
        let hasRows: Bool
        let older: String?
    }

    static let pageSize = 50

    let service: EvaluationService

    func add(to console: ConsoleRouter) {
        console.page("evaluations", for: .read, list)
        console.page("evaluations/:id", for: .read, show)
    }

    private func list(_ visit: Visit) async throws -> Page {
        let before = visit.query("before").flatMap { ID<Evaluation>($0) }
        let found = try await service.evaluations(of: visit.project.id, before: before, limit: Self.pageSize)
        let rows = found.map {
            View.Row(
                path: "/evaluations/\($0.id)", candidate: $0.candidate.model, incumbent: $0.incumbent.model,
                dataset: "\($0.dataset)@\($0.versionNumber)",
                datasetPath: DatasetPath.version($0.dataset, $0.versionNumber), outcome: OutcomeWord($0),
                by: $0.author, at: $0.createdAt.ISO8601Format())
        }
        return Page(
            "evaluations", title: "Evaluations",
            view: View(
                rows: rows, hasRows: !rows.isEmpty,
                older: found.count == Self.pageSize ? found.last.map { "/evaluations?before=\($0.id)" } : nil))
    }

    private func show(_ visit: Visit) async throws -> Page {
        guard let id = ID<Evaluation>(try visit.parameters.require("id")) else { throw HTTPError(.notFound) }
        let evaluation = try await service.evaluation(id, of: visit.project.id)
        let view = EvaluationView(evaluation)
        return Page("evaluation", title: "Evaluation", view: view, modules: view.isGoing ? ["live.js"] : [])
    }
}

/// How far an evaluation is, or what it says, in a word and with its colour.
struct OutcomeWord: Sendable {
    let word: String
    let tone: String

    init(_ evaluation: Evaluation) {
        switch (evaluation.report?.verdict, evaluation.state) {
        case (.pass?, _): (word, tone) = ("pass", "good")
        case (.fail?, _): (word, tone) = ("fail", "bad")
        case (.notEnoughData?, _): (word, tone) = ("not enough data", "warn")
        case (nil, .failed): (word, tone) = ("broke off", "bad")
        case (nil, let state): (word, tone) = (state.rawValue, "accent")
        }
    }

    init(_ outcome: RuleEvidence.Outcome) {
        switch outcome {
        case .pass: (word, tone) = ("pass", "good")
        case .fail: (word, tone) = ("fail", "bad")
        case .notEnoughData: (word, tone) = ("not known", "warn")
        case .passedOver: (word, tone) = ("passed over", "")
        }
    }
}
