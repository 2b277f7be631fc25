import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import GleanerServer

@Suite("What leaves a connection")
struct ConnectionGuardTests {
    private final class Asked: Sendable {
        private let times = Mutex(0)
        var count: Int { times.withLock { $0 } }
        func answer(_ isPermitted: Bool) -> Bool {
            times.withLock { $0 += 1 }
            return isPermitted
        }
    }

    private func connected() throws -> (EmbeddedChannel, ConnectionGuard) {
        let channel = EmbeddedChannel()
        let connection = ConnectionGuard(channel: channel, connections: Connections(ConnectionPolicy()))
        try channel.pipeline.syncOperations.addHandler(connection)
        channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
        return (channel, connection)
    }
    private func send(_ text: String, on channel: EmbeddedChannel) {
        channel.write(IOData.byteBuffer(ByteBuffer(string: text)), promise: nil)
        channel.flush()
    }
    private func text(_ channel: EmbeddedChannel) throws -> String? {
        guard case .byteBuffer(let bytes) = try channel.readOutbound(as: IOData.self) else { return nil }
        return String(buffer: bytes)
    }

    @Test("an answer that is held leaves when its permit says yes, which is asked once, after all is written")
    func permitted() throws {
        let (channel, connection) = try connected()
        let asked = Asked()
        connection.hold { asked.answer(true) }
        send("head ", on: channel)
        send("body", on: channel)
        #expect(asked.count == 0)
        channel.embeddedEventLoop.run()
        #expect(asked.count == 1)
        #expect(try text(channel) == "head body")
        send("the next", on: channel)
        channel.embeddedEventLoop.run()
        #expect(asked.count == 1)
        #expect(try text(channel) == "the next")
    }

    @Test("when its permit says no, nothing leaves and the connection closes", arguments: [16, 100_000])
    func refused(_ count: Int) throws {
        let (channel, connection) = try connected()
        connection.hold { false }
        send(String(repeating: "a", count: count), on: channel)
        channel.embeddedEventLoop.run()
        #expect(try text(channel) == nil)
        #expect(!channel.isActive)
    }

    @Test("who closes while an answer is held asks, too")
    func closed() throws {
        let (channel, connection) = try connected()
        let asked = Asked()
        connection.hold { asked.answer(true) }
        send("last", on: channel)
        channel.close(promise: nil)
        #expect(asked.count == 1)
        #expect(try text(channel) == "last")
    }
}
