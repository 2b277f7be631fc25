public import AsyncPostgres
public import Foundation
public import GleanerCore
public import GleanerJobs

/// What was judged of exchanges, and what follows: asks for judgements, shows them, and takes a person's word over them.
public struct ModerationService: Sendable {
    /// Everything about one exchange.
    public struct History: Sendable {
        /// Newest first.
        public let results: [StoredResult]
        /// Newest first.
        public let decisions: [StoredDecision]

        /// The decisions in force.
        public var current: [StoredDecision] {
            var seen: Set<ModerationSubject> = []
            return decisions.filter { seen.insert($0.subject).inserted }
        }
    }

    public let policies: PolicyStore
    private let store: ModerationStore
    private let queue: JobQueue
    private let classifiers: Classifiers
    private let flagged: ExchangesFlagged
    private let now: @Sendable () -> Date

    public init(
        pool: PostgresPool, classifiers: Classifiers = Classifiers(), flagged: @escaping ExchangesFlagged = { _, _ in }
    ) {
        policies = PolicyStore(pool: pool)
        store = ModerationStore(pool: pool)
        queue = JobQueue(pool: pool)
        self.classifiers = classifiers
        self.flagged = flagged
        now = { Date() }
    }

    // MARK: Asking for judgements

    /// Exchanges have landed: they are judged in the background. May be said more than once.
    public func landed(_ exchanges: [(id: ID<Exchange>, project: ID<Project>)]) async throws {
        for (project, exchanges) in Dictionary(grouping: exchanges, by: \.project) {
            try await queue.gather(
                exchanges.map { .string($0.id.description) }, in: ModerationWork.exchangesMember, of: .moderate,
                project: project, limit: ModerateHandler.batch)
        }
    }

    /// A comment was given: it is judged in the background. May be said more than once.
    public func commented(
        _ comments: [(exchange: ID<Exchange>, feedback: UUID)], in project: ID<Project>
    ) async throws {
        guard !comments.isEmpty else { return }
        let work = ModerationWork(comments: comments)
        _ = try await queue.enqueue(NewJob(kind: .moderate, project: project, payload: work.payload))
    }

    static func jobs(for exchanges: [ID<Exchange>], of project: ID<Project>) -> [NewJob] {
        stride(from: 0, to: exchanges.count, by: ModerateHandler.batch).map { start in
            let part = Array(exchanges[start..<min(start + ModerateHandler.batch, exchanges.count)])
            return NewJob(
                kind: .moderate, project: project, payload: ModerationWork(exchanges: part).payload)
        }
    }

    /// Decides again from stored results, by the policy in force.
    /// - Parameters:
    ///   - since: only exchanges received from then on.
    ///   - asks: whether classifiers that have not answered yet are asked as well, by jobs of their own.
    /// - Returns: the job that does it; its progress tells how far it is.
    public func redecide(in project: ID<Project>, since: Date? = nil, asks: Bool = false) async throws -> ID<Job> {
        let version = try await policies.current(of: project).version
        var payload: [String: JSONValue] = ["policy_version": .integer(version), "ask": .bool(asks)]
        if let since { payload["since"] = .string(ID<Exchange>(UUID.lowest(at: since)).description) }
        return try await queue.enqueue(
            NewJob(kind: .redecide, project: project, payload: .object(payload)))
    }

    // MARK: Showing

    public func history(of exchange: ID<Exchange>, in project: ID<Project>) async throws -> History {
        let found = try await store.history(of: exchange, in: project)
        return History(results: found.results, decisions: found.decisions)
    }

    /// The texts that are judged: both sides as the policy in force reads them, and comments that were judged. A text is
    /// `nil` where there is one that nobody can read.
    public func texts(
        of exchange: ID<Exchange>, in project: ID<Project>
    ) async throws -> [(subject: ModerationSubject, text: String?)] {
        let system = try await policies.current(of: project).policy.includesSystemPrompt
        let sides = try await store.texts(of: [exchange], in: project, system: system)
        let judged = try await store.known(of: [exchange], in: project).decisions.keys
        let comments = try await store.comments(
            judged.filter { $0.target == .comment }.map { ($0.exchange, $0.subject) }, in: project)
        return (sides + comments).map { ($0.subject, $0.text) }
    }

    /// Decisions in force that do not allow, newest first.
    public func flagged(
        _ filter: DecisionFilter = DecisionFilter(), of project: ID<Project>, before: ID<StoredDecision>? = nil,
        limit: Int
    ) async throws -> [StoredDecision] {
        try await store.flagged(filter, of: project, before: before, limit: limit)
    }

    public func standing(of project: ID<Project>, days: Int = 7) async throws -> ModerationStanding {
        try await store.standing(of: project, since: now().addingTimeInterval(-Double(days) * 86_400))
    }

    /// Judges a text by the policy in force, as if it came from `target`, and stores nothing.
    public func check(
        _ text: String, as target: ModerationTarget, in project: ID<Project>
    ) async throws -> (verdict: ModerationPolicy.Verdict, results: [String: Classification]) {
        try await Self.check(text, as: target, by: policies.current(of: project).policy, classifiers)
    }

    public static func check(
        _ text: String, as target: ModerationTarget, by policy: ModerationPolicy, _ classifiers: Classifiers
    ) async -> (verdict: ModerationPolicy.Verdict, results: [String: Classification]) {
        var results: [String: Classification] = [:]
        for choice in policy.classifiers(of: target) {
            results[choice.name] = await classifiers.classifier(choice, isUrgent: true).classify(
                [text], within: choice.timeout
            ).first
        }
        return (policy.decide(target, results), results)
    }

    // MARK: Deciding

    /// A person's decision: it counts until another person decides, whatever policies say.
    /// - Parameters:
    ///   - actor: a handle, or who a key stands for.
    ///   - reason: 1 to 1000 bytes.
    public func override(
        _ subject: ModerationSubject, with action: ModerationAction, reason: String, by actor: String,
        in project: ID<Project>
    ) async throws -> StoredDecision {
        guard action != .unknown else { throw ModerationError.actionInvalid }
        guard (1...1000).contains(reason.utf8.count), !reason.utf8.contains(0), !reason.allSatisfy(\.isWhitespace)
        else {
            throw ModerationError.reasonInvalid
        }
        guard try await store.has(subject, in: project) else {
            throw subject.target == .comment
                ? ModerationError.nothingToDecide(.comment) : ModerationError.exchangeUnknown(subject.exchange)
        }
        let version = try await policies.current(of: project).version
        let before = try await store.known(of: [subject.exchange], in: project).decisions[subject]
        let decision = StoredDecision(
            id: .new(on: subject.exchange.shard), subject: subject, policyVersion: version,
            verdict: ModerationPolicy.Verdict(
                action: action, categories: before?.verdict.categories ?? [], reason: reason),
            actor: actor, at: now())
        try await store.write(ModerationStore.Batch(decisions: [decision]), in: project)
        if action > .unknown { try await flagged([subject.exchange], project) }
        return decision
    }

    /// Puts a policy in force, for what is judged from now on.
    public func put(
        _ policy: ModerationPolicy, of project: ID<Project>, author: String, note: String, expected: Int64? = nil
    ) async throws -> PolicyVersion {
        guard note.utf8.count <= 1024, !note.utf8.contains(0) else { throw ModerationError.noteInvalid }
        return try await policies.put(policy, of: project, author: author, note: note, expected: expected)
    }
}
