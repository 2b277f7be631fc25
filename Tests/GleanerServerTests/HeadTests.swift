import Foundation
import GleanerCore
import NIOCore
import NIOHTTP1
import Testing

@testable import GleanerServer

@Suite("Heads of requests")
struct HeadTests {
    private func refusal(
        _ fields: [(String, String)], version: HTTPVersion = .http1_1, uri: String = "/v1/models"
    ) -> ConnectionRefusal? {
        RequestWatch.refusal(
            of: HTTPRequestHead(version: version, method: .POST, uri: uri, headers: HTTPHeaders(fields)),
            maximumURLBytes: 8192)
    }

    @Test(
        "a transfer encoding that is not exactly chunked is refused",
        arguments: ["gzip, chunked", "chunked, chunked", "identity", "\"chunked\"", "", "chunked;q=1"])
    func encodings(_ value: String) {
        #expect(refusal([("Host", "x"), ("Transfer-Encoding", value)]) == .ambiguous)
        #expect(refusal([("Host", "x"), ("Transfer-Encoding", "Chunked")]) == nil)
    }

    @Test("HTTP/1.1 needs one Host, HTTP/1.0 may have one and no chunks")
    func hosts() {
        #expect(refusal([("Host", "x")]) == nil)
        #expect(refusal([]) == .ambiguous)
        #expect(refusal([("Host", "x"), ("host", "x")]) == .ambiguous)
        #expect(refusal([], version: .http1_0) == nil)
        #expect(refusal([("Transfer-Encoding", "chunked")], version: .http1_0) == .ambiguous)
    }

    @Test("a URL of 8 KiB is the longest")
    func urls() {
        #expect(refusal([("Host", "x")], uri: "/" + String(repeating: "a", count: 8191)) == nil)
        #expect(refusal([("Host", "x")], uri: "/" + String(repeating: "a", count: 8192)) == .urlTooLong)
    }

    @Test(
        "every refusal is one whole answer with its length and OpenAI's error shape",
        arguments: ConnectionRefusal.allCases)
    func wire(_ refusal: ConnectionRefusal) throws {
        let text = String(buffer: refusal.wireBytes)
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1)
        #expect(text.hasPrefix("HTTP/1.1 \(refusal.explanation.status) "))
        #expect(
            parts[0].contains("Content-Length: \(parts[1].utf8.count)\r\n") && parts[0].contains("Connection: close"))
        let body = try JSONDecoder().decode([String: [String: String?]].self, from: Data(parts[1].utf8))
        #expect(body["error"]?["code"] == refusal.explanation.code)
    }

    @Test("clients get half of the file descriptors that are not reserved, and no more connections than that")
    func descriptors() {
        #expect(FileDescriptors.clients(of: 256) == 96)
        #expect(FileDescriptors.clients(of: 10) == 8)
        var policy = ConnectionPolicy()
        policy.maximumConnections = 50
        #expect(policy.within(descriptors: 256).maximumConnections == 50)
        #expect(policy.within(descriptors: 100).maximumConnections == 18)
        policy.maximumConnections = 0
        #expect(policy.within(descriptors: 256).maximumConnections == 96)
        #expect(FileDescriptors.raiseLimit() > 64)
    }

    @Test("the kernel's figures make sense: some memory is used, and the limit is not more than the machine has")
    func memory() {
        let machine = Int(ProcessInfo.processInfo.physicalMemory)
        #expect(SystemMemory.used() > 1 << 20)
        #expect(SystemMemory.limit() > 64 << 20 && SystemMemory.limit() <= machine)
    }
}
