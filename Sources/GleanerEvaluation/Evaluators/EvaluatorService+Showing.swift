public import Foundation
public import GleanerCore
import GleanerJobs

/// What pages, API and command line show alike.
extension EvaluatorService {
    /// What was measured in that time, from rollups: a minute old at most. Whole hours: `from` is rounded down and `to` up.
    public func estimates(
        of project: ID<Project>, from: Date, to: Date, by slice: ReportSlice? = nil
    ) async throws -> [EvaluatorEstimate] {
        let end = Date(timeIntervalSince1970: (to.timeIntervalSince1970 / 3600).rounded(.up) * 3600)
        return try await store.estimates(of: project, from: from, to: end, by: slice)
    }

    /// One measure over the time, by hours up to two days and where there are no more days than two, else by days.
    public func course(
        of project: ID<Project>, evaluator: String, measure: String, from: Date, to: Date
    ) async throws -> [EvaluatorPoint] {
        let points = try await store.course(of: project, evaluator: evaluator, measure: measure, from: from, to: to)
        guard let first = points.map(\.at).min(), Set(points.map(\.at)).count <= 2,
            to.timeIntervalSince(first) <= 3 * 86_400
        else { return points }
        return try await store.course(
            of: project, evaluator: evaluator, measure: measure, from: max(from, to.addingTimeInterval(-2 * 86_400)),
            to: to)
    }

    /// The version that the newest result of a measure is of; `nil` without any.
    public func newestVersion(
        of evaluator: String, measure: String, in project: ID<Project>
    ) async throws -> String? {
        try await store.newestVersion(of: evaluator, measure: measure, in: project)
    }

    /// The exchanges with the lowest and the highest figures, among the newest 20,000.
    public func extremes(
        of project: ID<Project>, evaluator: String, version: String, measure: String, from: Date, to: Date,
        limit: Int = 10
    ) async throws -> (lowest: [EvaluatorFigure], highest: [EvaluatorFigure]) {
        func figures(_ isHighest: Bool) async throws -> [EvaluatorFigure] {
            try await store.extremes(
                of: project, evaluator: evaluator, version: version, measure: measure, from: from, to: to,
                isHighest: isHighest, limit: limit)
        }
        return (try await figures(false), try await figures(true))
    }

    /// Which evaluators run, how far they are behind, and what they could not say.
    public func status(of project: ID<Project>, now: Date = Date()) async throws -> EvaluatorStatus {
        let current = try await policies.current(of: project)
        let counts = try await store.counts(of: project, since: now.addingTimeInterval(-86_400))
        let backlog = try await store.backlog(of: project)
        let last = try await store.lastResults(of: project, evaluators: current.policy.evaluators.map(\.name))
        let rows = current.policy.evaluators.map { choice in
            let count = counts[choice.name]
            return EvaluatorStatus.Row(
                name: choice.name, kind: choice.kind, share: choice.share, isPaused: choice.isPaused,
                measured: count?.measured ?? 0, failures: count?.failures ?? [], lastAt: last[choice.name])
        }
        let jobs = try await queue.list(.init(kind: .backfill), of: project, limit: 10)
        let runs = jobs.filter { $0.state != .done }.map { job in
            let progress = BackfillProgress(job.progress)
            return EvaluatorStatus.Run(
                job: job.id, state: job.state, exchanges: progress.seen, of: progress.total, createdAt: job.createdAt,
                error: job.lastError)
        }
        return EvaluatorStatus(
            version: current.version, evaluators: rows, waiting: backlog.waiting, lagSeconds: backlog.seconds,
            error: backlog.error, runs: runs)
    }

    /// Figures from before the exchange had another correction.
    public func superseded(
        of exchange: ID<Exchange>, in project: ID<Project>
    ) async throws -> [SupersededEvaluation] {
        try await store.superseded(of: exchange, in: project)
    }

    /// Figures that only a whole corpus has: Cc, M-index and LE over all tokens, and how alike words are spelt.
    public func corpus(
        of project: ID<Project>, from: Date, to: Date, by slice: JudgeReport.Slice? = nil,
        every: CorpusReport.Every? = nil
    ) async throws -> CorpusReport {
        let choices = try await policies.current(of: project).policy.evaluators
        func choice(_ kind: EvaluatorChoice.Kind) -> EvaluatorChoice {
            choices.first { $0.kind == kind } ?? EvaluatorChoice(kind)
        }
        let spelling = choice(.transliteration)
        return try await store.corpus(
            of: project, mix: choice(.codeMix).name, spelling: spelling.name, spelling.spelling, from: from, to: to,
            by: slice, every: every)
    }

    // MARK: Small edits of the policy

    /// The standard evaluators for a project that has never said which it wants: the demo's.
    public func begin(in project: ID<Project>) async throws {
        guard try await policies.current(of: project).version == 0 else { return }
        _ = try await put(.standard, of: project, author: "gleaner", note: "the demo's")
    }

    /// Adds the standard evaluators that the policy in force does not name; without a policy these are the policy.
    public func addStandard(to project: ID<Project>, author: String) async throws -> EvaluatorPolicyVersion {
        try await edit(project, author: author, note: "the standard evaluators") { policy in
            let names = Set(policy.evaluators.map(\.name))
            policy.evaluators += EvaluatorPolicy.standard.evaluators.filter { !names.contains($0.name) }
        }
    }

    /// - Throws: `EvaluatorError.evaluatorUnknown`; `.policyInvalid` for a share that is none.
    public func setShare(
        _ share: Double, of evaluator: String, in project: ID<Project>, author: String
    ) async throws -> EvaluatorPolicyVersion {
        try await edit(evaluator, in: project, author: author, note: "share of \(evaluator): \(share)") {
            $0.share = share
        }
    }

    /// - Throws: `EvaluatorError.evaluatorUnknown`.
    public func setPaused(
        _ isPaused: Bool, _ evaluator: String, in project: ID<Project>, author: String
    ) async throws -> EvaluatorPolicyVersion {
        try await edit(
            evaluator, in: project, author: author, note: "\(evaluator) \(isPaused ? "pauses" : "goes on")"
        ) { $0.isPaused = isPaused }
    }

    private func edit(
        _ evaluator: String, in project: ID<Project>, author: String, note: String,
        _ change: (inout EvaluatorChoice) -> Void
    ) async throws -> EvaluatorPolicyVersion {
        try await edit(project, author: author, note: note) { policy in
            guard let index = policy.evaluators.firstIndex(where: { $0.name == evaluator }) else {
                throw EvaluatorError.evaluatorUnknown(evaluator)
            }
            change(&policy.evaluators[index])
            try policy.evaluators[index].check()
        }
    }

    /// On what is in force: when somebody else was quicker, their version is not overwritten.
    private func edit(
        _ project: ID<Project>, author: String, note: String, _ change: (inout EvaluatorPolicy) throws -> Void
    ) async throws -> EvaluatorPolicyVersion {
        let current = try await policies.current(of: project)
        var policy = current.policy
        try change(&policy)
        try policy.check()
        return try await put(policy, of: project, author: author, note: note, expected: current.version)
    }
}
