public import AsyncPostgres
public import Foundation
public import GleanerCore
import GleanerJobs

/// Fine-tunes of a project: what one would cost, its start once somebody has agreed to that, and how it goes.
public struct TuningService: Sendable {
    let store: TuningStore
    let files: any TrainingFiles
    let providers: any TuningProviders
    let queue: JobQueue
    /// Whether a training program is configured.
    let hasCommand: Bool

    public init(
        pool: PostgresPool, files: any TrainingFiles, providers: any TuningProviders, hasCommand: Bool
    ) {
        store = TuningStore(pool: pool)
        queue = JobQueue(pool: pool)
        self.files = files
        self.providers = providers
        self.hasCommand = hasCommand
    }

    // MARK: Before money is spent

    /// What it would cost. Spends nothing and stores nothing.
    /// - Throws: `TuningError` for a request that cannot be met, a version that is withdrawn, not approved, or of a kind
    ///   that the method does not learn from.
    public func estimate(_ request: TuningRequest, in project: ID<Project>) async throws -> TuningEstimate {
        try await checked(request, in: project, nonce: nil).estimate
    }

    /// Starts what was estimated.
    ///
    /// The same confirmation shown twice is one job: nobody pays twice for a click that was repeated.
    /// - Parameters:
    ///   - confirm: of the estimate that somebody looked at.
    ///   - person: who agreed.
    /// - Throws: as `estimate`, and `TuningError.confirmationStale` when it is of something else.
    public func start(
        _ request: TuningRequest, confirm: String, by person: String, in project: ID<Project>
    ) async throws -> TuningJob {
        guard let nonce = TuningEstimate.nonce(of: confirm) else { throw TuningError.confirmationStale }
        let (request, set, estimate) = try await checked(request, in: project, nonce: nonce)
        guard estimate.confirm == confirm else { throw TuningError.confirmationStale }
        let id = try await store.create(request, set, estimate, in: project, by: person, queue: queue)
        return try await job(id, in: project)
    }

    private func checked(
        _ request: TuningRequest, in project: ID<Project>, nonce: String?
    ) async throws -> (request: TuningRequest, set: TrainingSet, estimate: TuningEstimate) {
        try request.check()
        var request = request
        switch request.driver {
        case .openAI:
            guard let name = providers.name(of: request.provider) else {
                throw TuningError.providerUnknown(request.provider)
            }
            request.provider = name
        case .command: guard hasCommand else { throw TuningError.noCommand }
        }
        let set = try await files.set(request.dataset, version: request.version, in: project)
        try set.check(for: request.method)
        try await files.check(set, in: project)
        let price = try await store.price(of: request.baseModel, at: request.provider)
        let shutdown = try await store.shutdown(of: request.baseModel, at: request.provider)
        let estimate =
            try nonce.map {
                try TuningEstimate(request, set, usdPerMillion: price, shutdown: shutdown, nonce: $0)
            } ?? TuningEstimate(request, set, usdPerMillion: price, shutdown: shutdown)
        return (request, set, estimate)
    }

    // MARK: Looking

    /// Newest first.
    /// - Parameter before: the last one of the page before.
    public func jobs(
        in project: ID<Project>, before: ID<TuningJob>? = nil, limit: Int = 50
    ) async throws -> [TuningJob] {
        try await store.jobs(of: project, before: before, limit: limit)
    }

    /// - Throws: `TuningError.jobUnknown`.
    public func job(_ id: ID<TuningJob>, in project: ID<Project>) async throws -> TuningJob {
        guard let job = try await store.job(id, of: project) else { throw TuningError.jobUnknown(id) }
        return job
    }

    /// With everything that its trainer said.
    /// - Throws: `TuningError.jobUnknown`.
    public func detail(_ id: ID<TuningJob>, in project: ID<Project>) async throws -> TuningJobDetail {
        let job = try await job(id, in: project)
        return TuningJobDetail(
            job: job, events: try await store.events(of: id, limit: 1000), curve: try await store.curve(of: id),
            checkpoints: try await store.checkpoints(of: id),
            shutdown: try await store.shutdown(of: job.baseModel, at: job.provider))
    }

    /// Those that learned from a dataset version, whatever became of them.
    public func jobs(from version: UUID, in project: ID<Project>) async throws -> [TuningJob] {
        try await store.jobs(from: version, of: project)
    }

    /// Tuned models, newest first.
    public func models(in project: ID<Project>) async throws -> [TunedModel] { try await store.models(of: project) }

    /// Models that their provider will shut down, soonest first: those that the project tuned, and those that its routes,
    /// judges, loops and teachers ask for.
    public func retirements(in project: ID<Project>) async throws -> [Retirement] {
        let uses = Dictionary(grouping: try await store.uses(of: project)) { use in
            [providers.name(of: use.provider) ?? use.provider, use.model]
        }
        var tuned = try await store.retirements(of: project)
        for place in tuned.indices {
            tuned[place].uses = uses[[tuned[place].provider, tuned[place].model]]?.map(\.place) ?? []
        }
        let known = Set(tuned.map { [$0.provider, $0.model] })
        let named = try await store.shutdowns().compactMap { ending -> Retirement? in
            let key = [ending.provider, ending.model]
            guard !known.contains(key), let places = uses[key]?.map(\.place) else { return nil }
            var ending = ending
            ending.uses = places
            return ending
        }
        return (tuned + named).sorted { ($0.shutdown, $0.model) < ($1.shutdown, $1.model) }
    }

    // MARK: Prices

    public func prices() async throws -> [TuningPrice] { try await store.prices() }

    /// - Throws: `TuningError.providerUnknown`, `.fieldInvalid`.
    public func set(_ price: TuningPrice) async throws {
        guard let name = providers.name(of: price.provider) else { throw TuningError.providerUnknown(price.provider) }
        guard price.usd >= 0, price.usd.isFinite else {
            throw TuningError.fieldInvalid("usd", wanted: "0 or more US dollars for a million tokens")
        }
        guard (1...256).contains(price.baseModel.count), !price.baseModel.utf8.contains(0) else {
            throw TuningError.fieldInvalid("base_model", wanted: "1 to 256 characters")
        }
        try await store.set(TuningPrice(provider: name, baseModel: price.baseModel, usd: price.usd))
    }

    // MARK: Ending

    /// Asks for its end; the trainer may be quicker with another one. Asked again, it changes nothing.
    /// - Throws: `TuningError.jobUnknown`, `.jobEnded`.
    public func cancel(_ id: ID<TuningJob>, by person: String, in project: ID<Project>) async throws -> TuningJob {
        if try await !store.askToCancel(id, of: project, by: person) {
            throw TuningError.jobEnded(id, try await job(id, in: project).state)
        }
        return try await job(id, in: project)
    }
}
