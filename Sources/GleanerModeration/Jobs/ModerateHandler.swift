public import AsyncPostgres
import Foundation
public import GleanerCore
public import GleanerJobs

/// Told of exchanges that moderation has flagged, blocked or wants redacted: at least once each.
public typealias ExchangesFlagged = @Sendable (_ exchanges: [ID<Exchange>], _ project: ID<Project>) async throws -> Void

/// Judges exchanges after they have landed, and comments after they were given: jobs of kind `moderate`.
public struct ModerateHandler: JobHandler {
    /// Exchanges of one job.
    static let batch = 200

    public let kind = JobKind.moderate
    public let concurrency: Int
    public let lease = Duration.seconds(120)
    public let givesWay = true

    private let store: ModerationStore
    private let policies: PolicyStore
    private let bench: ModerationBench
    private let metrics: ModerationMetrics
    private let flagged: ExchangesFlagged

    public init(
        pool: PostgresPool, classifiers: Classifiers, metrics: ModerationMetrics, concurrency: Int = 4,
        flagged: @escaping ExchangesFlagged = { _, _ in }
    ) {
        self.concurrency = concurrency
        store = ModerationStore(pool: pool)
        policies = PolicyStore(pool: pool)
        bench = ModerationBench(classifiers: classifiers, now: { Date() })
        self.metrics = metrics
        self.flagged = flagged
    }

    public func run(_ job: RunningJob) async throws {
        guard let project = job.lease.project else { throw JobFailure.permanent(reason: "no project") }
        let work = ModerationWork(job.payload)
        let version = try await policies.current(of: project)
        let texts =
            try await store.texts(of: work.exchanges, in: project, system: version.policy.includesSystemPrompt)
            + store.comments(on: work.exchanges, in: project) + store.comments(work.comments, in: project)
        let known = try await store.known(of: Array(Set(texts.map(\.subject.exchange))), in: project)
        let outcome = await bench.judge(texts, by: version, known: known)
        // What a stop cut short says nothing; the job is given back.
        try Task.checkCancellation()
        try await store.write(outcome.batch, in: project, holding: job)
        metrics.count(outcome.batch)
        let worst = Dictionary(grouping: outcome.standing.values, by: \.subject.exchange)
            .filter { $0.value.contains { $0.verdict.action > .unknown } }
        // Before the job is done: a crash in between tells them again, never not at all.
        if !worst.isEmpty { try await flagged(worst.keys.sorted(), project) }
        if let failure = outcome.failures.sorted(by: { $0.key < $1.key }).first {
            let reason = "\(failure.key): \(failure.value.rawValue)"
            throw JobFailure.later(after: RetryPause.after(attempt: job.lease.attempt), reason: reason)
        }
    }
}

/// What one job is to judge.
struct ModerationWork: Sendable {
    static let exchangesMember = "exchanges"

    var exchanges: [ID<Exchange>] = []
    var comments: [(exchange: ID<Exchange>, feedback: UUID)] = []

    init(exchanges: [ID<Exchange>] = [], comments: [(exchange: ID<Exchange>, feedback: UUID)] = []) {
        self.exchanges = exchanges
        self.comments = comments
    }

    init(_ payload: JSONValue) {
        var seen: Set<ID<Exchange>> = []
        exchanges =
            payload[Self.exchangesMember]?.arrayValue?.compactMap { $0.stringValue.flatMap { ID($0) } }
            .filter { seen.insert($0).inserted } ?? []
        comments =
            payload["comments"]?.arrayValue?.compactMap { comment in
                guard let exchange = comment["exchange"]?.stringValue.flatMap({ ID<Exchange>($0) }),
                    let feedback = comment["feedback"]?.stringValue.flatMap(UUID.init(uuidString:))
                else { return nil }
                return (exchange, feedback)
            } ?? []
    }

    var payload: JSONValue {
        var members: [String: JSONValue] = [:]
        if !exchanges.isEmpty { members[Self.exchangesMember] = .array(exchanges.map { .string($0.description) }) }
        if !comments.isEmpty {
            members["comments"] = .array(
                comments.map {
                    [
                        "exchange": .string($0.exchange.description),
                        "feedback": .string($0.feedback.lowercased),
                    ]
                })
        }
        return .object(members)
    }
}
