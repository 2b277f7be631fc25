import Foundation
import GleanerTestSupport
import NIOCore
import NIOPosix
import Testing

@testable import AsyncCurl

@Suite("Transfers", .timeLimit(.minutes(2)))
struct CurlClientTests {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Twice: a\r\nx-twice: b\r\n"

    /// Runs `body` with a client and a server, and stops both: once with the client on a thread of its own, and once as
    /// the guest of an event loop.
    func with(
        _ scripts: [WireStep]..., configuration: CurlConfiguration = .init(),
        _ body: (CurlClient, WireServer) async throws -> Void
    ) async throws {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        for client in [
            CurlClient(configuration: configuration), CurlClient(configuration: configuration, on: loops.any()),
        ] {
            let server = WireServer(scripts)
            defer {
                client.shutdown()
                server.stop()
            }
            try await body(client, server)
        }
        try await loops.shutdownGracefully()
    }
    func until(_ what: String, _ condition: () -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while !condition() {
            guard ContinuousClock.now < deadline else {
                Issue.record("waited in vain until \(what)")
                return
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    // MARK: What is sent

    @Test("a request goes out to the byte, and nothing is added but Host and Content-Length")
    func exactRequest() async throws {
        try await with([.readRequest, .send(head + "Content-Length: 2\r\n\r\nok"), .readRequest]) {
            client, server in
            let body = ByteBuffer(bytes: [0x7B, 0x00, 0xFF, 0xC0, 0x80, 0x0D, 0x0A, 0x7D])
            let response = try await client.send(
                CurlRequest(method: "POST", url: server.url, headers: [("X-One", "1"), ("X-Empty", "")], body: body))
            #expect(response.status == 200)
            #expect(response.headers.first("CONTENT-TYPE") == "text/plain")
            #expect(response.headers.filter { $0.name.lowercased() == "x-twice" }.map(\.value) == ["a", "b"])
            #expect(String(buffer: try await response.collect(upTo: 10)) == "ok")
            #expect(
                server.requests == [
                    "POST /path HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nX-One: 1\r\nX-Empty:\r\nContent-Length: 8\r\n\r\n"
                        + "\u{7B}\u{0}\u{FF}\u{C0}\u{80}\r\n\u{7D}"
                ])
        }
    }

    @Test("a body above a megabyte goes out at once, without Expect")
    func largeBody() async throws {
        try await with([.readRequest, .send(head + "Content-Length: 0\r\n\r\n")]) { client, server in
            let body = ByteBuffer(repeating: 0x61, count: 3 << 20)
            let response = try await client.send(CurlRequest(method: "POST", url: server.url, body: body))
            #expect(response.status == 200)
            #expect(!server.requests[0].contains("Expect"))
            #expect(server.requests[0].utf8.count > 3 << 20)
        }
    }

    @Test(
        "a control character in a header is refused before anything is sent",
        arguments: ["a\r\nX: b", "a\nb", "a\u{0}", "\u{7F}"])
    func headerInjection(_ value: String) async throws {
        try await with([.readRequest]) { client, server in
            await #expect(throws: CurlError.invalidHeader(name: "X-A")) {
                try await client.send(CurlRequest(method: "GET", url: server.url, headers: [("X-A", value)]))
            }
            #expect(server.accepted == 0)
        }
    }

    @Test("other schemes are refused", arguments: ["file:///etc/passwd", "ftp://x/", "gopher://x", "", "http:// x"])
    func schemes(_ url: String) async throws {
        let client = CurlClient()
        defer { client.shutdown() }
        await #expect(throws: CurlError.invalidURL) { try await client.send(CurlRequest(method: "GET", url: url)) }
    }

    // MARK: What comes back

    @Test("a piece is there before the next one has been sent")
    func streaming() async throws {
        let steps: [WireStep] = [
            .readRequest, .send(head + "Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n"), .wait("second"),
            .send("3\r\ntwo\r\n0\r\n\r\n"),
        ]
        try await with(steps) { client, server in
            let response = try await client.send(CurlRequest(method: "GET", url: server.url))
            let iterator = response.body.makeAsyncIterator()
            #expect(try await iterator.next().map { String(buffer: $0) } == "one")
            server.open("second")
            #expect(try await iterator.next().map { String(buffer: $0) } == "two")
            #expect(try await iterator.next() == nil)
        }
    }

    @Test("1xx heads are skipped, redirects are not followed, bodies may be missing")
    func oddHeads() async throws {
        let steps: [WireStep] = [
            .readRequest,
            .send(
                "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"
            ),
            .readRequest, .send("HTTP/1.1 204 No Content\r\n\r\n"),
            .readRequest, .send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"),
        ]
        try await with(steps) { client, server in
            let redirect = try await client.send(CurlRequest(method: "GET", url: server.url))
            #expect(redirect.status == 302)
            #expect(redirect.headers.first("link") == nil)
            #expect(try await redirect.collect(upTo: 1).readableBytes == 0)
            let empty = try await client.send(CurlRequest(method: "DELETE", url: server.url))
            #expect(empty.status == 204)
            #expect(try await empty.collect(upTo: 1).readableBytes == 0)
            let headOnly = try await client.send(CurlRequest(method: "HEAD", url: server.url))
            #expect(try await headOnly.collect(upTo: 1).readableBytes == 0)
            #expect(server.accepted == 1)
            #expect(server.requests.map { $0.prefix(while: { $0 != " " }) } == ["GET", "DELETE", "HEAD"])
        }
    }

    @Test("a slow reader stops the sender, and still gets every byte")
    func backpressure() async throws {
        let megabytes = 48
        var bytes: [UInt8] = []
        var random = SystemRandomNumberGenerator()
        for _ in 0..<(1 << 17) { withUnsafeBytes(of: random.next()) { bytes += $0 } }
        let block = bytes
        var steps: [WireStep] = [.readRequest, .send(head + "Content-Length: \(megabytes << 20)\r\n\r\n")]
        steps += Array(repeating: WireStep.sendBytes(block), count: megabytes)
        try await with(steps) { client, server in
            let response = try await client.send(CurlRequest(method: "GET", url: server.url))
            // Nobody reads: what was sent must come to rest, far below the whole.
            var last = -1
            while server.bytesSent != last {
                last = server.bytesSent
                try await Task.sleep(for: .milliseconds(200))
            }
            #expect(last < 24 << 20)
            var whole = 0
            var matches = true
            for try await piece in response.body {
                // Pieces start anywhere in a block; compared a stretch at a time.
                var rest = piece
                while rest.readableBytes > 0 {
                    let offset = whole % block.count
                    let count = min(rest.readableBytes, block.count - offset)
                    let stretch = rest.readBytes(length: count)
                    matches = matches && stretch == Array(block[offset..<(offset + count)])
                    whole += count
                }
            }
            #expect(whole == megabytes << 20)
            #expect(matches)
        }
    }

    // MARK: What goes wrong

    @Test("nobody listening is connectFailed, and nothing was sent")
    func refused() async throws {
        let client = CurlClient()
        defer { client.shutdown() }
        let server = WireServer([])
        server.stop()
        do {
            _ = try await client.send(CurlRequest(method: "GET", url: server.url))
            Issue.record("a connection to a closed port succeeded")
        } catch {
            guard case CurlError.connectFailed = error else {
                Issue.record("\(error)")
                return
            }
            #expect(error.sentNothing)
        }
    }

    @Test("a server that says nothing meets the first-byte deadline, and is hung up on")
    func silent() async throws {
        try await with([.readRequest, .awaitClose("closed")]) { client, server in
            await #expect(throws: CurlError.timeout(.firstByte)) {
                try await client.send(
                    CurlRequest(method: "GET", url: server.url, deadlines: .init(firstByte: .milliseconds(150))))
            }
            try await until("the server sees the end") { server.isOpen("closed") }
        }
    }

