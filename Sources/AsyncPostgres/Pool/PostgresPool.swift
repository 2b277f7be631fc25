import AsyncEpoll
public import Logging
public import ServiceLifecycle
import Synchronization

/// Lends libpq connections; all of them live on one thread of their own.
///
/// Connections are opened when they are needed, before `run()` is called as well, so that command line tools need no
/// service group. When `run()` ends, every connection is closed.
public final class PostgresPool: Service, Sendable {
    public let configuration: PostgresConfiguration
    private typealias Waiting = CheckedContinuation<Result<ConnectionID, PostgresError>, Never>

    private struct Books {
        var state: PoolState
        var waiting: [RequestID: Waiting] = [:]
        var conditions: [ConnectionID: SessionCondition] = [:]
        var nextRequest = 0
        var isLeaseTimerSet = false
        var awaitingLastLease: [CheckedContinuation<Void, Never>] = []
    }
    private let books: Mutex<Books>
    private let keywords: Result<ConnectionKeywords, PostgresError>
    private let thread: PostgresThread.Runner
    private let logger: Logger

    public init(configuration: PostgresConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        books = Mutex(
            Books(state: PoolState(size: configuration.poolSize, maximumWaiters: configuration.maximumWaiters)))
        keywords = Result { () throws(PostgresError) in try ConnectionKeywords(configuration) }
        thread = PostgresThread.start(name: "postgres")
    }

    /// Gives `body` a pool that is closed when it returns or throws.
    @discardableResult
    public static func withPool<Value: Sendable>(
        _ configuration: PostgresConfiguration, logger: Logger, _ body: (PostgresPool) async throws -> Value
    ) async throws -> Value {
        let pool = PostgresPool(configuration: configuration, logger: logger)
        do {
            let value = try await body(pool)
            await pool.shutdown()
            return value
        } catch {
            await pool.shutdown()
            throw error
        }
    }

    public var statistics: PostgresPoolStatistics { books.withLock { $0.state.statistics } }

    // MARK: Borrowing

    /// Runs `body` on a connection nobody else is using; it comes back when `body` returns, throws or is cancelled.
    /// A transaction left open is rolled back; other state of the session (SET, LISTEN, temporary tables) is not reset.
    @discardableResult
    public func withConnection<Value: Sendable>(
        _ body: (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        let connection = try await lease()
        do {
            let value = try await body(connection)
            await giveBack(connection)
            return value
        } catch {
            await giveBack(connection)
            throw error
        }
    }

    /// Runs `body` between BEGIN and COMMIT, or ROLLBACK when it throws.
    /// - Throws: what `body` threw; or what COMMIT did, after which the outcome is unknown unless it is `.server`.
    @discardableResult
    public func withTransaction<Value: Sendable>(
        _ body: (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        try await withConnection { connection in
            try await connection.transaction { try await body(connection) }
        }
    }

    /// Runs one statement on any connection.
    @discardableResult
    public func query(
        _ sql: SQL, timeout: Duration? = nil, isKept: Bool = false
    ) async throws(PostgresError) -> PostgresResult {
        let connection = try await lease()
        do throws(PostgresError) {
            let result = try await connection.query(sql, timeout: timeout, isKept: isKept)
            await giveBack(connection)
            return result
        } catch {
            await giveBack(connection)
            throw error
        }
    }

    // MARK: Service

    /// Returns after a graceful shutdown or a cancellation; then every connection is closed.
    public func run() async throws {
        try? await gracefulShutdown()
        await shutdown(grace: Task.isCancelled ? .zero : configuration.leaseTimeout)
    }

    /// Refuses new leases, waits for running ones (at most `leaseTimeout`), and closes every connection.
    public func shutdown() async { await shutdown(grace: configuration.leaseTimeout) }

    private func shutdown(grace: Duration) async {
        let (refused, idle) = books.withLock { books in
            let action = books.state.close()
            return (action.refuse.compactMap { books.waiting.removeValue(forKey: $0) }, action.close)
        }
        for waiting in refused { waiting.resume(returning: .failure(.poolClosed)) }
        thread.submit { thread in for id in idle { thread.close(id) } }
        if grace > .zero { await lastLease(within: grace) }
        await withCheckedContinuation { continuation in
            let isRunning = thread.submit { thread in
                thread.closeAll()
                continuation.resume()
            }
            if !isRunning { continuation.resume() }
        }
        thread.stop()
    }

    private func lastLease(within grace: Duration) async {
        await withCheckedContinuation { continuation in
            let isDone = books.withLock { books in
                if books.state.hasLeases { books.awaitingLastLease.append(continuation) }
                return !books.state.hasLeases
            }
            if isDone { return continuation.resume() }
            let isRunning = thread.submit { thread in
                thread.loop.schedule(after: grace) { [weak self] in self?.stopAwaitingLeases() }
            }
            if !isRunning { stopAwaitingLeases() }
        }
    }

    private func stopAwaitingLeases() {
        let awaiting = books.withLock { books in
            defer { books.awaitingLastLease.removeAll() }
            return books.awaitingLastLease
        }
        for continuation in awaiting { continuation.resume() }
    }

    // MARK: Leases

    private func lease() async throws(PostgresError) -> PostgresConnection {
        while true {
            let id = try await leaseAny()
            let condition = books.withLock { $0.conditions[id] }
            guard let condition, !condition.hasEnded else {
                // It ended on its way into or out of the idle ones.
                discard(id)
                continue
            }
            return PostgresConnection(
                id: id, condition: condition, thread: thread, statementTimeout: configuration.statementTimeout)
        }
    }

    private func leaseAny() async throws(PostgresError) -> ConnectionID {
        let request = books.withLock { books in
            books.nextRequest += 1
            return RequestID(number: books.nextRequest)
        }
        let result: Result<ConnectionID, PostgresError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                enter(request, continuation)
                // The handler may have run before there was anything to cancel.
                if Task.isCancelled { cancel(request) }
            }
        } onCancel: {
            cancel(request)
        }
        return try result.get()
    }

