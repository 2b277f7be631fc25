import Foundation
import Synchronization
import Testing

@testable import GleanerDemo

@Suite("Demo run over HTTP")
struct CurlTransportTests {
    private static let key = ["authorization": "Bearer test"]

    @Test("conversations go over real HTTP; what the other side lacks is counted, and ends in a clear error")
    func run() async throws {
        try await ScriptedProvider.withProvider(scripts: [DemoScript()]) { provider in
            var configuration = DemoRunConfiguration(
                gateway: "http://127.0.0.1:\(try await provider.port)/", key: "gln_test", conversations: 40,
                reviewShare: 1)
            configuration.queuePatience = .milliseconds(20)
            let run = DemoRun(configuration: configuration)
            // A provider has no datasets.
            await #expect(throws: DemoError.promotionRefused(status: 404, code: "unknown_url")) { try await run.run() }
            let turns = run.plan.conversations.flatMap(\.turns)
            let report = run.report
            #expect(report.exchangesCompleted == turns.count)
            #expect(report.exchangesFailed.isEmpty)
            #expect(report.judgementsFailed["http_404", default: 0] == turns.map(\.judgements.count).reduce(0, +))
            #expect(report.reviewsFailed["next_http_404", default: 0] > 0)
            let chats = provider.requests.filter { $0.path == "/v1/chat/completions" }
            #expect(chats.count == turns.count)
            #expect(chats.allSatisfy { $0.bearer == "gln_test" })
            let named = Set(chats.compactMap { $0.header("X-Gleaner-Conversation") })
            #expect(named == Set(run.plan.conversations.map(\.id)))
        }
    }

    @Test("an answer that breaks off keeps its head and what came")
    func brokenOff() async throws {
        try await ScriptedProvider.withProvider(scripts: [NastyScript()]) { provider in
            let transport = CurlTransport(gateway: "http://127.0.0.1:\(try await provider.port)")
            let body = ScriptedProviderTests.chat("nasty-cut-3", stream: true)
            let headed = Mutex(0)
            let reply = try await transport.send(
                GatewayCall(path: "/v1/chat/completions", headers: Self.key, body: Array(body.utf8))
            ) { head in headed.withLock { $0 = head.status } }
            #expect(headed.withLock { $0 } == 200)
            #expect(reply.head.status == 200)
            #expect(reply.brokenOff != nil)
            #expect(String(decoding: reply.body, as: UTF8.self).components(separatedBy: "data: ").count == 4)
        }
    }

    @Test("a port where nobody listens is out of reach")
    func nobody() async throws {
        let port = try await ScriptedProvider.withProvider(scripts: []) { try await $0.port }
        let transport = CurlTransport(gateway: "http://127.0.0.1:\(port)")
        await #expect(throws: GatewayUnreachable.self) { try await transport.send(GatewayCall(path: "/v1/models")) }
    }
}
