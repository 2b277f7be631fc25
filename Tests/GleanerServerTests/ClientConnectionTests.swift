import GleanerTestSupport
import Glibc
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization
import Testing

@testable import GleanerServer

/// Over real sockets: how requests of one connection are taken, answered and ended.
@Suite("A client's connection", .timeLimit(.minutes(1)))
struct ClientConnectionTests {
    @Test("requests that come at once are answered in their order, one at a time")
    func pipelined() async throws {
        let underWay = Atomic(0)
        try await serve { request in
            #expect(underWay.add(1, ordering: .relaxed).newValue == 1)
            try await Task.sleep(for: .milliseconds(20))
            underWay.subtract(1, ordering: .relaxed)
            return Response(status: .ok, body: .init(byteBuffer: try await request.body.collect(upTo: 100)))
        } client: { client in
            try await client.send(
                (1...3).map { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n\($0)" }.joined())
            let answers = try await client.read(until: { $0.hasSuffix("\r\n\r\n3") })
            #expect(answers.split(separator: "HTTP/1.1 200 OK").compactMap(\.last) == ["1", "2", "3"])
        }
    }

    @Test("a body is handed on as it comes")
    func asItComes() async throws {
        try await serve { request in
            Response(status: .ok, body: .init(asyncSequence: request.body))
        } client: { client in
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nfirst")
            _ = try await client.read(until: { $0.contains("5\r\nfirst\r\n") })
            try await client.send("other")
            _ = try await client.read(until: { $0.hasSuffix("5\r\nother\r\n0\r\n\r\n") })
        }
    }

    @Test("a body that is read on other threads comes whole")
    func readElsewhere() async throws {
        let count = 8 << 20
        try await serve { request in
            try await withTaskExecutorPreference(globalConcurrentExecutor) {
                let body = try await request.body.collect(upTo: count)
                return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "\(body.readableBytes)")))
            }
        } client: { client in
            for _ in 0..<16 {
                try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(count)\r\n\r\n")
                try await client.send(String(repeating: "a", count: count))
                _ = try await client.read(until: { $0.hasSuffix("\r\n\r\n\(count)") })
            }
        }
    }

    @Test("a client that asks before it sends a body is told to go on")
    func asksFirst() async throws {
        try await serve { request in
            Response(status: .ok, body: .init(byteBuffer: try await request.body.collect(upTo: 100)))
        } client: { client in
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
            let word = try await client.read(until: { $0.hasSuffix("\r\n\r\n") })
            #expect(word == "HTTP/1.1 100 Continue\r\n\r\n")
            try await client.send("chai")
            let answer = try await client.read(until: { $0.hasSuffix("chai") })
            #expect(answer.hasPrefix("HTTP/1.1 200 OK"))
        }
    }

    @Test("a body that nobody takes is not read; what is left of it when the answer is out is passed over")
    func untaken() async throws {
        let (answers, answer) = AsyncStream.makeStream(of: Void.self)
        try await serve { request in
            guard request.uri.path == "/slow" else { return Response(status: .noContent) }
            for await _ in answers { break }
            return Response(status: .contentTooLarge)
        } client: { client in
            let whole = 64 << 20
            try await client.send("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: \(whole)\r\n\r\n")
            let taken = try await client.sendWhatIsTaken(of: whole)
            // Both kernels' buffers, and a few reads of NIO's.
            #expect(taken < 16 << 20)
            answer.yield()
            try await client.send(String(repeating: "a", count: whole - taken) + "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            let text = try await client.read(until: { $0.contains("204 No Content") })
            #expect(text.hasPrefix("HTTP/1.1 413"))
        }
    }

    @Test("an answer waits for a client that does not read")
    func slowReader() async throws {
        let written = Atomic(0)
        try await serve { _ in
            Response(
                status: .ok,
                body: .init { writer in
                    for _ in 0..<1024 {
                        try await writer.write(ByteBuffer(repeating: 97, count: 64 << 10))
                        written.add(64 << 10, ordering: .relaxed)
                    }
                    try await writer.finish(nil)
                })
        } client: { client in
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await Task.sleep(for: .milliseconds(300))
            #expect(written.load(ordering: .relaxed) < 16 << 20)
            let text = try await client.read(until: { $0.hasSuffix("\r\n0\r\n\r\n") })
            #expect(text.utf8.count > 64 << 20)
        }
    }

    @Test("what is no HTTP is answered with 400, and the connection closed", arguments: ["\u{0}\u{0}", "GET\r\n\r\n"])
    func garbled(_ text: String) async throws {
        try await serve { _ in
            Response(status: .ok)
        } client: { client in
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await client.read(until: { $0.hasSuffix("\r\n\r\n") })
            try await client.send(text)
            #expect(try await client.readToEnd().hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        }
    }

    @Test("a body that breaks off, or is no body, fails where it is read; the answer to it is the last")
    func brokenBody() async throws {
        let failures = Atomic(0)
        try await serve { request in
            do {
                _ = try await request.body.collect(upTo: 100)
            } catch {
                failures.add(1, ordering: .relaxed)
            }
            return Response(status: .unprocessableContent)
        } client: { client in
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nno length\r\n")
            #expect(try await client.readToEnd().hasPrefix("HTTP/1.1 422"))
            #expect(failures.load(ordering: .relaxed) == 1)
        }
    }

    @Test("after the answer a connection stays open, unless its client said otherwise")
    func keepAlive() async throws {
        try await serve { _ in
            Response(status: .ok)
        } client: { client in
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await client.read(until: { $0.hasSuffix("\r\n\r\n") })
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(try await client.readToEnd().hasPrefix("HTTP/1.1 200 OK"))
        }
        try await serve { _ in
            Response(status: .ok)
        } client: { client in
            try await client.send("GET / HTTP/1.0\r\n\r\n")
            #expect(try await client.readToEnd().hasPrefix("HTTP/1.1 200 OK"))
        }
    }

    @Test("a server that stops closes idle connections at once, and others after their answer")
    func stop() async throws {
        let (answers, answer) = AsyncStream.makeStream(of: Void.self)
        let (begun, begins) = AsyncStream.makeStream(of: Void.self)
        let server = TestServer { _ in
            begins.yield()
            for await _ in answers { break }
            return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(repeating: 97, count: 16 << 20)))
        }
        let port = try await server.port
        let idle = try RawClient(port: port)
        let busy = try RawClient(port: port)
        try await busy.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        for await _ in begun { break }
        await server.stop()
        #expect(try await idle.readToEnd() == "")
        answer.yield()
        try await Task.sleep(for: .milliseconds(100))
        let last = try await busy.readToEnd()
        #expect(last.hasPrefix("HTTP/1.1 200 OK") && last.utf8.count > 16 << 20)
        await server.task.value
    }

    @Test("a server that cannot wait lets nobody hold it up")
    func cancelled() async throws {
        let server = TestServer { _ in
            Response(
                status: .ok,
                body: .init { writer in
                    while true { try await writer.write(ByteBuffer(repeating: 97, count: 64 << 10)) }
                })
        }
        let client = try RawClient(port: try await server.port)
        try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        try await Task.sleep(for: .milliseconds(100))
        server.task.cancel()
        await server.task.value
        client.close()
    }

    @Test("one that was not served yet when the server stops is closed")
    func unserved() async throws {
        let (serving, served) = AsyncStream.makeStream(of: Void.self)
        let server = TestServer(beforeServing: { for await _ in serving {} }) { _ in Response(status: .ok) }
        let client = try RawClient(port: try await server.port)
        // It is accepted on another thread.
        try await Task.sleep(for: .milliseconds(50))
        server.task.cancel()
        served.finish()
        #expect(try await client.readToEnd() == "")
        await server.task.value
    }

    @Test("the time of an answer is RFC 9110's")
    func date() {
        let date = HTTPDate()
        #expect(date.text(at: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(date.text(at: 1_709_164_800) == "Thu, 29 Feb 2024 00:00:00 GMT")
    }

    private func serve(
        _ answer: @escaping @Sendable (Request) async throws -> Response,
        client body: @Sendable (RawClient) async throws -> Void
    ) async throws {
        let server = TestServer(answer)
        let client = try RawClient(port: try await server.port)
        try await body(client)
        client.close()
        server.task.cancel()
        await server.task.value
    }
}

