import GleanerTestSupport
import NIOCore
import Synchronization
import Testing

@testable import AsyncCurl

/// A body whose pieces are passed on where they come.
extension CurlClientTests {
    /// What was passed, and what `take` answers next.
    private final class Passed: Sendable {
        private let state = Mutex((bytes: ByteBuffer(), pieces: 0, takesMore: true))

        init(takesMore: Bool = true) { state.withLock { $0.takesMore = takesMore } }

        func take(_ piece: ByteBuffer) -> Bool {
            state.withLock { state in
                state.bytes.writeImmutableBuffer(piece)
                state.pieces += 1
                return state.takesMore
            }
        }
        func takeMore() { state.withLock { $0.takesMore = true } }
        var text: String { state.withLock { String(buffer: $0.bytes) } }
        var bytes: ByteBuffer { state.withLock(\.bytes) }
        var pieces: Int { state.withLock(\.pieces) }
    }

    @Test("pieces are passed on while the task waits, and it goes on at a refusal and at the end")
    func passing() async throws {
        let steps: [WireStep] = [
            .readRequest, .send(head + "Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n"), .wait("second"),
            .send("3\r\ntwo\r\n"), .wait("third"), .send("5\r\nthree\r\n0\r\n\r\n"),
        ]
        try await with(steps) { client, server in
            let response = try await client.send(CurlRequest(method: "GET", url: server.url))
            let passed = Passed(takesMore: false)
            #expect(try await response.body.pass(to: passed.take))
            #expect(passed.text == "one")
            passed.takeMore()
            let rest = Task { try await response.body.pass(to: passed.take) }
            server.open("second")
            try await until("the second is there before the third was sent") { passed.text == "onetwo" }
            server.open("third")
            #expect(try await rest.value == false)
            #expect(passed.text == "onetwothree")
        }
    }

    @Test("a reader that refuses after each piece stops the sender, and gets every byte in its order")
    func passingSlowly() async throws {
        let block = (0..<(4 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
        var configuration = CurlConfiguration()
        configuration.pauseAbove = 64 << 10
        try await with(
            [.readRequest, .send(head + "Content-Length: \(block.count)\r\n\r\n"), .sendBytes(block)],
            configuration: configuration
        ) { client, server in
            let response = try await client.send(CurlRequest(method: "GET", url: server.url))
            let passed = Passed(takesMore: false)
            while try await response.body.pass(to: passed.take) {
                if passed.pieces.isMultiple(of: 16) { try await Task.sleep(for: .milliseconds(1)) }
            }
            #expect(passed.bytes == ByteBuffer(bytes: block))
            #expect(passed.pieces > 16)
        }
    }

    @Test("a body that breaks off throws after what came was passed on")
    func passingCut() async throws {
        let steps: [WireStep] = [.readRequest, .send(head + "Content-Length: 9\r\n\r\nhalf"), .wait("read"), .reset]
        try await with(steps) { client, server in
            let response = try await client.send(CurlRequest(method: "GET", url: server.url))
            let passed = Passed()
            let task = Task { try await response.body.pass(to: passed.take) }
            try await until("the half is there") { passed.text == "half" }
            server.open("read")
            await #expect(throws: CurlError.cut(receivedBytes: 4)) { try await task.value }
        }
    }

    @Test("who takes pieces may end the transfer from inside, or be cancelled outside")
    func passingCancelled() async throws {
        for isInside in [true, false] {
            try await with(
                [.readRequest, .send(head + "Content-Length: 9\r\n\r\nhalf"), .awaitClose("closed")]
            ) { client, server in
                let response = try await client.send(CurlRequest(method: "GET", url: server.url))
                let passed = Passed()
                let task = Task {
                    try await response.body.pass { piece in
                        if isInside { response.cancel() }
                        return passed.take(piece)
                    }
                }
                try await until("the half is there") { passed.text == "half" }
                if !isInside { task.cancel() }
                await #expect(throws: CurlError.cancelled) { try await task.value }
                try await until("the server sees the end") { server.isOpen("closed") }
            }
        }
    }
}
