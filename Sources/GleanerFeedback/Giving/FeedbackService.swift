public import Foundation
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
        /// `nil` while no stored exchange is known for the subject.
        public let exchange: ID<Exchange>?
        /// It waits for its exchange.
        public let isWaiting: Bool
    }

    /// How long a turn waits for the exchange that answers it.
    static let patience: TimeInterval = 3600

    let store: any FeedbackStore
    let now: @Sendable () -> Date
    private let told: @Sendable (FeedbackNews) async -> Void

    /// - Parameter told: of what others may want to act on, once it is stored.
    public init(
        store: PostgresFeedbackStore, told: @escaping @Sendable (FeedbackNews) async -> Void = { _ in }
    ) {
        self.init(store: store, now: { Date() }, told: told)
    }

    init(
        store: any FeedbackStore, now: @escaping @Sendable () -> Date,
        told: @escaping @Sendable (FeedbackNews) async -> Void = { _ in }
    ) {
        self.store = store
        self.now = now
        self.told = told
    }

    // MARK: Giving

    /// Keeps `judgements` of `subject`; all or none.
    /// - Throws: `FeedbackError` when they cannot be of that subject; `PostgresError`.
    public func give(
        _ judgements: [Judgement], on subject: Subject, rater: String?, by caller: Caller, source: String = "api"
    ) async throws -> Receipt {
        try await give(judgements, on: subject, rater: rater, from: Giver(caller, source: source))
    }

    /// The same from anybody who may.
    public func give(
        _ judgements: [Judgement], on subject: Subject, rater: String?, from giver: Giver
    ) async throws -> Receipt {
        let said = SaidFeedback(subject: subject, judgements: judgements, rater: rater)
        let given = try await prepare(said, from: giver, in: store)
        try await store.keep(given)
        return try await settle(given)
    }

    /// Checks what was said and finds its exchange. Writes nothing.
    func prepare(
        _ said: SaidFeedback, from giver: Giver, in store: any FeedbackStore
    ) async throws -> [GivenFeedback] {
        try check(said)
        let exchange = try await store.exchanges(for: [said.subject], of: giver.project)[said.subject]
        return GivenFeedback.make(said, exchange: exchange, from: giver, at: now())
    }

    /// What follows once feedback is committed.
    ///
    /// Early feedback looks for its exchange once more: it may have landed since it was looked for, and ingest may have
    /// looked for feedback before this was there. Whoever commits second sees the other. An error from here on is no
    /// reason to have it sent again; the sweep joins it all the same.
    func settle(_ given: [GivenFeedback]) async throws -> Receipt {
        var exchange = given.first?.exchange
        let project = given.first?.giver.project
        if let project, given.contains(where: \.isEarly), let subject = given.first?.subject {
            let joined = try? await store.join([LandedExchange(waitingFor: subject, of: project)])
            await tell(joined ?? [])
            exchange = joined?.isEmpty ?? true ? nil : try? await store.exchanges(for: [subject], of: project)[subject]
        }
        await tell(given.map { JoinedFeedback(exchange: $0.exchange, isLow: $0.judgement.isLow) })
        if let project {
            let comments = given.filter { $0.judgement.kind == "comment" }.compactMap { comment in
                comment.exchange.map { FeedbackNews.Comment(exchange: $0, feedback: comment.id) }
            }
            if !comments.isEmpty { await told(.commented(comments, project)) }
        }
        return Receipt(given, exchange: exchange)
    }

    func tell(_ joined: [JoinedFeedback]) async {
        let low = Set(joined.filter(\.isLow).compactMap(\.exchange))
        if !low.isEmpty { await told(.lowRated(low.sorted())) }
    }

    // MARK: Joining

    /// Joins what waits for these to the exchanges that have just landed.
    public func joinEarly(_ landed: [LandedExchange]) async throws {
        guard !landed.isEmpty else { return }
        await tell(try await store.join(landed))
    }

    /// Joins whatever can be joined. Catches feedback that came while its exchange was landing.
    /// - Returns: how many judgements found their exchange.
    @discardableResult
    func joinAllEarly() async throws -> Int {
        let joined = try await store.joinAll(keepingTurnsBefore: now().addingTimeInterval(-Self.patience))
        await tell(joined)
        return joined.filter { $0.exchange != nil }.count
    }

    // MARK: Reading

    /// All feedback on an exchange, newest first.
    func feedback(on exchange: ID<Exchange>, of project: ID<Project>) async throws -> [StoredFeedback] {
        try await store.feedback(on: exchange, of: project)
    }
}

extension FeedbackService.Receipt {
    init(_ given: [GivenFeedback], exchange: ID<Exchange>?) {
        self.init(
            feedback: given.map { .init(id: $0.id, kind: $0.judgement.kind) }, exchange: exchange,
            isWaiting: exchange == nil && given.contains(where: \.isEarly))
    }
}

extension LandedExchange {
    /// As if what `subject` waits for had landed.
    init(waitingFor subject: Subject, of project: ID<Project>) {
        switch subject {
        case .completion(let id): self.init(project: project, completion: id, conversation: nil)
        case .turn(let turn): self.init(project: project, completion: nil, conversation: turn.conversation)
        case .exchange, .conversation: self.init(project: project, completion: nil, conversation: nil)
        }
    }
}