/// A listener as Gleaner's own, with one answer for all.
private struct TestServer {
    let task: Task<Void, Never>
    private let group: ServiceGroup
    private let ports: AsyncStream<Int>

    init(
        beforeServing: @escaping @Sendable () async -> Void = {},
        _ answer: @escaping @Sendable (Request) async throws -> Response
    ) {
        let (ports, bound) = AsyncStream.makeStream(of: Int.self)
        self.ports = ports
        let listener = Listener.make(
            Answering(answer: answer), on: ListenAddress(host: "127.0.0.1", port: 0),
            connections: Connections(ConnectionPolicy()), loops: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "gleaner.tests")
        ) {
            bound.yield($0)
            await beforeServing()
        }
        let group = ServiceGroup(services: [listener], logger: Logger(label: "gleaner.tests"))
        self.group = group
        task = Task { try? await group.run() }
    }

    func stop() async { await group.triggerGracefulShutdown() }

    var port: Int {
        get async throws { try #require(await ports.first { _ in true }) }
    }
}

private struct Answering: ClientResponder {
    let answer: @Sendable (Request) async throws -> Response
    func respond(to request: Request, from client: ClientConnection, logger: Logger) async throws -> Response {
        try await answer(request)
    }
}

private enum RawClientError: Error {
    case failed(Int32)
    case closed(after: String)
}

