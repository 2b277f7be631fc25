public import AsyncPostgres
import Foundation
import GleanerCore
public import GleanerJobs
public import Logging

extension JobKind {
    /// Erases what was confirmed.
    public static let erasure: JobKind = "erasure.run"
    /// Looks once more for what came to erased exchanges while they were being erased.
    public static let erasureAgain: JobKind = "erasure.again"
}

/// Jobs of kind `erasure.run`. Each step finds what the one before has left, so a killed worker's successor goes on.
public struct ErasureHandler: JobHandler {
    public let kind = JobKind.erasure
    /// How long running instances are waited for; what comes later is in the receipt as pending.
    static let patience = Duration.seconds(120)
    /// After that long without a word an instance is not running.
    static let silence = 30.0

    private let store: ErasureStore
    private let raters: any RaterNames
    private let consequences: ErasureConsequences
    private let logger: Logger

    public init(
        pool: PostgresPool, raters: any RaterNames, rebuilder: any DatasetRebuilder,
        files: any ProviderFiles = NoProviderFiles(), logger: Logger
    ) {
        store = ErasureStore(pool: pool)
        self.raters = raters
        consequences = ErasureConsequences(
            store: store, versions: ErasureVersions(pool: pool, rebuilder: rebuilder, logger: logger), files: files)
        self.logger = logger
    }

    public func run(_ job: RunningJob) async throws {
        guard let id = job.payload["erasure"]?.stringValue.flatMap({ ID<Erasure>($0) }),
            let erasure = try await store.find(id, in: job.lease.project)
        else { throw JobFailure.permanent(reason: "no such erasure") }
        guard erasure.state != .done else { return }
        guard let subject = erasure.subject, let before = erasure.erasedBefore else {
            throw JobFailure.permanent(reason: "the erasure was not confirmed")
        }
        let sweep = ErasureSweep(
            pool: store.pool, project: erasure.project, subject: subject, before: before,
            raters: raters.all(of: subject, in: erasure.project), erasure: id)
        try await sweep.run { try await job.report(["exchanges": .integer(Int64($0))]) }
        try await store.say(.waiting, of: id)
        try await waitForJournals(until: before, job)
        // What was on its way into PostgreSQL when the tombstone was set, and what was said of it meanwhile.
        try await sweep.run()
        try await consequences.follow(erasure, sweep)
        try await job.queue.enqueue(
            NewJob(
                kind: .erasureAgain, project: erasure.project, payload: job.payload,
                idempotencyKey: id.description, delay: ErasureAgainHandler.delay, maximumAttempts: 100))
        try await store.say(.done, of: id)
        logger.notice("erased", metadata: ["erasure.id": "\(id)", "erasure.kind": "\(erasure.kind.rawValue)"])
    }

    /// A running instance empties its journal within moments, unless an exchange of the subject is still open.
    private func waitForJournals(until before: Date, _ job: RunningJob) async throws {
        let deadline = ContinuousClock.now + Self.patience
        while ContinuousClock.now < deadline {
            let waiting: Int64 = try await store.pool.query(
                """
                SELECT count(*) AS count FROM gleaner.journals
                WHERE confirmed_until < \(before)
                  AND seen_at > clock_timestamp() - make_interval(secs => \(Self.silence))
                """)[0].decode("count")
            if waiting == 0 { return }
            try await job.report(["waiting_for_journals": .integer(waiting)])
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}

/// What an erasure brings about outside of the tables it swept. All of it may be done again.
struct ErasureConsequences: Sendable {
    let store: ErasureStore
    let versions: ErasureVersions
    let files: any ProviderFiles

    /// Versions without what was erased, files at providers, and what trainers said until their jobs had ended.
    func follow(_ erasure: Erasure, _ sweep: ErasureSweep) async throws {
        try await versions.replace(for: erasure)
        let ids = try await versions.ids(of: erasure.id)
        guard !ids.isEmpty else { return }
        try await store.note(files.erase(of: ids, in: erasure.project), of: erasure.id)
        try await sweep.run(trainedOn: ids)
    }
}

/// Jobs of kind `erasure.again`, when whoever had read an erased exchange before has had their say: classifiers, reviewers,
/// builds of datasets, which may freeze what they saw in a snapshot from before, and trainers that were to end their jobs.
public struct ErasureAgainHandler: JobHandler {
    /// Longer than a build may take.
    static let delay = Duration.seconds(1200)

    public let kind = JobKind.erasureAgain
    private let store: ErasureStore
    private let consequences: ErasureConsequences

    public init(
        pool: PostgresPool, rebuilder: any DatasetRebuilder, files: any ProviderFiles = NoProviderFiles(),
        logger: Logger
    ) {
        store = ErasureStore(pool: pool)
        consequences = ErasureConsequences(
            store: store, versions: ErasureVersions(pool: pool, rebuilder: rebuilder, logger: logger), files: files)
    }

    public func run(_ job: RunningJob) async throws {
        guard let id = job.payload["erasure"]?.stringValue.flatMap({ ID<Erasure>($0) }),
            let erasure = try await store.find(id, in: job.lease.project), let before = erasure.erasedBefore
        else { throw JobFailure.permanent(reason: "no such erasure") }
        func sweep(_ exchange: ID<Exchange>) -> ErasureSweep {
            ErasureSweep(
                pool: store.pool, project: erasure.project, subject: .exchange(exchange), before: before, raters: [],
                erasure: id)
        }
        var cursor: ID<Exchange>?
        var last: ErasureSweep?
        while true {
            let ids = try await store.erased(by: id, after: cursor, limit: ErasureSweep.batch)
            guard let first = ids.first else { break }
            last = sweep(first)
            _ = try await sweep(first).run(again: ids)
            cursor = ids.last
            try await job.report(["cursor": .string(cursor?.description ?? "")])
        }
        if let last { try await consequences.follow(erasure, last) }
    }
}
