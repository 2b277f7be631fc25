import Foundation
import GleanerCore
import GleanerReview

/// `/queue`: how far reviewing is, how reviewers agree, and how the project reviews.
struct QueuePages: Sendable {
    struct View: Sendable {
        struct Question: Sendable {
            let question: String
            let rubric: String
            let items: Int
            let alpha: String
            let interval: String
            let reading: String
            let fleiss: String
            let gwet: String
            let positive: String
        }
        struct Pair: Sendable {
            let first: String
            let second: String
            let question: String
            let rubric: String
            let items: Int
            let kappa: String
        }
        struct Reviewer: Sendable {
            let reviewer: String
            let reviews: Int
            let median: String
            let perHour: String
            let gold: String
            let others: String
        }
        struct RubricChoice: Sendable {
            let reference: String
            let isChosen: Bool
        }
        struct Report: Sendable {
            let progress: ReviewProgress
            let questions: [Question]
            let hasQuestions: Bool
            let pairs: [Pair]
            let hasPairs: Bool
            let reviewers: [Reviewer]
            let hasReviewers: Bool
            let at: String
        }
        let report: [Report]
        let isComing: Bool
        let hasFailed: Bool
        let settings: ReviewSettings
        let rubrics: [RubricChoice]
        var done: String?
    }

    let desk: ReviewDesk

    func add(to console: ConsoleRouter) {
        console.page("queue", for: .lead) { visit in page(try await view(visit)) }
        console.action("queue/settings", for: .lead, setSettings)
        console.action("queue/find-pairs", for: .lead, findPairs)
    }

    private func page(_ view: View) -> Page { Page("queue", title: "Queue", view: view, modules: ["live.js"]) }

    private func view(_ visit: Visit) async throws -> View {
        let project = visit.project.id
        let shown = await desk.reports.queue(of: project, days: 30)
        let settings = try await desk.rubrics.settings(of: project)
        let rubrics = try await desk.rubrics.all(of: project).map {
            View.RubricChoice(reference: $0.reference, isChosen: $0.reference == settings.rubric)
        }
        return View(
            report: shown.ready.map { [Self.report($0.value, at: $0.at)] } ?? [], isComing: shown.isComing,
            hasFailed: shown.hasFailed, settings: settings, rubrics: rubrics)
    }

    private static func report(_ report: ComputedReports.QueueReport, at: Date) -> View.Report {
        let agreement = report.agreement
        return View.Report(
            progress: report.progress, questions: agreement.questions.map(question),
            hasQuestions: !agreement.questions.isEmpty, pairs: agreement.pairs.map(pair),
            hasPairs: !agreement.pairs.isEmpty, reviewers: agreement.reviewers.map(reviewer),
            hasReviewers: !agreement.reviewers.isEmpty, at: at.ISO8601Format())
    }

    private static func pair(_ pair: AgreementReport.Pair) -> View.Pair {
        View.Pair(
            first: pair.first, second: pair.second, question: pair.question, rubric: pair.rubric, items: pair.items,
            kappa: pair.kappa.map(Numbers.two) ?? "not defined: " + reason(pair.undefined))
    }

    private func setSettings(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow(
            "rubric", "slots", "double_review_share", "gold_share", "lease_seconds", "undo_minutes",
            "disagreement_spread")
        func number<Value: LosslessStringConvertible>(_ name: String) throws -> Value {
            guard let value = Value(try form.required(name)) else { throw FormError.field(name, "is no number") }
            return value
        }
        let settings = ReviewSettings(
            rubric: try form.required("rubric"), slots: try number("slots"),
            doubleReviewShare: try number("double_review_share"), goldShare: try number("gold_share"),
            leaseSeconds: try number("lease_seconds"), undoMinutes: try number("undo_minutes"),
            disagreementSpread: try number("disagreement_spread"))
        try await desk.rubrics.set(settings, of: visit.project.id, by: visit.person.handle.description)
        return .seeOther("/queue")
    }

    private func findPairs(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("kind")
        guard let kind = ComparisonKind(rawValue: try form.required("kind")) else {
            throw FormError.field("kind", "is not one of the four")
        }
        let added = try await desk.comparisons.find(kind, in: visit.project.id)
        var view = try await view(visit)
        view.done = added == 1 ? "One pair was added." : "\(added) pairs were added."
        return .page(page(view))
    }

    private static func question(_ question: AgreementReport.Question) -> View.Question {
        let interval = question.low.flatMap { low in
            question.high.map { "\(Numbers.two(low)) to \(Numbers.two($0))" }
        }
        let reading =
            switch question.alpha {
            case .some where question.items < AgreementReport.leastItems: "too few to tell"
            case .some(0.8...): "firm"
            case .some(0.667...): "tentative"
            case .some: "too low to build on"
            case nil: "not defined: " + Self.reason(question.undefined)
            }
        return View.Question(
            question: question.question, rubric: question.rubric, items: question.items,
            alpha: question.alpha.map(Numbers.two) ?? "–", interval: interval ?? "–", reading: reading,
            fleiss: question.fleissKappa.map(Numbers.two) ?? "–", gwet: question.gwetAC1.map(Numbers.two) ?? "–",
            positive: question.positiveAgreement.map(Numbers.two) ?? "–")
    }

    private static func reason(_ reason: Coefficient.Reason?) -> String {
        switch reason {
        case .oneValue: "all scores are the same"
        case .unequalRaters: "unequal numbers of reviews"
        case .noPairs, nil: "no exchange has two reviews"
        }
    }

    private static func reviewer(_ reviewer: AgreementReport.Reviewer) -> View.Reviewer {
        View.Reviewer(
            reviewer: reviewer.reviewer, reviews: reviewer.reviews,
            median: reviewer.medianSeconds.map { "\(Int($0.rounded())) s" } ?? "–",
            perHour: reviewer.itemsPerHour.map { "\(Int($0.rounded()))" } ?? "–",
            gold: bias(reviewer.biasAgainstGold), others: bias(reviewer.biasAgainstOthers))
    }

    private static func bias(_ bias: AgreementReport.Bias?) -> String {
        guard let bias else { return "–" }
        return "\(bias.mean > 0 ? "+" : "")\(Numbers.two(bias.mean)) (n \(bias.count))"
    }
}

/// Numbers as tables show them.
enum Numbers {
    static func two(_ value: Double) -> String { String(format: "%.2f", value) }
    static func percent(_ value: Double) -> String { String(format: "%.1f %%", 100 * value) }
}
