import Hummingbird
public import HummingbirdCore
public import Logging
public import NIOCore
import NIOHTTPTypes
import Synchronization

/// HTTP/1.1 that may be stopped while clients connect.
///
/// NIO ends the whole process when a wrapped channel is dropped unserved, and a server that stops drops what it was
/// just accepting. Here such a connection is closed.
public struct HTTP1Connections: ServerChildChannel {
    private let http1: HTTP1Channel

    public init(
        responder: @escaping HTTPChannelHandler.Responder, configuration: HTTP1Channel.Configuration = .init()
    ) {
        http1 = HTTP1Channel(responder: responder, configuration: configuration)
    }

    public func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<AcceptedConnection> {
        http1.setup(channel: channel, logger: logger).map(AcceptedConnection.init)
    }

    public func handle(value connection: AcceptedConnection, logger: Logger) async {
        await http1.handle(value: connection.take(), logger: logger)
    }
}

/// A connection that is closed when nobody takes it.
public final class AcceptedConnection: ServerChildChannelValue {
    public var channel: any Channel { wrapped.channel }
    private let wrapped: HTTP1Channel.Value
    private let isTaken = Atomic(false)

    init(_ wrapped: HTTP1Channel.Value) { self.wrapped = wrapped }

    func take() -> HTTP1Channel.Value {
        isTaken.store(true, ordering: .relaxed)
        return wrapped
    }

    deinit {
        guard !isTaken.load(ordering: .relaxed) else { return }
        // The wrapper has no other way to be done with; that the client has gone is no matter.
        Task { [wrapped] in try? await wrapped.executeThenClose { _, _ in } }
    }
}

extension HTTPServerBuilder {
    /// A server for a router's or responder's calls that may be cancelled at any moment.
    public static var stoppable: HTTPServerBuilder { HTTPServerBuilder { HTTP1Connections(responder: $0) } }
}
