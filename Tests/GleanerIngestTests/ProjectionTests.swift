import AsyncPostgres
import Foundation
import GleanerCore
import Testing

@testable import GleanerIngest

@Suite("Reading answers")
struct ProjectionTests {
    private func value(_ document: JSONB?) -> JSONValue? { document.flatMap { try? JSONValue(parsing: $0.bytes) } }

    /// Two choices, a tool call in pieces, and usage in a chunk of its own.
    private let stream = """
        data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":1,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}

        : keepalive

        data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"f","arguments":""}},{"index":0,"function":{"arguments":"{\\"x\\":"}}]},"finish_reason":null}],"usage":null}

        data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":1,"delta":{"content":"Haa"},"finish_reason":null},{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]},"finish_reason":null}],"usage":null}

        data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":1,"delta":{"content":"n"},"finish_reason":"stop"}],"usage":null}

        data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}],"usage":null}

        data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":7,"total_tokens":16,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":2}}}

        data: [DONE]


        """

    @Test("a stream with two choices, tool calls and usage is put together", arguments: ["\n", "\r\n", "\r"])
    func assembles(_ newline: String) throws {
        let body = Array(
            stream.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: newline).utf8)
        let (answer, unreadable) = ChatStreamAssembler.assemble(body)
        #expect(unreadable == 0)
        #expect(answer.isComplete)
        #expect(answer.completionID == "c1")
        #expect(answer.usage?.prompt_tokens == 9)
        #expect(answer.usage?.completion_tokens == 7)
        #expect(answer.usage?.prompt_tokens_details?.cached_tokens == 4)
        #expect(answer.usage?.completion_tokens_details?.reasoning_tokens == 2)
        #expect(answer.choices.count == 2)
        let first = try #require(answer.choices[0]["message"])
        #expect(answer.choices[0]["finish_reason"] == "tool_calls")
        #expect(first["content"] == JSONValue.null)
        #expect(
            first["tool_calls"] == [
                ["id": "call_a", "type": "function", "function": ["name": "f", "arguments": "{\"x\":1}"]]
            ])
        #expect(answer.choices[1]["message"]?["content"] == "Haan")
        #expect(answer.choices[1]["finish_reason"] == "stop")
    }

    @Test("a stream that ends early is not complete, wherever it ends")
    func truncated() {
        let bytes = Array(stream.utf8)
        let end = stream.range(of: "data: [DONE]")!.lowerBound.utf16Offset(in: stream)
        for length in 0..<end {
            #expect(!ChatStreamAssembler.assemble(Array(bytes[..<length])).answer.isComplete)
        }
    }

    @Test("servers that repeat the name or leave the index out are understood")
    func oddServers() {
        let body = """
            data: {"choices":[{"index":0,"delta":{"tool_calls":[{"id":"a","function":{"name":"get","arguments":"{"}}]}}]}

            data: {"choices":[{"index":0,"delta":{"tool_calls":[{"id":"a","function":{"name":"get","arguments":"}"}}]}}]}

            data: {"choices":[{"index":0,"delta":{"tool_calls":[{"id":"b","function":{"name":"put","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}

            data: [DONE]


            """
        let calls = ChatStreamAssembler.assemble(Array(body.utf8)).answer.choices[0]["message"]?["tool_calls"]
        #expect(calls?.arrayValue?.map { $0["id"]?.stringValue } == ["a", "b"])
        #expect(calls?.arrayValue?.first?["function"] == ["name": "get", "arguments": "{}"])
    }

    @Test("an error in the middle of a stream is an error")
    func errorEvent() {
        let body =
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\ndata: {\"error\":{\"message\":\"x\"}}\n\ndata: [DONE]\n\n"
        let answer = ChatStreamAssembler.assemble(Array(body.utf8)).answer
        #expect(answer.hasError)
        #expect(!answer.isComplete)
        #expect(answer.choices[0]["message"]?["content"] == "a")
    }

    @Test("U+0000 becomes U+FFFD in the projection, with a note; the bytes are not touched")
    func nul() {
        let exchange = JournaledExchange.fixture(
            request: #"{"model":"m","messages":[{"role":"user","content":"a\u0000b"}]}"#,
            response:
                #"{"id":"x\u0000","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}]}"#
        )
        let projection = ExchangeProjection(exchange)
        #expect(value(projection.messages)?.arrayValue?[0]["content"] == "a\u{FFFD}b")
        #expect(projection.completionID == "x\u{FFFD}")
        #expect(projection.notes == ["nul_replaced"])
        #expect(projection.isComplete)
    }

    @Test(
        "the languages are those of what the user said last and of the first answer, in every dialect",
        arguments: [
            (
                "/v1/chat/completions",
                #"{"model":"m","messages":[{"role":"user","content":"hello there"},{"role":"assistant","content":"x"},{"role":"user","content":[{"type":"text","text":"chai kaise"},{"type":"image_url"},{"type":"text","text":"banate hain"}]},{"role":"tool","content":"the end of it"}]}"#,
                #"{"choices":[{"index":0,"message":{"role":"assistant","content":"पानी उबालो"},"finish_reason":"stop"},{"index":1,"message":{"content":"the"},"finish_reason":"stop"}]}"#
            ),
            (
                "/v1/messages",
                #"{"model":"m","system":"You are the one","messages":[{"role":"user","content":"chai kaise banate hain"}]}"#,
                #"{"id":"x","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"पानी उबालो"}],"stop_reason":"end_turn"}"#
            ),
            (
                "/v1/responses", #"{"model":"m","input":"chai kaise banate hain"}"#,
                #"{"id":"x","status":"completed","output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"पानी उबालो"}]}]}"#
            ),
        ])
    func languages(_ endpoint: String, _ request: String, _ response: String) {
        let projection = ExchangeProjection(.fixture(request: request, response: response, endpoint: endpoint))
        #expect(projection.language == "hi-Latn")
        #expect(projection.answerLanguage == "hi")
        #expect(projection.messageCount.map(Int.init) == value(projection.messages)?.arrayValue?.count)
        #expect(projection.messageCount != nil)
    }

    @Test("a streamed answer has a language, a text that tells none is und, and no text is none")
    func languagesAtTheEdge() {
        let streamed = ExchangeProjection(
            .fixture(
                request: #"{"model":"m","messages":[{"role":"user","content":"\ud83d\ude00 12"}]}"#, response: stream,
                contentType: "text/event-stream"))
        #expect(streamed.language == "und")
        #expect(streamed.answerLanguage == nil)
        let silent = ExchangeProjection(.fixture(request: #"{"messages":[{"role":"user","content":null}]}"#))
        #expect(silent.language == nil)
        let absent = ExchangeProjection(.fixture(request: #"{"messages":[{"role":"system","content":"the"}]}"#))
        #expect(absent.language == nil)
    }

    @Test("a body that cannot be read leaves a note and no projection")
    func unreadable() {
        let projection = ExchangeProjection(.fixture(request: "{", response: "<html>"))
        #expect(projection.messages == nil)
        #expect(projection.messageCount == nil)
        #expect(projection.answer == nil)
        #expect(projection.notes == ["request_not_json", "response_not_json"])
        #expect(!projection.isComplete)
    }

    @Test("an answer that is an error is not complete")
    func errorAnswer() {
        let projection = ExchangeProjection(
            .fixture(request: #"{"model":"m"}"#, response: #"{"error":{"message":"no"}}"#, httpStatus: 404))
        #expect(!projection.isComplete)
        #expect(projection.notes == ["error_answer"])
    }
}