    private func enter(_ request: RequestID, _ continuation: Waiting) {
        let deadline = ContinuousClock.now + configuration.leaseTimeout
        let action = books.withLock { books in
            let action = books.state.lease(request, deadline: deadline)
            switch action {
            case .wait, .open: books.waiting[request] = continuation
            case .lend, .refuse: break
            }
            return action
        }
        switch action {
        case .lend(let id): continuation.resume(returning: .success(id))
        case .refuse(let error): continuation.resume(returning: .failure(error))
        case .wait: setLeaseTimer()
        case .open(let id):
            open(id)
            setLeaseTimer()
        }
    }

    private func cancel(_ request: RequestID) {
        let waiting = books.withLock { books in
            books.state.cancel(request) ? books.waiting.removeValue(forKey: request) : nil
        }
        waiting?.resume(returning: .failure(.cancelled))
    }

    private func giveBack(_ connection: PostgresConnection) async {
        connection.endLease()
        switch connection.condition.current {
        case .idle: free(connection.id) { $0.returned(connection.id) }
        case .inTransaction where await connection.rollBack(): free(connection.id) { $0.returned(connection.id) }
        case .inTransaction, .busy, .ended: discard(connection.id)
        }
        if books.withLock({ $0.state.isClosed && !$0.state.hasLeases }) { stopAwaitingLeases() }
    }

    /// Passes a connection on to whoever waits for it, or puts it by.
    private func free(_ id: ConnectionID, _ event: (inout PoolState) -> PoolState.FreeAction) {
        let (action, waiting) = books.withLock { books in
            let action = event(&books.state)
            guard case .lend(_, to: let request) = action else { return (action, nil as Waiting?) }
            return (action, books.waiting.removeValue(forKey: request))
        }
        waiting?.resume(returning: .success(id))
        if action == .close { discard(id) }
    }

    private func discard(_ id: ConnectionID) {
        let replacement = books.withLock { books in
            books.conditions[id] = nil
            return books.state.lost(id)
        }
        thread.submit { $0.close(id) }
        if let replacement { open(replacement) }
    }

    /// All callers wait equally long, so one timer for the one who waits longest is enough.
    private func setLeaseTimer() {
        let deadline = books.withLock { books -> ContinuousClock.Instant? in
            guard !books.isLeaseTimerSet, let deadline = books.state.nextDeadline else { return nil }
            books.isLeaseTimerSet = true
            return deadline
        }
        guard let deadline else { return }
        thread.submit { thread in
            thread.loop.schedule(at: deadline) { [weak self] in self?.expireLeases() }
        }
    }

    private func expireLeases() {
        let expired = books.withLock { books in
            books.isLeaseTimerSet = false
            return books.state.expire(.now).compactMap { books.waiting.removeValue(forKey: $0) }
        }
        for waiting in expired { waiting.resume(returning: .failure(.leaseTimeout(after: configuration.leaseTimeout))) }
        setLeaseTimer()
    }

    // MARK: Connections

    private func open(_ id: ConnectionID) {
        let keywords: ConnectionKeywords
        switch self.keywords {
        case .success(let good): keywords = good
        case .failure(let error): return failedToOpen(id, error)
        }
        let connectTimeout = configuration.connectTimeout
        thread.submit { thread in
            thread.open(
                id, keywords, connectTimeout: connectTimeout,
                onOpen: { [weak self] result in
                    switch result {
                    case .success(let condition): self?.opened(id, condition)
                    case .failure(let error): self?.failedToOpen(id, error)
                    }
                },
                onClose: { [weak self] reason in self?.closed(id, reason) })
        }
    }

    private func opened(_ id: ConnectionID, _ condition: SessionCondition) {
        books.withLock { $0.conditions[id] = condition }
        logger.debug("Connection to Postgres opened", metadata: ["postgres.connection": "\(id.number)"])
        free(id) { $0.opened(id) }
    }

    private func failedToOpen(_ id: ConnectionID, _ error: PostgresError) {
        let (action, refused) = books.withLock { books in
            let action = books.state.failedToOpen(id, error)
            return (action, action.refuse.compactMap { books.waiting.removeValue(forKey: $0) })
        }
        for waiting in refused { waiting.resume(returning: .failure(error)) }
        // Cut short by shutdown: nobody's failure, and nothing to try again.
        if error == .poolClosed { return }
        logger.warning(
            "No connection to Postgres",
            metadata: ["error": "\(error)"])
        guard let pause = action.pause.map(Backoff.pause(afterFailures:)) else { return }
        thread.submit { thread in
            thread.loop.schedule(after: pause) { [weak self] in self?.pauseEnded() }
        }
    }

    private func pauseEnded() {
        if let id = books.withLock({ $0.state.pauseEnded() }) { open(id) }
    }

    private func closed(_ id: ConnectionID, _ reason: PostgresError) {
        books.withLock { books in
            if books.state.lostWhileIdle(id) { books.conditions[id] = nil }
        }
        logger.debug(
            "Connection to Postgres closed",
            metadata: ["postgres.connection": "\(id.number)", "reason": "\(reason)"])
    }
}
