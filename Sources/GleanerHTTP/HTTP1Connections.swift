import Hummingbird
public import HummingbirdCore
public import Logging
public import NIOCore
import NIOHTTPTypes

/// HTTP/1.1 that may be stopped while clients connect.
///
/// NIO ends the whole process when a wrapped channel is dropped unserved, and a server that stops drops what it was
/// just accepting. Here such a connection is closed.
public struct HTTP1Connections: ServerChildChannel {
    private let http1: HTTP1Channel

    public init(responder: @escaping HTTPChannelHandler.Responder) { http1 = HTTP1Channel(responder: responder) }

    public func setup(
        channel: any Channel, logger: Logger
    ) -> EventLoopFuture<AcceptedConnection<HTTP1Channel.Value>> {
        http1.setup(channel: channel, logger: logger).map { wrapped in
            AcceptedConnection(wrapped, on: channel) { wrapped in
                // The wrapper has no other way to be done with; that the client has gone is no matter.
                Task { try? await wrapped.executeThenClose { _, _ in } }
            }
        }
    }

    public func handle(value connection: AcceptedConnection<HTTP1Channel.Value>, logger: Logger) async {
        await http1.handle(value: connection.take(), logger: logger)
    }
}

extension HTTPServerBuilder {
    /// A server for a router's or responder's calls that may be cancelled at any moment.
    public static var stoppable: HTTPServerBuilder { HTTPServerBuilder { HTTP1Connections(responder: $0) } }
}
