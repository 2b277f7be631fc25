import GleanerHTTP
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix

/// A listening HTTP/1.1 server with the limits that Hummingbird leaves open.
enum Listener {
    static func make<Responder: HTTPResponder>(
        _ responder: Responder, on address: ListenAddress, loops: any EventLoopGroup, logger: Logger,
        listening: @escaping @Sendable (Int) async -> Void
    ) -> Application<Responder> where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
        Application(
            responder: responder,
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [HalfClose()],
                    // Ends idle keep-alive connections and requests that never finish; running answers are not idle.
                    idleTimeout: .seconds(75),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))),
            configuration: .init(
                address: .hostname(address.host, port: address.port), backlog: 1024, reuseAddress: true),
            onServerRunning: { channel in await listening(channel.localAddress?.port ?? address.port) },
            eventLoopGroupProvider: .shared(loops), logger: logger)
    }
}
