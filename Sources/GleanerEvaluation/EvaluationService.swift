public import AsyncPostgres
import Foundation
public import GleanerCore
import GleanerJobs

/// Measures candidates against incumbents before they take traffic.
public struct EvaluationService: Sendable {
    /// What is wanted of the gate.
    public struct Request: Sendable {
        public var dataset: String
        /// `nil`: the newest version.
        public var version: Int?
        public var candidate: ModelChoice
        public var incumbent: ModelChoice
        public var policy = GatePolicy()
        /// Under which asking again is asking for the same.
        public var key: String?
        /// Refused when the estimate is above.
        public var limitUSD: Double?

        public init(dataset: String, version: Int? = nil, candidate: ModelChoice, incumbent: ModelChoice) {
            self.dataset = dataset
            self.version = version
            self.candidate = candidate
            self.incumbent = incumbent
        }
    }

    let store: PostgresEvaluationStore
    private let queue: JobQueue
    private let prices: any ModelPrices
    /// Names of those configured; `nil` leaves them unchecked.
    private let providers: @Sendable () -> Set<String>?

    public init(
        pool: PostgresPool, prices: any ModelPrices = NoPrices(),
        providers: @escaping @Sendable () -> Set<String>? = { nil }
    ) {
        store = PostgresEvaluationStore(pool: pool)
        queue = JobQueue(pool: pool)
        self.prices = prices
        self.providers = providers
    }

    /// What it would cost. Asks no model, stores nothing.
    public func estimate(_ request: Request, in project: ID<Project>) async throws -> GateEstimate {
        try await prepare(request, project).estimate
    }

    /// Begins it: what it costs is thereby agreed to.
    public func start(_ request: Request, in project: ID<Project>, by author: String) async throws -> Evaluation {
        let prepared = try await prepare(request, project)
        if let limit = request.limitUSD, let usd = prepared.estimate.usd, usd > limit {
            throw EvaluationError.aboveLimit(estimate: usd, limit: limit)
        }
        let evaluation = Evaluation(
            id: .new(), project: project, key: request.key, version: prepared.version, dataset: request.dataset,
            versionNumber: prepared.number, candidate: request.candidate, incumbent: request.incumbent,
            policy: request.policy, salt: prepared.salt, state: .waiting, holdout: prepared.holdout,
            items: prepared.estimate.items, answered: 0, estimate: prepared.estimate, report: nil, failure: nil,
            peopleEndedBy: nil, author: author, createdAt: Date(), finishedAt: nil)
        if try await store.add(evaluation, queue: queue) {
            return try await self.evaluation(evaluation.id, of: project)
        }
        guard let key = request.key, let known = try await store.evaluation(key: key, of: project),
            known.version == evaluation.version, known.candidate == evaluation.candidate,
            known.incumbent == evaluation.incumbent, known.policy == evaluation.policy
        else { throw EvaluationError.keyTaken }
        return known
    }

    public func evaluation(_ id: ID<Evaluation>, of project: ID<Project>) async throws -> Evaluation {
        guard let evaluation = try await store.evaluation(id, of: project) else {
            throw EvaluationError.evaluationUnknown(id.description)
        }
        return evaluation
    }

    /// Waits for no more verdicts of people: the verdict is written from what there is.
    /// - Throws: `EvaluationError.notWaitingForPeople`.
    public func conclude(_ id: ID<Evaluation>, of project: ID<Project>, by actor: String) async throws -> Evaluation {
        let ended = try await store.endWait(id, of: project, by: actor, queue: queue)
        let evaluation = try await evaluation(id, of: project)
        guard ended else { throw EvaluationError.notWaitingForPeople(evaluation.state.rawValue) }
        return evaluation
    }

    /// Newest first.
    public func evaluations(
        of project: ID<Project>, before: ID<Evaluation>? = nil, limit: Int = 50
    ) async throws -> [Evaluation] {
        try await store.evaluations(of: project, before: before, limit: limit)
    }

    private func prepare(
        _ request: Request, _ project: ID<Project>
    ) async throws -> (version: UUID, number: Int, holdout: Int, salt: String, estimate: GateEstimate) {
        try request.candidate.check()
        try request.incumbent.check()
        try request.policy.check()
        if let known = providers() {
            var asked = [request.candidate.provider, request.incumbent.provider]
            asked += [request.policy.judge?.provider, request.policy.embeddings?.provider].compactMap { $0 }
            for name in asked where !known.contains(name) { throw EvaluationError.providerUnknown(name) }
        }
        guard let version = try await store.version(request.version, of: request.dataset, in: project) else {
            throw EvaluationError.versionUnknown(
                dataset: request.dataset, version: request.version.map(String.init) ?? "latest")
        }
        // The same lines for all candidates of a version, so that they can be compared with each other.
        let salt = "evaluation:\(version.id.lowercased)"
        let drawn = try await store.items(of: version.id, salt: salt, limit: request.policy.maximumItems)
        guard !drawn.items.isEmpty else {
            throw EvaluationError.holdoutEmpty(dataset: request.dataset, version: version.number)
        }
        let estimate = try await GateEstimate(
            drawn.items, request.policy, candidate: request.candidate, incumbent: request.incumbent, prices: prices)
        return (version.id, version.number, drawn.holdout, salt, estimate)
    }
}
