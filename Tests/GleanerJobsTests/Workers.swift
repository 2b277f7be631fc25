import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs
import GleanerTestSupport
import Logging
import Synchronization
import Testing

/// A handler that does what a test says, and remembers which jobs it was given.
final class ScriptedHandler: JobHandler {
    let kind: JobKind
    let concurrency: Int
    let lease: Duration
    let givesWay: Bool
    private let script: @Sendable (RunningJob) async throws -> Void
    private let seen = Mutex<[JobLease]>([])

    init(
        kind: JobKind = "test", concurrency: Int = 4, lease: Duration = .seconds(30),
        givesWay: Bool = false, _ script: @escaping @Sendable (RunningJob) async throws -> Void = { _ in }
    ) {
        self.kind = kind
        self.concurrency = concurrency
        self.lease = lease
        self.givesWay = givesWay
        self.script = script
    }

    var leases: [JobLease] { seen.withLock { $0 } }

    func run(_ job: RunningJob) async throws {
        seen.withLock { $0.append(job.lease) }
        try await script(job)
    }
}

extension JobWorker {
    /// A worker that looks often.
    static func test(_ queue: JobQueue, _ handlers: any JobHandler...) -> JobWorker {
        JobWorker(
            queue: queue, handlers: handlers,
            patience: Patience(poll: .milliseconds(20), drain: .seconds(5), count: .milliseconds(100)),
            logger: Logger(label: "jobs-test"))
    }
}

/// Waits until `condition` holds; a test that hopes in vain fails after 20 s.
func eventually(
    _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record(what, sourceLocation: sourceLocation)
}

/// Runs `worker` for as long as `body` does, and cancels it as a kill would, without a word.
func whileRunning(_ worker: JobWorker, _ body: () async throws -> Void) async throws {
    let running = Task { try await worker.run() }
    do {
        try await body()
    } catch {
        running.cancel()
        _ = await running.result
        throw error
    }
    running.cancel()
    _ = await running.result
}
