public import AsyncPostgres
import Foundation
import GleanerCore
public import GleanerJobs

extension JobKind {
    /// One round of a loop.
    public static let loop: JobKind = "loop"
}

/// Takes rounds on: jobs of kind `loop`, one for each round until it is over.
public struct LoopHandler: JobHandler {
    /// A canary may be watched for months, every minute.
    static let attempts = 10_000_000

    public let kind = JobKind.loop
    /// A build may take minutes, and another loop's round should not wait for it.
    public let concurrency = 4
    public let lease = Duration.seconds(60)

    private let store: PostgresLoopStore
    private let neighbours: LoopNeighbours
    private let interval: Duration

    /// - Parameter interval: between two looks at what a round waits for.
    public init(pool: PostgresPool, neighbours: LoopNeighbours, interval: Duration = .seconds(60)) {
        store = PostgresLoopStore(pool: pool)
        self.neighbours = neighbours
        self.interval = interval
    }

    public func run(_ job: RunningJob) async throws {
        guard let project = job.lease.project,
            let id = job.payload["round"]?.stringValue.flatMap({ ID<LoopRound>($0) })
        else { throw JobFailure.permanent(reason: "the job names no round") }
        try await RoundRun(
            id: id, project: project, store: store, neighbours: neighbours, running: job, pause: interval
        ).go()
    }
}
