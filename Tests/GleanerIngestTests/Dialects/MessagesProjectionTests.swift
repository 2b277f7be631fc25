import GleanerCore
import Testing

@testable import GleanerIngest

@Suite("Reading Anthropic's messages")
struct MessagesProjectionTests {
    private static let path = "/v1/messages"
    private static let whole = #"""
        {"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[
          {"type":"thinking","thinking":"Soch","signature":"s"},{"type":"text","text":"Dekhta hun"},
          {"type":"tool_use","id":"toolu_1","name":"boil","input":{"ml":200,"hot":true}}],
         "stop_reason":"tool_use","stop_sequence":null,
         "usage":{"input_tokens":5,"cache_creation_input_tokens":7,"cache_read_input_tokens":11,"output_tokens":13,
                  "output_tokens_details":{"thinking_tokens":3}}}
        """#
    /// The same as a stream; output tokens are cumulative.
    private static let stream = [
        #"{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[],"stop_reason":null,"usage":{"input_tokens":5,"cache_creation_input_tokens":7,"cache_read_input_tokens":11,"output_tokens":1}}}"#,
        #"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
        #"{"type":"ping"}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Soch"}}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"s"}}"#,
        #"{"type":"content_block_stop","index":0}"#,
        #"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}"#,
        #"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Dekhta "}}"#,
        #"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"hun"}}"#,
        #"{"type":"content_block_stop","index":1}"#,
        #"{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_1","name":"boil","input":{}}}"#,
        #"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":""}}"#,
        #"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"hot\":true"}}"#,
        #"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":",\"ml\":200}"}}"#,
        #"{"type":"content_block_stop","index":2}"#,
        #"{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":13,"output_tokens_details":{"thinking_tokens":3}}}"#,
        #"{"type":"message_stop"}"#,
    ]

    @Test("an answer is the same whole and streamed", arguments: [false, true])
    func answer(_ streamed: Bool) {
        let read =
            streamed ? DialectFixture(Self.path, events: Self.stream) : DialectFixture(Self.path, response: Self.whole)
        #expect(read.projection.isComplete)
        #expect(read.projection.notes == [])
        #expect(read.projection.completionID == "msg_1")
        #expect(read.projection.servedModel == "claude-x")
        #expect(read.projection.finishReason == "tool_use")
        // 5 + 7 written + 11 read; the last cumulative output, not the sum of 1 and 13.
        #expect(read.tokens == [23, 13, 11, 7, 3])
        #expect(
            read.message == [
                "role": "assistant", "content": "Dekhta hun", "reasoning_content": "Soch",
                "tool_calls": [
                    [
                        "id": "toolu_1", "type": "function",
                        "function": ["name": "boil", "arguments": "{\"hot\":true,\"ml\":200}"],
                    ]
                ],
            ])
    }

    @Test("a stream that ends before message_stop is not complete, wherever it ends")
    func truncated() {
        for length in 1..<Self.stream.count {
            let read = DialectFixture(Self.path, events: Array(Self.stream.prefix(length)))
            #expect(!read.projection.isComplete)
            #expect(read.projection.notes == ["stream_truncated"])
        }
        let half = DialectFixture(Self.path, events: Array(Self.stream.prefix(13)))
        #expect(half.message?["tool_calls"]?.arrayValue?[0]["function"]?["arguments"] == "{\"hot\":true")
    }

    @Test("overloaded in the middle is an error, and keeps what was said")
    func errorEvent() {
        let error = #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#
        let read = DialectFixture(Self.path, events: Array(Self.stream.prefix(9)) + [error])
        #expect(!read.projection.isComplete)
        #expect(read.projection.notes == ["error_answer"])
        #expect(read.message?["content"] == "Dekhta hun")
    }

    @Test("a tool without arguments is called with {}")
    func noArguments() {
        let events =
            Array(Self.stream[..<1]) + [
                #"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"now","input":{}}}"#,
                #"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":""}}"#,
            ] + Array(Self.stream.suffix(2))
        let read = DialectFixture(Self.path, events: events)
        #expect(read.message?["tool_calls"]?.arrayValue?[0]["function"] == ["name": "now", "arguments": "{}"])
        #expect(read.message?["content"] == .null)
    }

    @Test("an error body is an error answer")
    func errorBody() {
        let body = #"{"type":"error","error":{"type":"not_found_error","message":"x"},"request_id":"r"}"#
        let read = DialectFixture(Self.path, response: body)
        #expect(!read.projection.isComplete)
        #expect(read.projection.notes == ["error_answer"])
        #expect(read.projection.answer == nil)
    }

    @Test("system and blocks become chat messages, with the calls of tools and their results")
    func request() {
        let request = #"""
            {"model":"m","max_tokens":9,"system":[{"type":"text","text":"Be"},{"type":"text","text":"kind"}],"messages":[
              {"role":"user","content":[{"type":"text","text":"Dekho"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AA=="}}]},
              {"role":"assistant","content":[{"type":"text","text":"Ruko"},{"type":"tool_use","id":"t1","name":"look","input":{"b":1,"a":[]}}]},
              {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"chai"}]},{"type":"text","text":"Aur?"}]},
              {"role":"assistant","content":"Bas."},
              {"role":"user","content":[{"type":"tool_result","tool_use_id":"t2","content":"5"}]}]}
            """#
        let read = DialectFixture(Self.path, request: request, response: Self.whole)
        #expect(read.projection.notes == [])
        let messages = read.messages
        #expect(
            messages.map { $0["role"]?.stringValue } == [
                "system", "user", "assistant", "tool", "user", "assistant", "tool",
            ])
        #expect(messages[0]["content"] == "Be\nkind")
        #expect(
            messages[1]["content"]?.arrayValue?[1] == [
                "type": "image_url", "image_url": ["url": "data:image/png;base64,AA=="],
            ])
        #expect(
            messages[2]["tool_calls"]?.arrayValue?[0]["function"] == [
                "name": "look", "arguments": "{\"a\":[],\"b\":1}",
            ])
        #expect(messages[3] == ["role": "tool", "tool_call_id": "t1", "content": "chai"])
        #expect(messages[4] == ["role": "user", "content": "Aur?"])
        #expect(messages[6] == ["role": "tool", "tool_call_id": "t2", "content": "5"])
        #expect(read.projection.systemFingerprint?.count == 32)
    }

    @Test("a block that chat does not have is left out with a note")
    func unknownBlock() {
        let request =
            #"{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"container_upload","file_id":"f"}]}]}"#
        let read = DialectFixture(Self.path, request: request, response: Self.whole)
        #expect(read.projection.notes == ["input_parts_left_out"])
        #expect(read.messages == [["role": "user", "content": "a"]])
    }

    @Test("counts that no machine word holds are left out")
    func overflow() {
        let response = Self.whole.replacing("\"input_tokens\":5", with: "\"input_tokens\":\(Int64.max)")
        let read = DialectFixture(Self.path, response: response)
        #expect(read.tokens[0] == nil)
        #expect(read.projection.isComplete)
    }
}
