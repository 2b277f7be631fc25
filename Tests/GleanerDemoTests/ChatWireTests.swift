import GleanerCore
import Testing

@testable import GleanerDemo

@Suite("Chat on the wire")
struct ChatWireTests {
    private static func ask(_ body: String) throws -> ProviderAnswer {
        try #require(DemoScript().answer(try ChatRequest(body: Array(body.utf8))))
    }

    private static func bytes(_ answer: ProviderAnswer) -> [[UInt8]] {
        answer.steps.compactMap { if case .bytes(let bytes) = $0 { bytes } else { nil } }
    }

    private static func body(_ prompt: String, stream: Bool, usage: Bool = false, n: Int = 1) throws -> String {
        let text = String(decoding: try JSONValue.string(prompt).canonicalBytes(), as: UTF8.self)
        return
            #"{"model":"demo-hinglish-1","n":\#(n),"stream":\#(stream),"stream_options":{"include_usage":\#(usage)},"#
            + #""messages":[{"role":"system","content":"s"},{"role":"user","content":\#(text)}]}"#
    }

    private static func chunks(_ answer: ProviderAnswer) throws -> [JSONValue] {
        let events = bytes(answer).map { String(decoding: $0, as: UTF8.self) }
        #expect(events.last == "data: [DONE]\n\n")
        return try events.dropLast().map { event in
            #expect(event.hasPrefix("data: ") && event.hasSuffix("\n\n"))
            return try JSONValue(parsing: event.dropFirst(6).utf8)
        }
    }

    @Test("the pieces of a stream add up to the content of the JSON answer, for every choice", arguments: [1, 3])
    func concatenation(_ choices: Int) throws {
        for question in DemoCorpus.questions(for: .hinglish).prefix(40) {
            let whole = try JSONValue(
                parsing: Self.bytes(try Self.ask(Self.body(question.text, stream: false, n: choices)))[0])
            let chunks = try Self.chunks(try Self.ask(Self.body(question.text, stream: true, n: choices)))
            #expect(whole["choices"]?.arrayValue?.count == choices)
            for choice in whole["choices"]?.arrayValue ?? [] {
                let parts = chunks.compactMap { $0["choices"]?.arrayValue?.first }.filter {
                    $0["index"] == choice["index"]
                }
                let text = parts.compactMap { $0["delta"]?["content"]?.stringValue }.joined()
                #expect(text == choice["message"]?["content"]?.stringValue)
                #expect(parts.first?["delta"]?["role"] == "assistant")
                #expect(parts.last?["finish_reason"] == choice["finish_reason"])
            }
        }
    }

    @Test("usage comes in one last chunk without choices, and only when asked for")
    func usage() throws {
        let prompt = DemoCorpus.questions(for: .hinglish)[0].text
        let silent = try Self.chunks(try Self.ask(Self.body(prompt, stream: true)))
        #expect(silent.allSatisfy { $0["usage"] == nil })
        let asked = try Self.chunks(try Self.ask(Self.body(prompt, stream: true, usage: true)))
        #expect(asked.dropLast().allSatisfy { $0["usage"] == .null })
        let last = try #require(asked.last)
        #expect(last["choices"]?.arrayValue?.isEmpty == true)
        let document = try JSONValue(parsing: Self.bytes(try Self.ask(Self.body(prompt, stream: false)))[0])
        #expect(last["usage"]?["completion_tokens"] == document["usage"]?["completion_tokens"])
        let usage = try #require(last["usage"])
        let sum = try #require(usage["prompt_tokens"]?.intValue) + #require(usage["completion_tokens"]?.intValue)
        #expect(usage["total_tokens"]?.intValue == sum)
    }

    @Test("an answer has OpenAI's members and names the model that served it")
    func shape() throws {
        let prompt = DemoCorpus.questions(for: .hinglish)[0].text
        let document = try JSONValue(parsing: Self.bytes(try Self.ask(Self.body(prompt, stream: false)))[0])
        #expect(document["object"] == "chat.completion")
        #expect(document["model"] == "demo-hinglish-1-2026-11")
        #expect(document["id"]?.stringValue?.hasPrefix("chatcmpl-") == true)
        #expect(document["id"]?.stringValue?.count == "chatcmpl-".count + 24)
        #expect(document["created"]?.intValue ?? 0 >= 1_793_491_200)
    }

    @Test("a text is the sum of its pieces", arguments: ["", " ", "ek", "ek do\n\nteen", "  do  teen  ", "🙂 ok"])
    func pieces(_ text: String) { #expect(Pieces.of(text).joined() == text) }
}
