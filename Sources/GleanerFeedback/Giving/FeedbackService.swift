import Foundation
public import GleanerCore
public import Logging

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

    let store: any FeedbackStore
    let redactor: (any FeedbackRedactor)?
    let metrics: FeedbackMetrics
    let logger: Logger
    let now: @Sendable () -> Date
    let told: @Sendable (FeedbackNews) async -> Void

    /// - Parameters:
    ///   - redactor: `nil` stores every text as it came.
    ///   - told: of what others may want to act on, once it is stored.
    public init(
        store: PostgresFeedbackStore, redactor: (any FeedbackRedactor)? = nil,
        metrics: FeedbackMetrics = FeedbackMetrics(), logger: Logger = Logger(label: "gleaner.feedback"),
        told: @escaping @Sendable (FeedbackNews) async -> Void = { _ in }
    ) {
        self.init(
            store: store, redactor: redactor, metrics: metrics, logger: logger, now: { Date() }, told: told)
    }

    init(
        store: any FeedbackStore, redactor: (any FeedbackRedactor)? = nil,
        metrics: FeedbackMetrics = FeedbackMetrics(), logger: Logger = Logger(label: "gleaner.feedback"),
        now: @escaping @Sendable () -> Date, told: @escaping @Sendable (FeedbackNews) async -> Void = { _ in }
    ) {
        self.store = store
        self.redactor = redactor
        self.metrics = metrics
        self.logger = logger
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
        let said = try await redacted(
            SaidFeedback(subject: subject, judgements: judgements, rater: rater), of: giver.project)
        let given = try await prepare(said, from: giver, in: store)
        try await store.keep(given)
        return await settle(given)
    }

    /// Checks what was said and finds its exchange. Writes nothing.
    func prepare(
        _ said: SaidFeedback, from giver: Giver, in store: any FeedbackStore
    ) async throws -> [GivenFeedback] {
        try check(said)
        return try await locate([said], from: giver, in: store)[0]
    }

    /// Finds the exchanges of what was said. A turn without one waits, unless too much waits for its conversation.
    func locate(
        _ said: [SaidFeedback], from giver: Giver, in store: any FeedbackStore
    ) async throws -> [[GivenFeedback]] {
        let exchanges = try await store.exchanges(for: said.map(\.subject), of: giver.project)
        let open = Set(said.compactMap { exchanges[$0.subject] == nil ? $0.subject.awaited : nil })
        var waiting = open.isEmpty ? [:] : try await store.waitingTurns(of: open, in: giver.project)
        let time = now()
        return said.map { said in
            var mayWait = true
            if exchanges[said.subject] == nil, let name = said.subject.awaited {
                mayWait = waiting[name, default: 0] + said.judgements.count <= Self.mostWaiting
                if mayWait { waiting[name, default: 0] += said.judgements.count }
            }
            return GivenFeedback.make(
                said, exchange: exchanges[said.subject], from: giver, at: time, mayWait: mayWait)
        }
    }

    /// What follows once feedback is committed.
    ///
    /// Early feedback looks for its exchange once more: it may have landed since it was looked for, and ingest may have
    /// looked for feedback before this was there. Whoever commits second sees the other. An error from here on is no
    /// reason to have it sent again; the sweep joins it all the same.
    func settle(_ given: [GivenFeedback]) async -> Receipt {
        let joined = await settle(all: given)
        let id = given.first?.id
        return Receipt(given, exchange: given.first?.exchange ?? joined.first { $0.id == id }?.exchange)
    }

    /// As `settle`, for many subjects at once.
    /// - Returns: what has found its exchange by now, of these and of others that waited for the same.
    @discardableResult
    func settle(all given: [GivenFeedback]) async -> [JoinedFeedback] {
        metrics.countGiven(given)
        var joined: [JoinedFeedback] = []
        if let project = given.first?.giver.project {
            let early = Set(given.filter(\.isEarly).map(\.subject))
            if !early.isEmpty {
                joined = (try? await store.join(waitingAs: Array(early), of: project, at: now())) ?? []
            }
        }
        await tell(given.map(JoinedFeedback.init) + joined)
        return joined
    }
}

extension FeedbackService.Receipt {
    init(_ given: [GivenFeedback], exchange: ID<Exchange>?) {
        self.init(
            feedback: given.map { .init(id: $0.id, kind: $0.judgement.kind) }, exchange: exchange,
            isWaiting: exchange == nil && given.contains(where: \.isEarly))
    }
}
