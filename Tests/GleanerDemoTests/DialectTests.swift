import GleanerCore
import Testing

@testable import GleanerDemo

@Suite("Dialects of the scripted provider")
struct DialectTests {
    private typealias Fixture = DialectFixture

    @Test("a streamed answer says the same as the whole one in every dialect", arguments: DialectFixture.streaming)
    func sameText(_ dialect: WireDialect) throws {
        let whole = try Fixture.document(dialect, Fixture.body(dialect))
        let events = try Fixture.events(dialect, Fixture.body(dialect, stream: true))
        let text: String?
        let deltas: [String]
        switch dialect {
        case .chat:
            text = whole["choices"]?.arrayValue?[0]["message"]?["content"]?.stringValue
            deltas = events.compactMap { $0["choices"]?.arrayValue?.first?["delta"]?["content"]?.stringValue }
        case .completions:
            text = whole["choices"]?.arrayValue?[0]["text"]?.stringValue
            deltas = events.compactMap { $0["choices"]?.arrayValue?.first?["text"]?.stringValue }
        case .responses:
            text = whole["output"]?.arrayValue?[0]["content"]?.arrayValue?[0]["text"]?.stringValue
            deltas = events.filter { $0["type"] == "response.output_text.delta" }.compactMap {
                $0["delta"]?.stringValue
            }
        default:
            text = whole["content"]?.arrayValue?[0]["text"]?.stringValue
            deltas = events.compactMap { $0["delta"]?["text"]?.stringValue }
        }
        #expect(try #require(text).isEmpty == false)
        #expect(deltas.count > 3)
        #expect(deltas.joined() == text)
        let ends = dialect == .chat || dialect == .completions
        #expect(try Fixture.isDone(dialect, Fixture.body(dialect, stream: true)) == ends)
    }

    @Test("the Responses API numbers its events and ends with the whole response")
    func responses() throws {
        let events = try Fixture.events(.responses, Fixture.body(.responses, stream: true))
        #expect(events.map { $0["sequence_number"]?.intValue } == events.indices.map { Int64($0) })
        #expect(events.first?["type"] == "response.created")
        let last = try #require(events.last)
        #expect(last["type"] == "response.completed")
        #expect(last["response"]?["status"] == "completed")
        #expect(last["response"]?["usage"]?["total_tokens"]?.intValue ?? 0 > 0)
        let short = Fixture.body(.responses, stream: true, extra: #","max_output_tokens":2"#)
        let cut = try #require(try Fixture.events(.responses, short).last)
        #expect(cut["type"] == "response.incomplete")
        #expect(cut["response"]?["incomplete_details"]?["reason"] == "max_output_tokens")
    }

    @Test("Messages begin with message_start, ping once, and end with message_stop; usage is cumulative")
    func messages() throws {
        let events = try Fixture.events(.messages, Fixture.body(.messages, stream: true))
        let types = events.compactMap { $0["type"]?.stringValue }
        #expect(types.first == "message_start")
        #expect(types.filter { $0 == "ping" }.count == 1)
        #expect(types.suffix(2) == ["message_delta", "message_stop"])
        let started = events[0]["message"]?["usage"]
        let ended = events[events.count - 2]["usage"]
        #expect(started?["output_tokens"] == 1)
        #expect(ended?["output_tokens"]?.intValue ?? 0 > 3)
        #expect(ended?["input_tokens"] == started?["input_tokens"])
    }

    @Test("what a cache held is left out of Anthropic's input tokens")
    func cache() throws {
        let body = """
            {"model":"demo-hinglish-1","max_tokens":99,
             "system":[{"type":"text","text":"be kind","cache_control":{"type":"ephemeral"}}],
             "messages":[{"role":"user","content":[{"type":"text","text":"ek do","cache_control":{"type":"ephemeral"}}]},
                         {"role":"assistant","content":"teen"},{"role":"user","content":"chaar"}]}
            """
        let usage = try Fixture.document(.messages, body)["usage"]
        #expect(usage?["cache_read_input_tokens"] == 6)
        #expect(usage?["cache_creation_input_tokens"] == 6)
        #expect(usage?["input_tokens"] == 10)
    }

    @Test("thinking is shown before the answer when it is asked for")
    func thinking() throws {
        let thought = Fixture.body(
            .messages, stream: true, extra: #","thinking":{"type":"enabled","budget_tokens":1024}"#)
        let kinds = try Fixture.events(.messages, thought).compactMap { $0["delta"]?["type"]?.stringValue }
        #expect(kinds.first == "thinking_delta")
        #expect(kinds.filter { $0 == "signature_delta" }.count == 1)
        #expect(kinds.last == "text_delta" || kinds.contains("text_delta"))
        let reasoned = try Fixture.document(
            .responses, Fixture.body(.responses, extra: #","reasoning":{"effort":"low"}"#))
        #expect(reasoned["output"]?.arrayValue?.map { $0["type"]?.stringValue } == ["reasoning", "message"])
        #expect(reasoned["usage"]?["output_tokens_details"]?["reasoning_tokens"]?.intValue ?? 0 > 0)
    }

    @Test("several prompts have their answers in order")
    func completions() throws {
        let body = #"{"model":"demo-hinglish-1","prompt":["Namaste","Chai kaise banate hain?"],"n":2}"#
        let choices = try #require(try Fixture.document(.completions, body)["choices"]?.arrayValue)
        #expect(choices.map { $0["index"]?.intValue } == [0, 1, 2, 3])
        #expect(choices[0]["text"] == choices[1]["text"])
    }

    @Test("embeddings are unit vectors, one an input, as numbers or as base64")
    func embeddings() throws {
        let head = #"{"model":"demo-embedding-1","input":["ek","do"],"dimensions":8"#
        let floats = try #require(try Fixture.document(.embeddings, head + "}")["data"]?.arrayValue)
        #expect(floats.map { $0["index"]?.intValue } == [0, 1])
        let vector = try #require(floats[0]["embedding"]?.arrayValue).compactMap(\.doubleValue)
        #expect(vector.count == 8)
        #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
        #expect(floats[0]["embedding"] != floats[1]["embedding"])
        let base64 = try Fixture.document(.embeddings, head + #","encoding_format":"base64"}"#)
        // 8 floats are 32 bytes, which are 44 characters.
        #expect(base64["data"]?.arrayValue?[0]["embedding"]?.stringValue?.count == 44)
        #expect(base64["usage"]?["total_tokens"] == 2)
    }

    @Test("moderation has one result a text and one for all parts together, over 13 categories")
    func moderations() throws {
        let texts = try Fixture.document(.moderations, #"{"input":["chai","I will kill you"]}"#)
        let results = try #require(texts["results"]?.arrayValue)
        #expect(results.map { $0["flagged"]?.boolValue } == [false, true])
        #expect(results[1]["categories"]?["violence"] == true)
        #expect(results[0]["category_scores"]?.objectValue?.count == 13)
        let parts = #"{"input":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"data:,"}}]}"#
        #expect(try Fixture.document(.moderations, parts)["results"]?.arrayValue?.count == 1)
    }

    @Test("chat models make no embeddings and embedding models do not chat")
    func wrongModel() throws {
        #expect(
            DemoScript().answer(
                try ChatRequest(
                    body: Array(Fixture.body(.embeddings).utf8), dialect: .embeddings)) == nil)
        #expect(
            DemoScript().answer(
                try ChatRequest(
                    body: Array(Fixture.body(.chat, model: "demo-embedding-1").utf8))) == nil)
    }
}
