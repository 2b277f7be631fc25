import Synchronization

/// What a caller asks of a connection.
enum Step: Sendable {
    case query(BoundStatement)
    /// Statements of the simple protocol; the answer is the last one's.
    case script(String)
    /// Starts a copy; the connection then takes only the steps below until the copy has ended.
    case beginCopy(BoundStatement)
    case putCopy([UInt8])
    /// - `reason`: `nil` when complete, otherwise why the server is to undo it.
    case endCopyIn(reason: String?)
    /// Asks for the next rows of a copy out, about `Session.copyPiece` bytes of them.
    case readCopy
}

enum Reply: Sendable {
    case result(PostgresResult)
    case copyBegan
    case copyPut
    case copyPiece([UInt8])
}

/// A step on its way through the connection's thread, and the task that awaits it.
struct Job: Sendable {
    /// Tells jobs apart, and remembers a cancellation that overtook its job on the way to the thread.
    final class Ticket: Sendable {
        let isCancelled = Atomic(false)
    }
    let step: Step
    let ticket: Ticket
    let timeout: Duration
    let deadline: ContinuousClock.Instant
    private let continuation: CheckedContinuation<Result<Reply, PostgresError>, Never>

    init(
        _ step: Step, ticket: Ticket, timeout: Duration,
        continuation: CheckedContinuation<Result<Reply, PostgresError>, Never>
    ) {
        self.step = step
        self.ticket = ticket
        self.timeout = timeout
        self.deadline = .now + timeout
        self.continuation = continuation
    }

    func finish(_ result: Result<Reply, PostgresError>) { continuation.resume(returning: result) }
}
