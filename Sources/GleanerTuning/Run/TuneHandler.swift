public import AsyncPostgres
import Foundation
import GleanerCore
public import GleanerJobs

extension JobKind {
    /// One fine-tune, from its files to its model.
    public static let tune: JobKind = "tune"
}

/// What one job of the queue is to do.
struct TuningWork: Sendable {
    let job: ID<TuningJob>

    init(job: ID<TuningJob>) { self.job = job }

    init?(_ payload: JSONValue) {
        guard let job = payload["tuning_job"]?.stringValue.flatMap({ ID<TuningJob>($0) }) else { return nil }
        self.job = job
    }

    var payload: JSONValue { ["tuning_job": .string(job.description)] }
}

/// Takes a fine-tune from wherever it was left to its end, which may be hours away.
public struct TuneHandler: JobHandler {
    /// A trainer that is away for days is waited for, and every restart of Gleaner counts as an attempt.
    static let attempts = 10_000

    public let kind = JobKind.tune
    public let concurrency: Int
    public let lease = Duration.seconds(60)

    private let store: TuningStore
    private let files: any TrainingFiles
    private let drivers: TuningDrivers
    private let configuration: TuningConfiguration

    public init(
        pool: PostgresPool, files: any TrainingFiles, drivers: TuningDrivers, configuration: TuningConfiguration
    ) {
        store = TuningStore(pool: pool)
        self.files = files
        self.drivers = drivers
        self.configuration = configuration
        concurrency = configuration.concurrency
    }

    public func run(_ job: RunningJob) async throws {
        guard let work = TuningWork(job.payload), let project = job.lease.project,
            let tuning = try await store.job(work.job, of: project)
        else { throw JobFailure.permanent(reason: "the tuning job is gone") }
        // Its end and the end of this job are one; but somebody may have let it begin again.
        guard !tuning.state.isEnd else { return }
        guard let driver = drivers.driver(for: tuning) else {
            throw JobFailure.later(after: .seconds(60), reason: "no training program is configured here")
        }
        var run = try await TuningRun(
            tuning, store: store, files: files, driver: driver, configuration: configuration, running: job)
        try await run.toItsEnd()
    }
}
