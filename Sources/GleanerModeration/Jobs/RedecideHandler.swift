public import AsyncPostgres
import Foundation
public import GleanerCore
public import GleanerJobs

/// Decides again from stored results, when a policy has changed: jobs of kind `moderation.redecide`. Asks nobody.
///
/// Walks the project's exchanges, oldest first; where it was is told with every page, so a job that is begun again goes
/// on from there. It ends when a newer policy is in force: what that has decided by now is not decided again by this one.
public struct RedecideHandler: JobHandler {
    private static let page = 500

    public let kind = JobKind.redecide
    public let lease = Duration.seconds(60)

    private let store: ModerationStore
    private let policies: PolicyStore
    private let bench = ModerationBench(classifiers: Classifiers(), now: { Date() })
    private let metrics: ModerationMetrics
    private let flagged: ExchangesFlagged

    public init(
        pool: PostgresPool, metrics: ModerationMetrics, flagged: @escaping ExchangesFlagged = { _, _ in }
    ) {
        store = ModerationStore(pool: pool)
        policies = PolicyStore(pool: pool)
        self.metrics = metrics
        self.flagged = flagged
    }

    public func run(_ job: RunningJob) async throws {
        guard let project = job.lease.project else { throw JobFailure.permanent(reason: "no project") }
        let version = try await policies.version(job.payload["policy_version"]?.intValue ?? 0, of: project)
        let asks = job.payload["ask"]?.boolValue ?? false
        var progress = RedecideProgress(job.lease.progress)
        while !Task.isCancelled {
            let newest = try await policies.current(of: project).version
            if newest > version.version {
                progress.end(for: newest)
                return try await job.report(progress.value)
            }
            let exchanges = try await store.exchanges(
                of: project, after: progress.cursor, since: job.payload["since"]?.stringValue.flatMap { ID($0) },
                limit: Self.page)
            guard let last = exchanges.last else { return }
            let known = try await store.known(of: exchanges, in: project)
            let outcome = decide(known, version)
            try await store.write(outcome.batch, in: project, holding: job)
            metrics.count(outcome.batch)
            let worse = Set(
                outcome.batch.decisions.filter { $0.verdict.action > .unknown }.map(\.subject.exchange))
            if !worse.isEmpty { try await flagged(worse.sorted(), project) }
            if asks { try await ask(again: gaps(known, version), of: project, job.queue) }
            progress.advance(to: last, seen: exchanges.count, outcome.batch.decisions.map(\.verdict.action))
            try await job.report(progress.value)
        }
        try Task.checkCancellation()
    }

    private func decide(_ known: ModerationStore.Known, _ version: PolicyVersion) -> ModerationBench.Outcome {
        var outcome = ModerationBench.Outcome()
        for subject in Set(known.results.keys).union(known.decisions.keys) {
            // What could not be read then cannot be read now.
            guard let results = known.results[subject] else { continue }
            bench.decide(
                subject, version.policy.decide(subject.target, results), version, before: known.decisions[subject],
                into: &outcome)
        }
        return outcome
    }

    /// Exchanges of which a classifier of this policy has said nothing yet.
    private func gaps(_ known: ModerationStore.Known, _ version: PolicyVersion) -> [ID<Exchange>] {
        Set(
            known.results.filter { subject, results in
                version.policy.classifiers(of: subject.target).contains { results[$0.name]?.status != .ok }
            }.map(\.key.exchange)
        ).sorted()
    }

    private func ask(again exchanges: [ID<Exchange>], of project: ID<Project>, _ queue: JobQueue) async throws {
        try await queue.enqueue(ModerationService.jobs(for: exchanges, of: project))
    }
}

/// How far a redecision is, as its job tells it.
struct RedecideProgress: Sendable, Hashable {
    private(set) var cursor: ID<Exchange>?
    private var seen: Int64 = 0
    private var changed: [String: Int64] = [:]
    /// Of the policy for which it ended.
    private var supersededBy: Int64?

    init(_ value: JSONValue?) {
        cursor = value?["cursor"]?.stringValue.flatMap { ID($0) }
        seen = value?["exchanges"]?.intValue ?? 0
        changed = value?["changed"]?.objectValue?.compactMapValues(\.intValue) ?? [:]
    }

    mutating func end(for version: Int64) { supersededBy = version }

    mutating func advance(to cursor: ID<Exchange>, seen: Int, _ actions: [ModerationAction]) {
        self.cursor = cursor
        self.seen += Int64(seen)
        for action in actions { changed[action.rawValue, default: 0] += 1 }
    }

    var value: JSONValue {
        var members: [String: JSONValue] = [
            "cursor": cursor.map { .string($0.description) } ?? .null, "exchanges": .integer(seen),
            "changed": .object(changed.mapValues { .integer($0) }),
        ]
        if let supersededBy { members["superseded_by"] = .integer(supersededBy) }
        return .object(members)
    }
}
