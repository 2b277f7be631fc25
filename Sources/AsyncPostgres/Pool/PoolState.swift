import DequeModule

struct RequestID: Hashable, Sendable {
    let number: Int
}

/// Bookkeeping of the pool as a value: events in, one action out. No clock, no I/O, no lock.
///
/// A connection is opening, idle or leased. A caller who finds none idle waits in line, even when one is being opened
/// on its account: whichever becomes free first is lent to whoever waits longest.
struct PoolState {
    enum LeaseAction: Equatable { case lend(ConnectionID), open(ConnectionID), wait, refuse(PostgresError) }
    /// What to do with a connection that is fit for use.
    enum FreeAction: Equatable { case lend(ConnectionID, to: RequestID), park, close }
    /// After a failed attempt: whom to refuse, and for which pause in a row to wait before the next attempt; `nil` when
    /// a pause is running already.
    struct FailAction: Equatable {
        var refuse: [RequestID] = []
        var pause: Int?
    }
    struct CloseAction: Equatable {
        var refuse: [RequestID]
        var close: [ConnectionID]
    }
    private struct Waiter {
        let request: RequestID
        let deadline: ContinuousClock.Instant
    }

    private let size: Int
    private let maximumWaiters: Int
    private var opening: Set<ConnectionID> = []
    private var idle: [ConnectionID] = []
    private var leased: Set<ConnectionID> = []
    private var waiters: Deque<Waiter> = []
    private var nextNumber = 0
    private var pausesInARow = 0
    /// Set while no new attempt is made after a failed one.
    private var lastFailure: PostgresError?
    private(set) var isClosed = false

    init(size: Int, maximumWaiters: Int) {
        self.size = max(size, 1)
        self.maximumWaiters = maximumWaiters
    }

    var statistics: PostgresPoolStatistics {
        PostgresPoolStatistics(
            open: opening.count + idle.count + leased.count, idle: idle.count, leased: leased.count,
            waiting: waiters.count)
    }
    /// Callers give up in the order they came, as all of them wait equally long.
    var nextDeadline: ContinuousClock.Instant? { waiters.first?.deadline }
    var hasLeases: Bool { !leased.isEmpty }

    mutating func lease(_ request: RequestID, deadline: ContinuousClock.Instant) -> LeaseAction {
        if isClosed { return .refuse(.poolClosed) }
        // The one used last: its caches are warm, here and in its backend.
        if let id = idle.popLast() {
            leased.insert(id)
            return .lend(id)
        }
        if let lastFailure, opening.isEmpty, leased.isEmpty { return .refuse(lastFailure) }
        if waiters.count >= maximumWaiters { return .refuse(.poolExhausted(waiting: waiters.count)) }
        waiters.append(Waiter(request: request, deadline: deadline))
        return openIfNeeded().map(LeaseAction.open) ?? .wait
    }

    mutating func opened(_ id: ConnectionID) -> FreeAction {
        guard opening.remove(id) != nil, !isClosed else { return .close }
        pausesInARow = 0
        lastFailure = nil
        return free(id)
    }

    /// Those who wait are refused only when no connection is left that could come to them.
    mutating func failedToOpen(_ id: ConnectionID, _ error: PostgresError) -> FailAction {
        opening.remove(id)
        var action = FailAction()
        if lastFailure == nil {
            pausesInARow += 1
            action.pause = pausesInARow
        }
        lastFailure = error
        if opening.isEmpty, leased.isEmpty {
            action.refuse = waiters.map(\.request)
            waiters.removeAll()
        }
        return action
    }

    /// The pause after a failed attempt is over.
    mutating func pauseEnded() -> ConnectionID? {
        lastFailure = nil
        return openIfNeeded()
    }

    /// A lease has ended and left its connection fit for the next one.
    mutating func returned(_ id: ConnectionID) -> FreeAction {
        guard leased.remove(id) != nil, !isClosed else { return .close }
        return free(id)
    }

    /// A connection is gone, whether it was idle or leased.
    /// - Returns: another to open in its place for those who wait.
    mutating func lost(_ id: ConnectionID) -> ConnectionID? {
        idle.removeAll { $0 == id }
        leased.remove(id)
        return openIfNeeded()
    }

    /// A connection has ended by itself; a leased one is its holder's affair.
    /// - Returns: whether it was idle.
    mutating func lostWhileIdle(_ id: ConnectionID) -> Bool {
        guard let index = idle.firstIndex(of: id) else { return false }
        idle.remove(at: index)
        return true
    }

    /// - Returns: whether the request was still waiting.
    mutating func cancel(_ request: RequestID) -> Bool {
        guard let index = waiters.firstIndex(where: { $0.request == request }) else { return false }
        waiters.remove(at: index)
        return true
    }

    /// - Returns: the requests whose time is up.
    mutating func expire(_ now: ContinuousClock.Instant) -> [RequestID] {
        var expired: [RequestID] = []
        while let first = waiters.first, first.deadline <= now { expired.append(waiters.removeFirst().request) }
        return expired
    }

    /// No lease from here on; leased connections are closed as they come back.
    mutating func close() -> CloseAction {
        defer {
            isClosed = true
            waiters.removeAll()
            idle.removeAll()
        }
        return CloseAction(refuse: waiters.map(\.request), close: idle)
    }

    private mutating func free(_ id: ConnectionID) -> FreeAction {
        if let waiter = waiters.popFirst() {
            leased.insert(id)
            return .lend(id, to: waiter.request)
        }
        leased.remove(id)
        idle.append(id)
        return .park
    }

    /// One more connection when more callers wait than connections are coming, and there is room for it.
    private mutating func openIfNeeded() -> ConnectionID? {
        guard !isClosed, lastFailure == nil, waiters.count > opening.count,
            opening.count + idle.count + leased.count < size
        else { return nil }
        nextNumber += 1
        let id = ConnectionID(number: nextNumber)
        opening.insert(id)
        return id
    }
}
