import GleanerCore
import Testing

@testable import GleanerDemo

@Suite("Nasty models")
struct NastyTests {
    private static func ask(
        _ model: String, stream: Bool, extra: String = "", patience: Duration = .seconds(10),
        enough: @escaping @Sendable (RawAnswer) -> Bool = { _ in false }
    ) async throws -> RawAnswer {
        try await ScriptedProvider.withProvider(scripts: [NastyScript()]) { provider in
            try await RawHTTP.send(
                port: try await provider.port, body: ScriptedProviderTests.chat(model, stream: stream, extra: extra),
                patience: patience, enough: enough)
        }
    }

    @Test("silent sends not even a status line", arguments: [true, false])
    func silent(_ stream: Bool) async throws {
        let answer = try await Self.ask("nasty-silent", stream: stream, patience: .milliseconds(300))
        #expect(answer.status == nil)
        #expect(answer.ending == .silent)
    }

    @Test("reset closes without a byte")
    func reset() async throws {
        let answer = try await Self.ask("nasty-reset", stream: true)
        #expect(answer.status == nil)
        #expect(answer.ending == .cut)
    }

    @Test("stall falls silent after exactly K chunks, however large K is", arguments: [0, 1, 3, 50])
    func stall(_ count: Int) async throws {
        let answer = try await Self.ask("nasty-stall-\(count)", stream: true) {
            $0.status != nil && $0.events.count >= count
        }
        #expect(answer.status == 200)
        #expect(answer.events.count == count)
        #expect(answer.ending == .silent)
    }

    @Test("cut closes after exactly K chunks without [DONE]", arguments: [0, 1, 3, 50])
    func cut(_ count: Int) async throws {
        let answer = try await Self.ask("nasty-cut-\(count)", stream: true)
        #expect(answer.status == 200)
        #expect(answer.events.count == count)
        #expect(!answer.text.contains("[DONE]"))
        #expect(answer.ending == .cut)
    }

    @Test("a JSON answer is cut in the middle of its body")
    func cutDocument() async throws {
        let answer = try await Self.ask("nasty-cut-2", stream: false)
        #expect(answer.body.count == 64)
        #expect(answer.ending == .cut)
        #expect(throws: (any Error).self) { try JSONValue(parsing: answer.body) }
    }

    @Test("no-done ends the transfer properly, without finish reason and [DONE]")
    func noDone() async throws {
        let answer = try await Self.ask("nasty-no-done", stream: true)
        #expect(answer.ending == .complete)
        #expect(!answer.text.contains("[DONE]"))
        #expect(!answer.text.contains("\"stop\""))
        #expect(answer.events.count > 3)
    }

    @Test("status answers with that status and OpenAI's error", arguments: [400, 403, 429, 500, 503])
    func status(_ status: Int) async throws {
        let answer = try await Self.ask("nasty-status-\(status)", stream: true)
        #expect(answer.status == status)
        #expect(answer.headers["retry-after"] == (status == 429 || status == 503 ? "1" : nil))
        #expect(try JSONValue(parsing: answer.body)["error"]?["message"]?.stringValue != nil)
    }

    @Test("error-event is 200, chunks, then an error in the stream and no [DONE]")
    func errorEvent() async throws {
        let answer = try await Self.ask("nasty-error-event", stream: true)
        #expect(answer.status == 200)
        let events = try answer.events.map { try JSONValue(parsing: $0.utf8) }
        #expect(events.first?["choices"] != nil)
        #expect(events.last?["error"]?["type"] == "server_error")
    }

    @Test("html and empty come under 200")
    func notJSON() async throws {
        let html = try await Self.ask("nasty-html", stream: false)
        #expect(html.headers["content-type"] == "text/html")
        #expect(html.status == 200)
        let empty = try await Self.ask("nasty-empty", stream: false)
        #expect(empty.status == 200)
        #expect(empty.body.isEmpty)
        #expect(empty.ending == .complete)
    }