    @Test("a stall in the body meets the idle deadline; what came before it is delivered")
    func stall() async throws {
        let steps: [WireStep] = [.readRequest, .send(head + "Content-Length: 9\r\n\r\nhalf"), .awaitClose("closed")]
        try await with(steps) { client, server in
            let response = try await client.send(
                CurlRequest(method: "GET", url: server.url, deadlines: .init(idle: .milliseconds(150))))
            let iterator = response.body.makeAsyncIterator()
            #expect(try await iterator.next().map { String(buffer: $0) } == "half")
            await #expect(throws: CurlError.timeout(.idle)) { try await iterator.next() }
            try await until("the server sees the end") { server.isOpen("closed") }
        }
    }

    @Test("the idle deadline stands still while the reader is the slow one")
    func idleWhilePaused() async throws {
        let block = [UInt8](repeating: 0x61, count: 8 << 20)
        try await with(
            [.readRequest, .send(head + "Content-Length: \(8 << 20)\r\n\r\n"), .sendBytes(block)]
        ) {
            client, server in
            let response = try await client.send(
                CurlRequest(method: "GET", url: server.url, deadlines: .init(idle: .milliseconds(200))))
            try await Task.sleep(for: .milliseconds(900))
            #expect(try await response.collect(upTo: 8 << 20).readableBytes == 8 << 20)
        }
    }

