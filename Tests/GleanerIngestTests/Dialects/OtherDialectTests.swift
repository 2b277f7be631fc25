import GleanerCore
import Testing

@testable import GleanerIngest

@Suite("Reading completions, embeddings and moderations")
struct OtherDialectTests {
    private static let chunks = [
        #"{"id":"cmpl-1","object":"text_completion","model":"m-1","choices":[{"index":1,"text":"Do","finish_reason":null}],"usage":null}"#,
        #"{"id":"cmpl-1","object":"text_completion","model":"m-1","choices":[{"index":0,"text":"Ek ","finish_reason":null}],"usage":null}"#,
        #"{"id":"cmpl-1","object":"text_completion","model":"m-1","choices":[{"index":0,"text":"aur \ud83d","finish_reason":null}],"usage":null}"#,
        #"{"id":"cmpl-1","object":"text_completion","model":"m-1","choices":[{"index":0,"text":"\ude42","finish_reason":"stop"},{"index":1,"text":"","finish_reason":"length"}],"usage":null}"#,
        #"{"id":"cmpl-1","object":"text_completion","model":"m-1","choices":[],"usage":{"prompt_tokens":4,"completion_tokens":5,"total_tokens":9}}"#,
        "[DONE]",
    ]

    @Test("a streamed text completion is put together by index")
    func completionStream() {
        let read = DialectFixture("/v1/completions", request: #"{"prompt":"Gino"}"#, events: Self.chunks)
        #expect(read.projection.isComplete)
        #expect(read.projection.completionID == "cmpl-1")
        #expect(read.message == ["role": "assistant", "content": "Ek aur 🙂"])
        #expect(read.projection.finishReason == "stop")
        #expect(read.tokens == [4, 5, nil, nil, nil])
        #expect(read.messages == [["role": "user", "content": "Gino"]])
    }

    @Test("a text completion that breaks off is not complete, wherever it does")
    func completionTruncated() {
        for length in 1..<Self.chunks.count {
            let read = DialectFixture("/v1/completions", events: Array(Self.chunks.prefix(length)))
            #expect(!read.projection.isComplete)
        }
        let error = DialectFixture("/v1/completions", events: [Self.chunks[0], #"{"error":{"message":"x"}}"#])
        #expect(error.projection.notes == ["error_answer"])
    }

    @Test("a whole text completion is read, and what is no single text prompt has no messages")
    func completion() {
        let response =
            #"{"id":"cmpl-1","model":"m","choices":[{"index":0,"text":"Ek","finish_reason":"length","logprobs":null}],"#
            + #""usage":{"prompt_tokens":1,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":1}}}"#
        let read = DialectFixture("/v1/completions", request: #"{"prompt":["a","b"]}"#, response: response)
        #expect(read.projection.isComplete)
        #expect(read.projection.finishReason == "length")
        #expect(read.message?["content"] == "Ek")
        #expect(read.tokens == [1, 1, 1, nil, nil])
        #expect(read.messages.isEmpty)
        #expect(read.projection.notes == ["several_prompts"])
        let tokens = DialectFixture("/v1/completions", request: #"{"prompt":[1,2]}"#, response: response)
        #expect(tokens.projection.notes == ["prompt_is_tokens"])
    }

    @Test("embeddings keep their inputs, their model and their count; the vectors stay in the bytes")
    func embeddings() {
        let read = DialectFixture(
            "/v1/embeddings", request: #"{"input":["ek","do"]}"#,
            response:
                #"{"object":"list","model":"e-1","data":[{"index":0,"embedding":[0.1]}],"usage":{"prompt_tokens":2,"total_tokens":2}}"#
        )
        #expect(read.projection.isComplete)
        #expect(read.projection.servedModel == "e-1")
        #expect(read.tokens == [2, nil, nil, nil, nil])
        #expect(read.messages.map { $0["content"]?.stringValue } == ["ek", "do"])
        #expect(read.projection.answer == nil)
        #expect(!DialectFixture("/v1/embeddings", response: #"{"error":{"message":"x"}}"#).projection.isComplete)
    }

    @Test("moderations keep their inputs, their model and their id")
    func moderations() {
        let read = DialectFixture(
            "/v1/moderations", request: #"{"input":[{"type":"text","text":"a"}]}"#,
            response: #"{"id":"modr-1","model":"om-1","results":[{"flagged":false}]}"#)
        #expect(read.projection.isComplete)
        #expect(read.projection.completionID == "modr-1")
        #expect(read.projection.servedModel == "om-1")
        #expect(read.messages == [["role": "user", "content": [["type": "text", "text": "a"]]]])
    }

    @Test("a path nobody here can read has nothing but a note", arguments: ["/v1/files", "/v1/threads/t/messages"])
    func unknown(_ path: String) {
        let read = DialectFixture(
            path, request: #"{"messages":[{"role":"user"}]}"#, response: #"{"choices":[{"finish_reason":"stop"}]}"#)
        var expected = ExchangeProjection()
        expected.notes = ["endpoint_not_read"]
        #expect(read.projection == expected)
    }

    @Test("a query does not change what a path speaks")
    func query() { #expect(Dialect(endpoint: "/v1/messages?beta=true") == .messages) }

    @Test("U+0000, halves of surrogate pairs and numbers beyond Double are repaired or left out with a note")
    func hard() {
        let nul = DialectFixture(
            "/v1/messages", request: #"{"messages":[{"role":"user","content":"a\u0000b"}]}"#,
            response: #"{"type":"message","content":[{"type":"text","text":"\ud83d"}],"stop_reason":"end_turn"}"#)
        #expect(nul.messages == [["role": "user", "content": "a\u{FFFD}b"]])
        #expect(nul.message?["content"] == "\u{FFFD}")
        #expect(Set(nul.projection.notes) == ["nul_replaced", "surrogates_replaced"])
        let number = DialectFixture("/v1/responses", request: #"{"input":"a","x":1e999}"#, response: "{}")
        #expect(number.projection.notes.contains("number_out_of_range"))
    }
}