/// Bytes out and in, on a socket that blocks for at most ten seconds, and threads that may.
private final class RawClient: Sendable {
    private let handle: Int32

    init(port: Int) throws { handle = try RawSocket.connect(port: port, patience: .seconds(10)) }
    deinit { Glibc.close(handle) }

    func send(_ text: String) async throws { try await blocking { try self.sendNow(text) } }

    private func sendNow(_ text: String) throws {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(handle, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw RawClientError.failed(errno) }
            bytes = bytes.dropFirst(count)
        }
    }

    /// Sends up to `whole` bytes, and gives up when none has been taken for a while.
    func sendWhatIsTaken(of whole: Int) async throws -> Int { try await blocking { self.sendWhatIsTakenNow(whole) } }

    private func sendWhatIsTakenNow(_ whole: Int) -> Int {
        let bytes = [UInt8](repeating: 97, count: 64 << 10)
        var sent = 0
        var pauses = 0
        while sent < whole, pauses < 20 {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(handle, $0.baseAddress, min($0.count, whole - sent), Int32(MSG_DONTWAIT))
            }
            if count > 0 {
                sent += count
                pauses = 0
            } else {
                pauses += 1
                usleep(20_000)
            }
        }
        return sent
    }

    func read(until isDone: @escaping @Sendable (String) -> Bool) async throws -> String {
        try await blocking {
            var text = ""
            while !isDone(text) {
                guard let more = try self.piece() else { throw RawClientError.closed(after: String(text.suffix(300))) }
                text += more
            }
            return text
        }
    }

    func readToEnd() async throws -> String {
        try await blocking {
            var text = ""
            while let more = try self.piece() { text += more }
            return text
        }
    }

    private func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await NIOThreadPool.singleton.runIfActive(body)
    }

    private func piece() throws -> String? {
        var bytes = [UInt8](repeating: 0, count: 256 << 10)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe recv(handle, $0.baseAddress, $0.count, 0) }
        guard count >= 0 else { throw RawClientError.failed(errno) }
        return count == 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    /// It leaves; nothing more is read.
    func close() { shutdown(handle, Int32(SHUT_RDWR)) }
}