    @Test("id-null is a whole answer whose id is null", arguments: [true, false])
    func idNull(_ stream: Bool) async throws {
        let answer = try await Self.ask("nasty-id-null", stream: stream)
        let first = stream ? Array(try #require(answer.events.first).utf8) : answer.body
        #expect(try JSONValue(parsing: first)["id"] == .null)
        #expect(answer.ending == .complete)
    }

    @Test("unicode has an escaped NUL and splits a surrogate pair over two deltas")
    func unicode() async throws {
        let stream = try await Self.ask("nasty-unicode", stream: true)
        #expect(stream.events[1].contains(#"\u0000"#))
        #expect(stream.events[2].contains(#"\ud83d""#))
        #expect(stream.events[3].contains(#""\ude42"#))
        let whole = try await Self.ask("nasty-unicode", stream: false)
        let content = try JSONValue(parsing: whole.body)["choices"]?.arrayValue?.first?["message"]?["content"]
        #expect(content == "Bindi \u{0} aur smile 🙂 bas.")
        let lone = try await Self.ask("nasty-surrogate", stream: false)
        #expect(lone.text.contains(#"\ud83d smile"#))
    }

    @Test("slow takes its time before every chunk")
    func slow() async throws {
        let clock = ContinuousClock()
        let start = clock.now
        let answer = try await Self.ask("nasty-slow-10", stream: true)
        #expect(start.duration(to: clock.now) >= .milliseconds(10) * answer.events.count)
        #expect(answer.events.last == "[DONE]")
    }

    @Test("huge is as long as asked, and whole", arguments: [true, false])
    func huge(_ stream: Bool) async throws {
        let answer = try await Self.ask("nasty-huge-2", stream: stream)
        #expect(answer.body.count >= 2 << 20)
        #expect(answer.ending == .complete)
        if stream {
            #expect(answer.events.last == "[DONE]")
        } else {
            let content = try JSONValue(parsing: answer.body)["choices"]?.arrayValue?.first?["message"]?["content"]
            #expect(content?.stringValue?.utf8.count == 2 << 20)
        }
    }

    @Test("crlf frames the usual answer in every legal oddity")
    func crlf() async throws {
        let answer = try await Self.ask("nasty-crlf", stream: true, extra: #","stream_options":{"include_usage":true}"#)
        #expect(answer.text.hasPrefix(": hello\r\n\r\n"))
        #expect(!answer.text.replacing("\r\n", with: "").contains("\n"))
        #expect(answer.events.last == "[DONE]")
        let chunks = try answer.events.dropLast().map { try JSONValue(parsing: $0.utf8) }
        #expect(chunks.last?["usage"]?["total_tokens"]?.intValue != nil)
        #expect(answer.events[0].contains(",\n\"created\""))
    }

    @Test("tools interleaves two choices and calls f in fragments")
    func tools() async throws {
        let answer = try await Self.ask("nasty-tools", stream: true)
        #expect(answer.text.contains("\n\n: keepalive\n\n"))
        #expect(answer.events.last == "[DONE]")
        let chunks = try answer.events.dropLast().map { try JSONValue(parsing: $0.utf8) }
        let arguments = chunks.compactMap { $0["choices"]?.arrayValue?.last?["delta"]?["tool_calls"]?.arrayValue }
            .joined().compactMap { $0["function"]?["arguments"]?.stringValue }.joined()
        #expect(arguments == #"{"x":1}"#)
        let whole = try await Self.ask("nasty-tools", stream: false)
        #expect(try JSONValue(parsing: whole.body)["choices"]?.arrayValue?.count == 2)
    }

    @Test(
        "names that make no sense are unknown",
        arguments: ["nasty-", "nasty-cut", "nasty-cut-x", "nasty-status-99", "nice"])
    func unknown(_ model: String) { #expect(NastyBehaviour(model: model) == nil) }
}
