import AsyncEpoll
import Synchronization

/// A connection lent to one caller for as long as the closure runs it was handed to.
///
/// Statements given from several tasks run one after another. Cancelling the task that awaits one ends the connection.
public final class PostgresConnection: Sendable {
    let id: ConnectionID
    let condition: SessionCondition
    private let thread: PostgresThread.Runner
    let statementTimeout: Duration
    private let isLent = Atomic(true)

    init(id: ConnectionID, condition: SessionCondition, thread: PostgresThread.Runner, statementTimeout: Duration) {
        self.id = id
        self.condition = condition
        self.thread = thread
        self.statementTimeout = statementTimeout
    }

    /// Runs one statement.
    /// - Parameters:
    ///   - timeout: until the whole answer is here; `nil` is `PostgresConfiguration.statementTimeout`.
    ///   - isKept: for a text that comes often: the server parses and plans it once for each connection.
    @discardableResult
    public func query(
        _ sql: SQL, timeout: Duration? = nil, isKept: Bool = false
    ) async throws(PostgresError) -> PostgresResult {
        try await result(of: .query(BoundStatement(sql, isKept: isKept)), timeout: timeout)
    }

    /// Runs several statements that take no values and whose rows nobody reads. Unless the script says otherwise they
    /// are one transaction.
    public func execute(script: String, timeout: Duration? = nil) async throws(PostgresError) {
        if script.holdsNUL { throw .nulInText }
        _ = try await result(of: .script(script), timeout: timeout)
    }

    /// Runs `body` between BEGIN and COMMIT, or ROLLBACK when it throws. The task's cancellation does not reach COMMIT
    /// and ROLLBACK: once they are due they run to their end.
    @discardableResult
    public func transaction<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await query("BEGIN")
        do {
            let value = try await body()
            try await commit()
            return value
        } catch {
            if isInTransaction { _ = await rollBack() }
            throw error
        }
    }

    // MARK: Inside the module

    var isInTransaction: Bool { condition.current == .inTransaction }

    /// From here on the connection refuses its former holder.
    func endLease() { isLent.store(false, ordering: .releasing) }

    /// Undoes what the holder left open; runs after the lease, and even when the holder has been cancelled.
    /// - Returns: whether the connection is fit for the next one.
    func rollBack() async -> Bool {
        guard let sql = try? BoundStatement("ROLLBACK") else { return false }
        let reply = await send(.query(sql), timeout: statementTimeout, isCancellable: false)
        if case .success = reply { return condition.current == .idle }
        return false
    }

    /// Whether a commit arrived cannot be known once its task has gone away, so it is waited for.
    private func commit() async throws(PostgresError) {
        let statement: SQL = "COMMIT"
        let reply = try await step(.query(BoundStatement(statement)), isCancellable: false)
        // A transaction with a failed statement answers COMMIT with ROLLBACK, and no error.
        if case .result(let result) = reply, result.commandTag != "COMMIT" {
            throw .server(
                PostgresError.ServerError(
                    sqlState: "25P02", message: "the transaction was rolled back, because a statement in it had failed",
                    statement: statement.text))
        }
    }

    func result(of step: Step, timeout: Duration?) async throws(PostgresError) -> PostgresResult {
        let isRaised = try await raiseServerTimeout(above: timeout)
        let reply = await attempt(step, timeout: timeout)
        if isRaised { await restoreServerTimeout() }
        guard case .result(let result) = try reply.get() else {
            throw .server(.outOfPlace("COPY is for copyIn and copyOut", statement: ""))
        }
        return result
    }

    /// The server's own limit is a net below ours; where a caller asks for longer, it must not be the first to act.
    /// - Returns: whether it had to be raised.
    func raiseServerTimeout(above timeout: Duration?) async throws(PostgresError) -> Bool {
        guard let timeout, timeout > statementTimeout else { return false }
        let scope = isInTransaction ? "LOCAL " : ""
        let milliseconds = ConnectionKeywords.serverTimeout(above: timeout).wholeMilliseconds
        _ = try await step(.script("SET \(scope)statement_timeout = \(milliseconds)"))
        return true
    }

    /// Inside a transaction the setting ends with it. Should this fail, the net only hangs lower.
    func restoreServerTimeout() async {
        guard condition.current == .idle else { return }
        _ = await attempt(.script("RESET statement_timeout"), isCancellable: false)
    }

    /// Hands a step to the thread and awaits its reply.
    func step(_ step: Step, timeout: Duration? = nil, isCancellable: Bool = true) async throws(PostgresError) -> Reply {
        try await attempt(step, timeout: timeout, isCancellable: isCancellable).get()
    }

    private func attempt(
        _ step: Step, timeout: Duration? = nil, isCancellable: Bool = true
    ) async -> Result<Reply, PostgresError> {
        guard isLent.load(ordering: .acquiring) else { return .failure(.poolClosed) }
        return await send(step, timeout: timeout ?? statementTimeout, isCancellable: isCancellable)
    }

    private func send(_ step: Step, timeout: Duration, isCancellable: Bool) async -> Result<Reply, PostgresError> {
        let ticket = Job.Ticket()
        let (id, thread) = (id, thread)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let job = Job(step, ticket: ticket, timeout: timeout, continuation: continuation)
                if !thread.submit({ $0.run(job, on: id) }) { job.finish(.failure(.poolClosed)) }
            }
        } onCancel: {
            guard isCancellable else { return }
            ticket.isCancelled.store(true, ordering: .releasing)
            thread.submit { $0.cancel(ticket, on: id) }
        }
    }
}
