import Foundation
import GleanerHTTP
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import Testing

@Suite("Connections of a server that stops")
struct HTTP1ConnectionsTests {
    @Test("one that waits to be served is closed, and the process lives", arguments: [false, true])
    func stopsWhileAccepting(isSetUp: Bool) async throws {
        let (ports, bound) = AsyncStream.makeStream(of: Int.self)
        let (accepting, accepted) = AsyncStream.makeStream(of: EventLoopPromise<Void>.self)
        let (serving, served) = AsyncStream.makeStream(of: Void.self)
        let application = Application(
            router: Router(),
            server: HTTPServerBuilder { responder in
                HeldConnections(inner: HTTP1Connections(responder: responder)) { accepted.yield($0) }
            },
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                bound.yield(channel.localAddress?.port ?? 0)
                // No connection is served before this is over.
                for await _ in serving {}
            }, logger: Logger(label: "gleaner.tests"))
        let server = Task { try await application.run() }
        let port = try #require(await ports.first { _ in true })

        let client = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port).get()
        let held = try #require(await accepting.first { _ in true })
        if isSetUp {
            held.succeed()
            // It is given to the server on another loop.
            try await Task.sleep(for: .milliseconds(50))
        }
        server.cancel()
        served.finish()
        _ = await server.result
        if !isSetUp { held.succeed() }

        let deadline = ContinuousClock.now + .seconds(10)
        while client.isActive, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(5)) }
        #expect(!client.isActive)
    }
}

/// Connections whose set-up ends when the test says so.
private struct HeldConnections: ServerChildChannel {
    let inner: HTTP1Connections
    let held: @Sendable (EventLoopPromise<Void>) -> Void

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Connections.Value> {
        let promise = channel.eventLoop.makePromise(of: Void.self)
        held(promise)
        return inner.setup(channel: channel, logger: logger).flatMap { connection in
            promise.futureResult.map { connection }
        }
    }

    func handle(value: HTTP1Connections.Value, logger: Logger) async {
        await inner.handle(value: value, logger: logger)
    }
}
