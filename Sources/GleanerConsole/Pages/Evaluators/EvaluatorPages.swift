import Foundation
import GleanerCore
import GleanerEvaluation
import GleanerReview
import Hummingbird

/// `/evaluators`: what is measured of exchanges that have landed, how far that is, and what it tells.
struct EvaluatorPages: Sendable {
    let service: EvaluatorService
    /// Whose questions judges are held against.
    let rubrics: RubricService
    /// A report reads up to 200,000 results.
    private let judged = KeptAnswers<Asked, JudgeReport>()

    private struct Asked: Hashable {
        let project: ID<Project>
        let evaluator: String
        let question: String
        let days: Int
        let by: JudgeReport.Slice?
    }

    init(service: EvaluatorService, rubrics: RubricService) {
        self.service = service
        self.rubrics = rubrics
    }

    func add(to console: ConsoleRouter) {
        console.page("evaluators", for: .read) { visit in try await list(visit) }
        console.page("evaluators/:name", for: .read, one)
        // Evaluators may ask models that cost money.
        console.action("evaluators/standard", for: .admin, addStandard)
        console.action("evaluators/run", for: .admin, run)
        console.action("evaluators/:name/share", for: .admin, setShare)
        console.action("evaluators/:name/resume", for: .admin) { visit, form in
            try await setPaused(false, visit, form)
        }
        console.action("evaluators/:name/pause", for: .engineer) { visit, form in
            try await setPaused(true, visit, form)
        }
    }

    private func list(_ visit: Visit, problem: String? = nil) async throws -> Page {
        let now = Date()
        let status = try await service.status(of: visit.project.id, now: now)
        let estimates = try await service.estimates(
            of: visit.project.id, from: now.addingTimeInterval(-7 * 86_400), to: now.addingTimeInterval(3600))
        return Page(
            "evaluators", title: "Evaluators",
            view: EvaluatorsView(status, estimates, role: visit.role, problem: problem), modules: ["live.js"])
    }

    // MARK: One

    private func one(_ visit: Visit) async throws -> Page {
        let name = try visit.parameters.require("name")
        let project = visit.project.id
        let choice = try await service.policy(of: project).policy.evaluators.first { $0.name == name }
        var query = EvaluatorPageQuery(visit)
        let all = try await service.estimates(of: project, from: query.from, to: query.to).filter {
            $0.evaluator == name
        }
        guard choice != nil || !all.isEmpty else { throw EvaluatorError.evaluatorUnknown(name) }
        query.settle(among: all.map(\.measure), headline: choice?.kind.headline)
        let version = try await service.newestVersion(of: name, measure: query.measure, in: project)
        var slices: [EvaluatorEstimate] = []
        if let by = query.by {
            slices = try await service.estimates(of: project, from: query.from, to: query.to, by: by).filter {
                $0.evaluator == name && $0.measure == query.measure && $0.version == version
            }
        }
        let points = try await service.course(
            of: project, evaluator: name, measure: query.measure, from: query.from, to: query.to)
        var ends: (lowest: [MeasureText.Of], highest: [MeasureText.Of]) = ([], [])
        if let version {
            let found = try await service.extremes(
                of: project, evaluator: name, version: version, measure: query.measure, from: query.from, to: query.to)
            ends = (found.lowest.map { .init($0, query.measure) }, found.highest.map { .init($0, query.measure) })
        }
        let judge = try await judge(name, choice, query, project)
        return Page(
            "evaluator", title: "Evaluator \(name)",
            view: EvaluatorView(
                name: name, choice: choice, query: query, version: version, estimates: all, slices: slices,
                points: points, lowest: ends.lowest, highest: ends.highest, judge: judge))
    }

    private func judge(
        _ name: String, _ choice: EvaluatorChoice?, _ query: EvaluatorPageQuery, _ project: ID<Project>
    ) async throws -> EvaluatorView.Judge? {
        guard let kind = choice?.kind, kind == .judge || kind == .relevance,
            let measure = kind.headline
        else { return nil }
        let rubric = try await rubrics.settings(of: project).rubric
        let questions = try await rubrics.rubric(rubric, in: project).questions.map(\.name)
        let question = query.question.flatMap { questions.contains($0) ? $0 : nil } ?? questions.first ?? "relevance"
        let by = query.by.flatMap { JudgeReport.Slice(rawValue: $0.rawValue) }
        let asked = Asked(project: project, evaluator: name, question: question, days: query.days, by: by)
        let report = try await judged.answer(to: asked) { [service] in
            try await service.judge(
                name, measure: measure, question: question, of: project, from: query.from, to: query.to, by: by)
        }
        return EvaluatorView.Judge(report, questions: questions, isOfOneScale: kind == .judge)
    }

    // MARK: Edits

    private func addStandard(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("set")
        guard try form.required("set") == "standard" else { throw FormError.field("set", "is not standard") }
        return try await editing(visit) {
            _ = try await service.addStandard(to: visit.project.id, author: visit.person.handle.description)
        }
    }

    private func run(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("days")
        let wanted = try form.required("days")
        let days = Double(wanted)
        guard days != nil || wanted == "all" else { throw FormError.field("days", "is neither a number nor all") }
        return try await editing(visit) {
            _ = try await service.backfill(
                in: visit.project.id, since: days.map { Date().addingTimeInterval(-min(max($0, 0), 36_500) * 86_400) })
        }
    }

    private func setShare(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("percent")
        guard let percent = Double(try form.required("percent")) else {
            throw FormError.field("percent", "is not a number")
        }
        let name = try visit.parameters.require("name")
        return try await editing(visit) {
            _ = try await service.setShare(
                percent / 100, of: name, in: visit.project.id, author: visit.person.handle.description)
        }
    }

    private func setPaused(_ isPaused: Bool, _ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow()
        let name = try visit.parameters.require("name")
        return try await editing(visit) {
            _ = try await service.setPaused(
                isPaused, name, in: visit.project.id, author: visit.person.handle.description)
        }
    }

    private func editing(_ visit: Visit, _ edit: () async throws -> Void) async throws -> ActionOutcome {
        do {
            try await edit()
            return .seeOther(EvaluatorPath.all)
        } catch let error as EvaluatorError {
            if case .evaluatorUnknown = error { throw error }
            let explanation = error.explanation
            return .page(
                try await list(visit, problem: explanation.sentences))
        }
    }
}

/// What of one evaluator somebody wants to see.
struct EvaluatorPageQuery: Sendable {
    static let spans = [2, 7, 30, 90]
    let days: Int
    let by: ReportSlice?
    let question: String?
    let from: Date
    let to: Date
    private(set) var measure: String

    init(_ visit: Visit, now: Date = Date()) {
        days = visit.query("days").flatMap(Int.init).flatMap { Self.spans.contains($0) ? $0 : nil } ?? 30
        by = visit.query("by").flatMap(ReportSlice.init(rawValue:))
        question = visit.query("question")
        measure = visit.query("measure") ?? ""
        // The hour that runs is part of it.
        to = now.addingTimeInterval(3600)
        from = now.addingTimeInterval(-Double(days) * 86_400 + 3600)
    }

    /// A measure that there is: the one asked for, the one that tells most, or any.
    mutating func settle(among measures: [String], headline: String?) {
        guard !measures.contains(measure) else { return }
        measure = headline.flatMap { measures.contains($0) || measures.isEmpty ? $0 : nil } ?? measures.first ?? ""
    }
}
