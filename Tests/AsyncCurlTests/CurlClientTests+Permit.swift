import GleanerTestSupport
import NIOCore
import Synchronization
import Testing

@testable import AsyncCurl

extension CurlClientTests {
    @Test(
        "a request is sent when its permit says so, on a new connection and on a used one; not a byte when it says no")
    func permit() async throws {
        let answer = WireStep.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        try await with([.readRequest, answer, .readRequest, answer], [.readRequest, answer]) { client, server in
            let asked = Mutex(0)
            func request(_ path: String, isPermitted: Bool) -> CurlRequest {
                CurlRequest(method: "POST", url: server.url + path, body: ByteBuffer(string: "{}")) {
                    asked.withLock { $0 += 1 }
                    return isPermitted
                }
            }
            let first = try await client.send(request("/first", isPermitted: true))
            #expect(String(buffer: try await first.collect(upTo: 10)) == "ok")
            await #expect(throws: CurlError.withheld) { try await client.send(request("/no", isPermitted: false)) }
            let last = try await client.send(request("/last", isPermitted: true))
            #expect(String(buffer: try await last.collect(upTo: 10)) == "ok")
            #expect(asked.withLock { $0 } == 3)
            #expect(server.requests.map { $0.prefix { $0 != "H" } } == ["POST /path/first ", "POST /path/last "])
            #expect(CurlError.withheld.sentNothing)
        }
    }
}
