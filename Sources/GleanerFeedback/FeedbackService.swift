import Foundation
public import GleanerCore

/// What people think of an exchange, accepted whether or not the exchange has landed yet.
public struct FeedbackService: Sendable {
    /// Where feedback went.
    public struct Receipt: Sendable, Hashable {
        public struct Item: Sendable, Hashable {
            public let id: ID<Feedback>
            public let kind: String
        }
        public let feedback: [Item]
        /// `nil` while no stored exchange has the completion id.
        public let exchange: ID<Exchange>?
    }

    let store: any FeedbackStore
    private let now: @Sendable () -> Date

    public init(store: PostgresFeedbackStore) { self.init(store: store, now: { Date() }) }

    init(store: any FeedbackStore, now: @escaping @Sendable () -> Date) {
        self.store = store
        self.now = now
    }

    /// Keeps `judgements` of `subject`; all or none.
    /// - Throws: `FeedbackError` when they cannot be of that subject; `PostgresError`.
    public func give(
        _ judgements: [Judgement], on subject: Subject, rater: String?, by caller: Caller, source: String = "api"
    ) async throws -> Receipt {
        guard !judgements.isEmpty else { throw FeedbackError.nothingSaid }
        var exchange: ID<Exchange>?
        switch subject {
        case .exchange(let id):
            try check(id)
            exchange = id
        case .completion(let id):
            exchange = try await store.exchange(withCompletion: id, of: caller.project)
        }
        let (shard, time) = (exchange?.shard ?? .random(), now())
        let given = judgements.map {
            GivenFeedback(id: .new(on: shard), judgement: $0, rater: rater, source: source, caller: caller, at: time)
        }
        if let exchange {
            try await store.keep(given, on: exchange)
        } else if case .completion(let id) = subject {
            exchange = try await keepEarly(given, completion: id, of: caller.project)
        }
        return Receipt(feedback: given.map { .init(id: $0.id, kind: $0.judgement.kind) }, exchange: exchange)
    }

    /// Keeps feedback whose exchange is not known, and looks once more: it may have landed since it was looked for, and
    /// ingest may have looked for feedback before this was there. Whoever commits second sees the other.
    /// - Returns: the exchange when it was there after all.
    private func keepEarly(
        _ given: [GivenFeedback], completion: String, of project: ID<Project>
    ) async throws -> ID<Exchange>? {
        try await store.keepEarly(given, completion: completion)
        // It is kept: an error from here on is no reason to have it sent again, and the sweep joins it all the same.
        guard let joined = try? await store.join([(project: project, completion: completion)]), joined > 0 else {
            return nil
        }
        return try? await store.exchange(withCompletion: completion, of: project)
    }

    /// Joins what waits for these completions to the exchanges that have just landed.
    public func joinEarly(_ landed: [(ID<Project>, String)]) async throws {
        guard !landed.isEmpty else { return }
        _ = try await store.join(landed.map { (project: $0.0, completion: $0.1) })
    }

    /// Joins whatever can be joined. Catches feedback that came while its exchange was landing.
    /// - Returns: how many judgements found their exchange.
    @discardableResult
    func joinAllEarly() async throws -> Int { try await store.joinAll() }

    /// All feedback on an exchange, newest first.
    func feedback(on exchange: ID<Exchange>, of project: ID<Project>) async throws -> [StoredFeedback] {
        try await store.feedback(on: exchange, of: project)
    }

    /// An id names its own time and place. One that cannot be of an exchange of ours would be kept for nothing.
    private func check(_ id: ID<Exchange>) throws(FeedbackError) {
        let earliest = Date(timeIntervalSince1970: 1_577_836_800)
        guard id.isVersion7, id.timestamp > earliest, id.timestamp < now().addingTimeInterval(3600) else {
            throw .exchangeImpossible(id)
        }
    }
}
