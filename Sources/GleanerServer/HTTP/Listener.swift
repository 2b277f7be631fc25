import AsyncEpoll
import GleanerHTTP
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix

/// A listening HTTP/1.1 server with the limits that Hummingbird leaves open.
enum Listener {
    static func make<Responder: HTTPResponder>(
        _ responder: Responder, on address: ListenAddress, connections: Connections, loops: any EventLoopGroup,
        logger: Logger, listening: @escaping @Sendable (Int) async -> Void
    ) -> Application<Responder> where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
        Application(
            responder: responder,
            server: HTTPServerBuilder { GuardedChannel(responder: $0, connections: connections) },
            configuration: .init(
                address: .hostname(address.host, port: address.port), backlog: 1024, reuseAddress: true),
            onServerRunning: { channel in await listening(channel.localAddress?.port ?? address.port) },
            eventLoopGroupProvider: .shared(loops), logger: logger)
    }
}

/// An HTTP/1.1 connection with a `ConnectionGuard` before it.
private struct GuardedChannel: ServerChildChannel {
    private let http1: HTTP1Connections
    private let connections: Connections

    init(responder: @escaping HTTPChannelHandler.Responder, connections: Connections) {
        http1 = HTTP1Connections(
            responder: responder,
            configuration: .init(
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100)))
        self.connections = connections
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<AcceptedConnection> {
        let connection = ConnectionGuard(channel: channel, connections: connections)
        do {
            try channel.syncOptions?.setOption(
                .socketOption(.so_sndbuf), value: SocketOptionValue(connections.policy.sendBuffer))
            try channel.pipeline.syncOperations.addHandler(connection)
            return http1.setup(channel: channel, logger: logger).flatMapThrowing { value in
                let pipeline = channel.pipeline.syncOperations
                let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
                try pipeline.addHandler(RequestWatch(connection), position: .after(decoder))
                return value
            }
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
    }

    func handle(value: AcceptedConnection, logger: Logger) async {
        await withTaskExecutorPreference(LoopExecutor(value.channel.eventLoop)) {
            await http1.handle(value: value, logger: logger)
        }
    }
}
