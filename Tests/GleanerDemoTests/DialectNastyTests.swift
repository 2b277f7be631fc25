import GleanerCore
import Testing

@testable import GleanerDemo

@Suite("Nasty models in every dialect")
struct DialectNastyTests {
    private typealias Fixture = DialectFixture

    private static func send(
        _ dialect: WireDialect, _ body: String, path: String? = nil, headers: [String]? = nil, key: String? = "test"
    ) async throws -> RawAnswer {
        try await ScriptedProvider.withProvider(scripts: [DemoScript(), NastyScript()]) { provider in
            try await RawHTTP.send(
                port: try await provider.port, path: path ?? "/v1/\(dialect.rawValue)", key: key,
                headers: headers ?? (dialect == .messages ? ["anthropic-version: 2023-06-01"] : []), body: body)
        }
    }

    /// The words that only a whole stream of its dialect has.
    private static func ending(_ dialect: WireDialect) -> String {
        switch dialect {
        case .responses: "response.completed"
        case .messages: "message_stop"
        default: "[DONE]"
        }
    }

    @Test("cut closes before the terminal event", arguments: DialectFixture.streaming)
    func cut(_ dialect: WireDialect) async throws {
        let answer = try await Self.send(dialect, Fixture.body(dialect, model: "nasty-cut-5", stream: true))
        #expect(answer.ending == .cut)
        #expect(answer.events.count == 5)
        #expect(!answer.text.contains(Self.ending(dialect)))
    }

    @Test("no-done ends properly without the terminal event", arguments: DialectFixture.streaming)
    func noDone(_ dialect: WireDialect) async throws {
        let answer = try await Self.send(dialect, Fixture.body(dialect, model: "nasty-no-done", stream: true))
        #expect(answer.ending == .complete)
        #expect(answer.events.count > 5)
        #expect(!answer.text.contains(Self.ending(dialect)))
        #expect(!answer.text.contains("\"end_turn\"") && !answer.text.contains("\"stop\""))
    }

    @Test("error-event has the dialect's own shape", arguments: DialectFixture.streaming)
    func errorEvent(_ dialect: WireDialect) throws {
        let events = try Fixture.events(dialect, Fixture.body(dialect, model: "nasty-error-event", stream: true))
        #expect(events.count == 5)
        switch dialect {
        case .responses:
            #expect(events[4]["type"] == "error")
            #expect(events[4]["sequence_number"] == 4)
        case .messages: #expect(events[4]["error"]?["type"] == "overloaded_error")
        default: #expect(events[4]["error"]?["type"] == "server_error")
        }
    }

    @Test("failed is a terminal event of the Responses API")
    func failed() throws {
        let last = try Fixture.events(.responses, Fixture.body(.responses, model: "nasty-failed", stream: true)).last
        #expect(last?["type"] == "response.failed")
        #expect(last?["response"]?["error"]?["code"] == "server_error")
    }

    @Test("overloaded is 529 in the dialect's own shape", arguments: WireDialect.allCases)
    func overloaded(_ dialect: WireDialect) async throws {
        let answer = try await Self.send(dialect, Fixture.body(dialect, model: "nasty-status-529", stream: true))
        #expect(answer.status == 529)
        #expect(answer.headers["retry-after"] == "1")
        let body = try JSONValue(parsing: answer.body)
        #expect(body["error"]?["type"] == "overloaded_error")
        #expect(body["type"] == (dialect == .messages ? "error" : nil))
    }

    @Test("odd framing and escapes reach every dialect", arguments: DialectFixture.streaming)
    func framing(_ dialect: WireDialect) async throws {
        let odd = try await Self.send(dialect, Fixture.body(dialect, model: "nasty-crlf", stream: true))
        #expect(!odd.text.replacing("\r\n", with: "").contains("\n"))
        let parsed = odd.events.filter { $0 != "[DONE]" }.compactMap { try? JSONValue(parsing: $0.utf8) }
        #expect(parsed.count == odd.events.filter { $0 != "[DONE]" }.count)
        #expect(odd.events.contains { $0.contains(",\n\"") })
        let unicode = try await Self.send(dialect, Fixture.body(dialect, model: "nasty-unicode", stream: true))
        #expect(unicode.text.contains(#"aur smile \ud83d""#))
    }

    @Test("Anthropic's path takes x-api-key, wants a version, and words its errors in its own way")
    func anthropicAccess() async throws {
        let body = Fixture.body(.messages)
        let version = "anthropic-version: 2023-06-01"
        let good = try await Self.send(.messages, body, headers: ["x-api-key: k", version], key: nil)
        #expect(good.status == 200)
        #expect(good.headers["request-id"] == "req_1")
        let noKey = try await Self.send(.messages, body, headers: [version], key: nil)
        #expect(noKey.status == 401)
        #expect(try JSONValue(parsing: noKey.body)["error"]?["type"] == "authentication_error")
        let noVersion = try await Self.send(.messages, body, headers: ["x-api-key: k"], key: nil)
        #expect(noVersion.status == 400)
        let unknown = try await Self.send(.messages, Fixture.body(.messages, model: "claude-9"))
        #expect(try JSONValue(parsing: unknown.body)["error"]?["type"] == "not_found_error")
    }

    @Test("a path under /v1 that it does not know is echoed")
    func echo() async throws {
        let answer = try await Self.send(.chat, #"{"purpose":"batch"}"#, path: "/v1/files?after=1")
        #expect(answer.status == 200)
        let document = try JSONValue(parsing: answer.body)
        #expect(document["path"] == "/v1/files?after=1")
        #expect(document["body_bytes"] == 19)
    }
}
