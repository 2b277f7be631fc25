public import AsyncPostgres
public import Foundation
public import GleanerCore
public import GleanerJobs
import Synchronization

/// Which evaluators a project wants, and what they have said: asks for work, and shows what came of it.
public final class EvaluatorService: Sendable {
    let policies: EvaluatorPolicyStore
    let store: EvaluatorStore
    let queue: JobQueue
    /// Projects that have evaluators, and when that was read: asked for every batch that lands.
    private let evaluated = Mutex<(projects: Set<ID<Project>>, at: ContinuousClock.Instant)?>(nil)
    private static let reread = Duration.seconds(2)

    public init(pool: PostgresPool) {
        policies = EvaluatorPolicyStore(pool: pool)
        store = EvaluatorStore(pool: pool)
        queue = JobQueue(pool: pool)
    }

    // MARK: Asking for work

    /// Exchanges have landed: they are evaluated in the background. May be said more than once.
    public func landed(_ exchanges: [(id: ID<Exchange>, project: ID<Project>)]) async throws {
        try await gather(exchanges, in: EvaluatorPayload.landed)
    }

    /// Something was written on exchanges, perhaps a correction: what compares with one runs again.
    public func written(on exchanges: [ID<Exchange>], in project: ID<Project>) async throws {
        try await gather(exchanges.map { ($0, project) }, in: EvaluatorPayload.corrected)
    }

    private func gather(_ exchanges: [(id: ID<Exchange>, project: ID<Project>)], in list: String) async throws {
        guard !exchanges.isEmpty else { return }
        let projects = try await evaluatedProjects()
        for (project, exchanges) in Dictionary(grouping: exchanges, by: \.project) where projects.contains(project) {
            try await queue.gather(
                exchanges.map { .string($0.id.description) }, in: list, of: .evaluate, project: project,
                limit: EvaluateHandler.batch)
        }
    }

    /// How long the oldest exchange of any project has waited to be evaluated, or to be tried again; zero when none waits.
    func lag() async throws -> Duration { try await store.lag() }

    private func evaluatedProjects() async throws -> Set<ID<Project>> {
        let known = evaluated.withLock { $0 }
        if let known, known.at.duration(to: .now) < Self.reread { return known.projects }
        let projects = try await policies.evaluatedProjects()
        evaluated.withLock { $0 = (projects, .now) }
        return projects
    }

    /// Evaluates what is stored already.
    /// - Parameters:
    ///   - since: only exchanges received from then on.
    ///   - names: only these evaluators; empty for all.
    /// - Returns: the job that does it; its progress tells how far it is.
    /// - Throws: `EvaluatorError.evaluatorUnknown`.
    public func backfill(in project: ID<Project>, since: Date? = nil, names: [String] = []) async throws -> ID<Job> {
        let policy = try await policies.current(of: project).policy
        if let unknown = names.first(where: { name in !policy.evaluators.contains { $0.name == name } }) {
            throw EvaluatorError.evaluatorUnknown(unknown)
        }
        var payload: [String: JSONValue] = [:]
        if let since { payload["since"] = .number(since.timeIntervalSince1970) }
        if !names.isEmpty { payload["evaluators"] = .array(names.map(JSONValue.string)) }
        return try await queue.enqueue(NewJob(kind: .backfill, project: project, payload: .object(payload)))
    }

    // MARK: Policies

    public func policy(of project: ID<Project>) async throws -> EvaluatorPolicyVersion {
        try await policies.current(of: project)
    }

    public func policy(_ version: Int64, of project: ID<Project>) async throws -> EvaluatorPolicyVersion {
        try await policies.version(version, of: project)
    }

    /// Newest first.
    public func policies(of project: ID<Project>, limit: Int) async throws -> [EvaluatorPolicyVersion] {
        try await policies.versions(of: project, limit: limit)
    }

    /// Puts a policy in force, for what lands from now on; `backfill` is for what is stored.
    public func put(
        _ policy: EvaluatorPolicy, of project: ID<Project>, author: String, note: String, expected: Int64? = nil
    ) async throws -> EvaluatorPolicyVersion {
        guard note.utf8.count <= 1024, !note.utf8.contains(0) else { throw EvaluatorError.noteInvalid }
        let version = try await policies.put(policy, of: project, author: author, note: note, expected: expected)
        evaluated.withLock { $0 = nil }
        return version
    }

    // MARK: Showing

    /// - Throws: `EvaluatorError.exchangeUnknown`.
    public func results(of exchange: ID<Exchange>, in project: ID<Project>) async throws -> [StoredEvaluation] {
        guard let results = try await store.results(of: exchange, in: project) else {
            throw EvaluatorError.exchangeUnknown(exchange)
        }
        return results
    }

    public func summary(
        of project: ID<Project>, evaluator: String? = nil, from: Date, to: Date
    ) async throws -> [EvaluatorSummary] {
        try await store.summary(of: project, evaluator: evaluator, from: from, to: to)
    }

    /// A judge, corrected by people's reviews of a question.
    public func judge(
        _ evaluator: String, measure: String = "score", question: String, of project: ID<Project>, from: Date, to: Date,
        by slice: JudgeReport.Slice? = nil
    ) async throws -> JudgeReport {
        let found = try await store.judged(
            by: evaluator, measure: measure, question: question, of: project, from: from, to: to, slice: slice)
        let groups = slice == nil ? [:] : Dictionary(grouping: found.units, by: \.slice)
        let rows = groups.sorted { ($1.value.count, $0.key ?? "") < ($0.value.count, $1.key ?? "") }
            .compactMap { JudgeReport.Row($0.key, $0.value.map(\.unit)) }
        return JudgeReport(
            evaluator: evaluator, version: found.version, measure: measure, question: question, from: from, to: to,
            by: slice, overall: JudgeReport.Row(nil, found.units.map(\.unit)), slices: Array(rows.prefix(1000)),
            calibration: Calibration(
                found.units.compactMap { unit in unit.unit.human.map { (unit.unit.judge, $0.score) } }),
            isCut: found.isCut)
    }

    /// How consistently words are spelt, by the spelling choice of the policy in force.
    /// - Throws: `EvaluatorError.evaluatorUnknown` when the policy has no evaluator of kind `transliteration`.
    public func spelling(of project: ID<Project>, from: Date, to: Date) async throws -> SpellingReport {
        let policy = try await policies.current(of: project).policy
        guard let choice = policy.evaluators.first(where: { $0.kind == .transliteration }) else {
            throw EvaluatorError.evaluatorUnknown("transliteration")
        }
        let found = try await store.spellings(of: project, evaluator: choice.name, from: from, to: to)
        return SpellingReport(found.answers, choice.spelling, isCut: found.isCut)
    }
}
