import Synchronization

/// How a connection's last step left it: written by its thread before the caller is told, read when it is given back.
final class SessionCondition: Sendable {
    enum State: Hashable {
        /// Outside a transaction, nothing running: fit for the next caller.
        case idle
        /// In a transaction, failed or not.
        case inTransaction
        /// In the middle of a copy or a statement.
        case busy
        /// The connection is no more.
        case ended(PostgresError)
    }
    private let state = Mutex(State.idle)
    var current: State {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
    var hasEnded: Bool {
        if case .ended = current { true } else { false }
    }
}
