import Foundation
import GleanerHTTP
import GleanerTestSupport
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import Testing

@Suite("Connections of a server that stops")
struct HTTP1ConnectionsTests {
    @Test("one that was being accepted is closed, and the process lives", .timeLimit(.minutes(1)))
    func stopsWhileAccepting() async throws {
        let (ports, bound) = AsyncStream.makeStream(of: Int.self)
        let (accepting, accepted) = AsyncStream.makeStream(of: EventLoopPromise<Void>.self)
        let application = Application(
            router: Router(),
            server: HTTPServerBuilder { responder in
                HeldConnections(inner: HTTP1Connections(responder: responder), held: { accepted.yield($0) })
            },
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { bound.yield($0.localAddress?.port ?? 0) }, logger: Logger(label: "gleaner.tests"))
        let server = Task { try await application.run() }
        let port = try #require(await ports.first { _ in true })

        let client = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port).get()
        let held = try #require(await accepting.first { _ in true })
        server.cancel()
        _ = await server.result
        held.succeed()
        try await client.closeFuture.get()
    }
}

/// Connections whose set-up ends when the test says so.
private struct HeldConnections: ServerChildChannel {
    let inner: HTTP1Connections
    let held: @Sendable (EventLoopPromise<Void>) -> Void

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<AcceptedConnection> {
        let promise = channel.eventLoop.makePromise(of: Void.self)
        held(promise)
        return inner.setup(channel: channel, logger: logger).flatMap { connection in
            promise.futureResult.map { connection }
        }
    }

    func handle(value: AcceptedConnection, logger: Logger) async { await inner.handle(value: value, logger: logger) }
}
