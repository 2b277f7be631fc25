public import GleanerCore

/// Does the work of one kind of job.
///
/// A job may be run again although its work was done: its worker died before it could say so. A handler whose work must
/// not be done twice says so in the transaction that does it, with `JobQueue.complete(_:on:)`.
public protocol JobHandler: Sendable {
    var kind: JobKind { get }
    /// How many may run at the same time in this process.
    var concurrency: Int { get }
    /// How long a worker that says nothing is believed to be alive; it speaks three times as often.
    var lease: Duration { get }
    /// Whether new jobs wait while the process has something more urgent to do (`JobWorker`), though not for ever.
    var givesWay: Bool { get }

    /// Returns when the job is done.
    /// - Throws: `JobFailure` to say whether and when to try again; anything else is tried again after `RetryPause`.
    func run(_ job: RunningJob) async throws
}

extension JobHandler {
    public var concurrency: Int { 1 }
    public var lease: Duration { .seconds(60) }
    public var givesWay: Bool { false }
}

/// A job as its handler sees it.
public struct RunningJob: Sendable {
    public let lease: JobLease
    public let queue: JobQueue
    let leaseDuration: Duration

    /// - Parameter leaseDuration: for how long a word of progress keeps the lease.
    public init(lease: JobLease, queue: JobQueue, leaseDuration: Duration) {
        self.lease = lease
        self.queue = queue
        self.leaseDuration = leaseDuration
    }

    public var payload: JSONValue { lease.payload }

    /// Says how far the work is; it is shown by `gleaner jobs`, and found as `lease.progress` when the job is begun again.
    /// - Throws: `JobError.leaseLost`; then the handler should stop.
    public func report(_ progress: JSONValue) async throws {
        try await queue.heartbeat(lease, for: leaseDuration, progress: progress)
    }
}
