public import HummingbirdCore
public import NIOCore
import Synchronization

/// A connection that is dropped as it must be when nobody takes it, as when the server stops just then.
public final class AcceptedConnection<Connection: Sendable>: ServerChildChannelValue {
    public let channel: any Channel
    private let connection: Connection
    private let drop: @Sendable (Connection) -> Void
    private let isTaken = Atomic(false)

    /// - Parameter drop: closes it.
    public init(_ connection: Connection, on channel: any Channel, drop: @escaping @Sendable (Connection) -> Void) {
        self.channel = channel
        self.connection = connection
        self.drop = drop
    }

    public func take() -> Connection {
        isTaken.store(true, ordering: .relaxed)
        return connection
    }

    deinit {
        if !isTaken.load(ordering: .relaxed) { drop(connection) }
    }
}
