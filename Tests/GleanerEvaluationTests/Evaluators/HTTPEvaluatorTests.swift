import AsyncCurl
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerEvaluation

/// A service of the operator's on a real socket, which does as its script says.
@Suite("Evaluators over HTTP")
struct HTTPEvaluatorTests {
    private static func exchange() -> EvaluatedExchange {
        EvaluatedExchange(
            id: .new(), messages: [["role": "user", "content": "Kaise ho?"]],
            message: ["role": "assistant", "content": "Theek hoon."], correction: "Main theek hoon.")
    }

    /// What becomes of `exchanges` when the service plays `steps` after each request.
    private func outcomes(
        _ steps: [WireStep], of exchanges: [EvaluatedExchange] = [exchange()], timeout: Duration = .seconds(20)
    ) async -> (outcomes: [EvaluatorOutcome], server: WireServer) {
        let server = WireServer([[.readRequest] + steps])
        defer { server.stop() }
        let client = CurlClient()
        defer { client.shutdown() }
        let evaluator = HTTPEvaluator(name: "mine", url: server.url, client: client, timeout: timeout)
        return (await evaluator.evaluate(exchanges), server)
    }

    private func answer(_ body: String, status: String = "200 OK", _ headers: String = "") -> [WireStep] {
        [
            .send(
                "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)Connection: close\r\n\r\n\(body)"
            )
        ]
    }

    @Test("each exchange is told, and what is said of each in any order is kept")
    func happy() async {
        let exchanges = [Self.exchange(), Self.exchange(), Self.exchange(), Self.exchange()]
        let ids = exchanges.map(\.id.description)
        let said = """
            {"results":[{"exchange":"\(ids[1])","values":{}},
                        {"exchange":"\(ids[0].uppercased())","values":{"warmth":0.5,"polite":true}},
                        {"exchange":"\(ids[2])","error":"cannot"}]}
            """
        let (outcomes, server) = await outcomes(answer(said), of: exchanges)
        #expect(
            outcomes == [
                .measured([MeasuredValue("polite", 1), MeasuredValue("warmth", 0.5)]), .notApplicable,
                .failed(reason: "refused", isTransient: false), .failed(reason: "unanswered", isTransient: false),
            ])
        let told = server.requests.first ?? ""
        #expect(told.hasPrefix("POST /path HTTP/1.1\r\n") && told.contains("\r\nContent-Type: application/json\r\n"))
        #expect(ids.allSatisfy(told.contains) && told.contains("Main theek hoon.") && told.contains("Kaise ho?"))
    }

    @Test("more exchanges than one request holds go in several, each answered on its own")
    func batches() async {
        let exchanges = (0..<51).map { _ in Self.exchange() }
        let last = exchanges[50].id.description
        let (outcomes, server) = await outcomes(
            answer(#"{"results":[{"exchange":"\#(last)","values":{"warmth":1}}]}"#), of: exchanges)
        #expect(server.requests.count == 2)
        #expect(outcomes.count == 51 && outcomes[50] == .measured([MeasuredValue("warmth", 1)]))
        #expect(outcomes[0] == .failed(reason: "unanswered", isTransient: false))
    }

    @Test(
        "a status that is no success says whether another try may help",
        arguments: [
            ("500 Oops", "status_500", true), ("503 Busy", "status_503", true), ("429 Slow", "rate_limited", true),
            ("404 None", "status_404", false), ("302 There", "status_302", false),
        ])
    func statuses(_ status: String, _ reason: String, _ isTransient: Bool) async {
        // A redirect is not followed: what was said must not go where nobody sent it.
        let (outcomes, server) = await outcomes(answer("{}", status: status, "Location: http://127.0.0.1:1/\r\n"))
        #expect(outcomes == [.failed(reason: reason, isTransient: isTransient)])
        #expect(server.requests.count == 1)
    }

    @Test(
        "an answer that cannot be read is none",
        arguments: [
            "", "null", "[]", "{\"results\":", "{\"results\":{}}", "{\"results\":null}", "<html>", "{\"result\":[]}",
            String(repeating: "[", count: 5000),
        ])
    func unreadable(_ body: String) async {
        let (outcomes, _) = await outcomes(answer(body))
        #expect(outcomes == [.failed(reason: "unreadable", isTransient: false)])
    }

    @Test(
        "values that are no measures are none",
        arguments: [
            #"{"Warmth":1}"#, #"{"warmth":"1"}"#, #"{"warmth":null}"#, #"{"warmth":1e999}"#, #"{"failed":1}"#, "[1]",
            "7",
            "{" + (0..<21).map { #""m\#($0)":1"# }.joined(separator: ",") + "}",
        ])
    func values(_ values: String) async {
        let exchange = Self.exchange()
        let (outcomes, _) = await outcomes(
            answer(#"{"results":[{"exchange":"\#(exchange.id)","values":\#(values)}]}"#), of: [exchange])
        #expect(outcomes == [.failed(reason: "unreadable", isTransient: false)])
    }

    @Test("a service that hangs up, is too slow or is not there is tried again")
    func away() async {
        let cut = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"results\":["
        #expect(await outcomes([]).outcomes == [.failed(reason: "unreachable", isTransient: true)])
        #expect(await outcomes([.send(cut)]).outcomes == [.failed(reason: "unreachable", isTransient: true)])
        #expect(await outcomes([.send(cut), .reset]).outcomes == [.failed(reason: "unreachable", isTransient: true)])
        let slow = await outcomes([.send(cut), .awaitClose("gone")], timeout: .milliseconds(200)).outcomes
        #expect(slow == [.failed(reason: "timed_out", isTransient: true)])
        let silent = await outcomes([.awaitClose("gone")], timeout: .milliseconds(200)).outcomes
        #expect(silent == [.failed(reason: "timed_out", isTransient: true)])
        let client = CurlClient()
        defer { client.shutdown() }
        let nobody = HTTPEvaluator(name: "mine", url: "http://127.0.0.1:1/", client: client, timeout: .seconds(5))
        #expect(await nobody.evaluate([Self.exchange()]) == [.failed(reason: "unreachable", isTransient: true)])
    }

    @Test("an answer without end is given up")
    func huge() async {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"
        let (outcomes, server) = await outcomes(
            [.send(head)] + Array(repeating: .sendBytes([UInt8](repeating: 0x20, count: 1 << 20)), count: 64))
        #expect(outcomes == [.failed(reason: "unreadable", isTransient: false)])
        // No more than the limit, and what sockets and pauses hold, was taken.
        #expect(server.bytesSent < 32 << 20)
    }
}
