import AsyncEpoll
import GleanerHTTP
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle

/// A listening HTTP/1.1 server.
enum Listener {
    static func make(
        _ responder: some ClientResponder, on address: ListenAddress, connections: Connections,
        loops: any EventLoopGroup, logger: Logger, listening: @escaping @Sendable (Int) async -> Void
    ) -> any Service {
        ClientChannel(responder: responder, connections: connections)
            .server(
                configuration: .init(
                    address: .hostname(address.host, port: address.port), backlog: 1024, reuseAddress: true),
                onServerRunning: { channel in await listening(channel.localAddress?.port ?? address.port) },
                eventLoopGroup: loops, logger: logger)
    }
}

/// From the socket to the responder: `ConnectionGuard`, NIO's HTTP/1.1, `RequestWatch`, `ClientConnection`.
private struct ClientChannel<Responder: ClientResponder>: ServerChildChannel {
    let responder: Responder
    let connections: Connections
    private let date = HTTPDate()

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<AcceptedConnection<ClientConnection>> {
        channel.eventLoop.makeCompletedFuture {
            let guarding = ConnectionGuard(channel: channel, connections: connections)
            let connection = ClientConnection(channel: channel, wire: guarding)
            try channel.syncOptions?.setOption(
                .socketOption(.so_sndbuf), value: SocketOptionValue(connections.policy.sendBuffer))
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(guarding)
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false,
                // Fields that are HTTPTypes' are valid.
                withOutboundHeaderValidation: false, withEncoderConfiguration: .init(),
                withDecoderLimitConfiguration: Self.limits)
            try pipeline.addHandlers(RequestWatch(guarding), connection)
            return AcceptedConnection(connection, on: channel) { $0.channel.close(promise: nil) }
        }
    }

    private static var limits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 16 << 10
        limits.maxHeaderListSize = 32 << 10
        limits.maxHeaderFieldCount = 100
        return limits
    }

    func handle(value: AcceptedConnection<ClientConnection>, logger: Logger) async {
        let connection = value.take()
        await withTaskCancellationHandler {
            await withTaskExecutorPreference(LoopExecutor(connection.loop)) { await serve(connection, logger) }
        } onCancel: {
            connection.loop.execute { connection.cancel() }
        }
    }

    @concurrent private func serve(_ connection: ClientConnection, _ logger: Logger) async {
        do {
            while let served = await connection.next() {
                try await connection.send(await answer(served.request, connection, logger))
                guard served.keepsConnection, !connection.wire.willClose else { break }
            }
            if connection.isGarbled { try await connection.send(Self.garbled) }
            connection.close()
        } catch {
            logger.trace("an answer could not be sent", metadata: ["error": "\(error)"])
            connection.channel.close(promise: nil)
        }
        try? await connection.channel.closeFuture.get()
    }

    private func answer(_ request: Request, _ connection: ClientConnection, _ logger: Logger) async -> Response {
        var response: Response
        do {
            response = try await responder.respond(to: request, from: connection, logger: logger)
        } catch {
            logger.error("a request failed", metadata: ["error": "\(error)"])
            response = Response(status: .internalServerError)
        }
        response.headers[.date] = date.text()
        return response
    }

    private static var garbled: Response {
        Response(status: .badRequest, headers: [.connection: "close"])
    }
}