    @Test("the total deadline ends a transfer that never stops")
    func total() async throws {
        var steps: [WireStep] = [.readRequest, .send(head + "Transfer-Encoding: chunked\r\n\r\n")]
        steps += [.send("1\r\na\r\n"), .awaitClose("closed")]
        try await with(steps) { client, server in
            let response = try await client.send(
                CurlRequest(method: "GET", url: server.url, deadlines: .init(total: .milliseconds(250))))
            await #expect(throws: CurlError.timeout(.total)) { try await response.collect(upTo: 100) }
        }
    }

    @Test(
        "a response that ends too early is cut, never whole",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf",
        ])
    func cut(_ answer: String) async throws {
        for ending: [WireStep] in [[], [.reset]] {
            try await with([.readRequest, .send(answer), .wait("read")] + ending) { client, server in
                let response = try await client.send(CurlRequest(method: "GET", url: server.url))
                let iterator = response.body.makeAsyncIterator()
                #expect(try await iterator.next().map { String(buffer: $0) } == "half")
                server.open("read")
                await #expect(throws: CurlError.cut(receivedBytes: 4)) { try await iterator.next() }
            }
        }
    }

    @Test("a connection that closes without an answer is cut")
    func noAnswer() async throws {
        try await with([.readRequest]) { client, server in
            await #expect(throws: CurlError.cut(receivedBytes: 0)) {
                try await client.send(CurlRequest(method: "POST", url: server.url, body: ByteBuffer(string: "x")))
            }
        }
    }

    // MARK: Cancelling

    @Test("cancelling before the head closes the connection")
    func cancelBeforeHead() async throws {
        try await with([.readRequest, .awaitClose("closed")]) { client, server in
            let task = Task { try await client.send(CurlRequest(method: "GET", url: server.url)) }
            try await until("the request arrived") { server.requests.count == 1 }
            task.cancel()
            await #expect(throws: CurlError.cancelled) { try await task.value }
            try await until("the server sees the end") { server.isOpen("closed") }
        }
    }

    @Test("cancelling in the body closes the connection, by task and by hand")
    func cancelInBody() async throws {
        for byHand in [false, true] {
            try await with(
                [.readRequest, .send(head + "Content-Length: 9\r\n\r\nhalf"), .awaitClose("closed")]
            ) {
                client, server in
                let response = try await client.send(CurlRequest(method: "GET", url: server.url))
                let task = Task { try await response.collect(upTo: 100) }
                try await Task.sleep(for: .milliseconds(50))
                if byHand { response.cancel() } else { task.cancel() }
                await #expect(throws: CurlError.cancelled) { try await task.value }
                try await until("the server sees the end") { server.isOpen("closed") }
            }
        }
    }

    @Test("a response that is dropped unread ends its transfer")
    func dropped() async throws {
        try await with(
            [.readRequest, .send(head + "Content-Length: 9\r\n\r\nhalf"), .awaitClose("closed")]
        ) {
            client, server in
            do { _ = try await client.send(CurlRequest(method: "GET", url: server.url)) }
            try await until("the server sees the end") { server.isOpen("closed") }
            try await until("the handle is back") { client.openTransfers == 0 }
        }
    }

    @Test("shutdown ends what is open, and later requests")
    func shutdown() async throws {
        try await with([.readRequest, .awaitClose("closed")]) { client, server in
            let task = Task { try await client.send(CurlRequest(method: "GET", url: server.url)) }
            try await until("the request arrived") { server.requests.count == 1 }
            client.shutdown()
            await #expect(throws: CurlError.cancelled) { try await task.value }
            await #expect(throws: CurlError.cancelled) {
                try await client.send(CurlRequest(method: "GET", url: server.url))
            }
        }
    }

    // MARK: Connections

    @Test("a connection is used again, and a stale one is replaced without the caller noticing")
    func reuse() async throws {
        let answer = head + "Content-Length: 2\r\n\r\nok"
        // The first connection answers twice and is then closed by the server while it lies idle.
        try await with(
            [.readRequest, .send(answer), .readRequest, .send(answer), .wait("close")], [.readRequest, .send(answer)]
        ) { client, server in
            for _ in 1...2 {
                let response = try await client.send(
                    CurlRequest(method: "POST", url: server.url, body: ByteBuffer(string: "x")))
                #expect(try await response.collect(upTo: 10).readableBytes == 2)
            }
            #expect(server.accepted == 1)
            server.open("close")
            try await Task.sleep(for: .milliseconds(100))
            let response = try await client.send(
                CurlRequest(method: "POST", url: server.url, body: ByteBuffer(string: "x")))
            #expect(try await response.collect(upTo: 10).readableBytes == 2)
            #expect(server.accepted == 2)
        }
    }

    @Test("connections that died while they lay idle are replaced, however often")
    func oftenStale() async throws {
        let once: [WireStep] = [.readRequest, .send(head + "Content-Length: 2\r\n\r\nok"), .reset]
        try await with(once, once, once, once, once, once, once, once, once, once) { client, server in
            for turn in 1...10 {
                let response = try await client.send(
                    CurlRequest(method: "POST", url: server.url, body: ByteBuffer(string: "x")))
                #expect(try await response.collect(upTo: 10).readableBytes == 2)
                #expect(server.accepted == turn)
                // Until the reset is here.
                try await Task.sleep(for: .milliseconds(30))
            }
        }
    }

    @Test("a request that a pooled connection swallowed is not sent again by itself: it may have been charged for")
    func neverTwice() async throws {
        let answer = head + "Content-Length: 2\r\n\r\nok"
        try await with([.readRequest, .send(answer), .readRequest, .reset], [.readRequest, .send(answer)]) {
            client, server in
            let request = CurlRequest(method: "POST", url: server.url, body: ByteBuffer(string: "pay"))
            let first = try await client.send(request)
            let body = try await first.collect(upTo: 10)
            #expect(body.readableBytes == 2)
            await #expect(throws: CurlError.cut(receivedBytes: 0)) { try await client.send(request) }
            #expect(server.requests.count == 2)
        }
    }

    @Test("two thousand requests over two hundred tasks leave no handle behind")
    func many() async throws {
        let answer = head + "Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"
        let steps = Array(repeating: [WireStep.readRequest, .send(answer)], count: 2000).flatMap { $0 }
        try await with(steps) { client, server in
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        for _ in 0..<10 {
                            do {
                                let response = try await client.send(
                                    CurlRequest(method: "POST", url: server.url, body: ByteBuffer(string: "hello")))
                                #expect(String(buffer: try await response.collect(upTo: 100)) == "onetwo")
                            } catch {
                                Issue.record("\(error)")
                            }
                        }
                    }
                }
            }
            try await until("all handles are back") { client.openTransfers == 0 }
            #expect(server.requests.count == 2000)
        }
    }

    // MARK: TLS

    @Test("a certificate nobody vouches for is refused; with its own authority it is accepted")
    func tls() async throws {
        try await TLSServer.with { server in
            let strict = CurlClient()
            defer { strict.shutdown() }
            do {
                _ = try await strict.send(CurlRequest(method: "GET", url: "https://localhost:\(server.port)/"))
                Issue.record("a self-signed certificate was accepted")
            } catch {
                guard case CurlError.tls = error else {
                    Issue.record("\(error)")
                    return
                }
                #expect((error as? CurlError)?.sentNothing == true)
            }
            var configuration = CurlConfiguration()
            configuration.caBundle = server.certificate
            let trusting = CurlClient(configuration: configuration)
            defer { trusting.shutdown() }
            let response = try await trusting.send(CurlRequest(method: "GET", url: "https://localhost:\(server.port)/"))
            #expect(response.status == 200)
            // The certificate names localhost, not this address.
            await #expect(throws: CurlError.self) {
                try await trusting.send(CurlRequest(method: "GET", url: "https://127.0.0.2:\(server.port)/"))
            }
        }
    }

    @Test("plain text where TLS is expected is a TLS error")
    func plainOnTLS() async throws {
        try await with([.send("HTTP/1.1 400 Bad Request\r\n\r\n")]) { client, server in
            do {
                _ = try await client.send(CurlRequest(method: "GET", url: "https://127.0.0.1:\(server.port)/"))
                Issue.record("a plain answer was taken for TLS")
            } catch {
                guard case CurlError.tls = error else {
                    Issue.record("\(error)")
                    return
                }
            }
        }
    }
}
