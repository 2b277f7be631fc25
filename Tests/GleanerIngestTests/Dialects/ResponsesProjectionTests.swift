import GleanerCore
import Testing

@testable import GleanerIngest

@Suite("Reading the Responses API")
struct ResponsesProjectionTests {
    private static let path = "/v1/responses"
    private static let output = #"""
        [{"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"Soch"}]},
         {"id":"msg_1","type":"message","role":"assistant","status":"completed","content":[
           {"type":"output_text","text":"Chai ","annotations":[]},{"type":"output_text","text":"garam"}]},
         {"id":"fc_1","type":"function_call","call_id":"call_1","name":"boil","arguments":"{\"ml\":200}"}]
        """#
    private static func response(
        _ status: String, output: String = output, more: String = #""error":null"#
    ) -> String {
        #"{"id":"resp_1","object":"response","status":"\#(status)","model":"m-2026","output":\#(output),\#(more),"#
            + #""usage":{"input_tokens":30,"input_tokens_details":{"cached_tokens":10,"cache_write_tokens":4},"#
            + #""output_tokens":20,"output_tokens_details":{"reasoning_tokens":8},"total_tokens":50}}"#
    }

    /// Events up to the terminal one, with two output items as deltas.
    private static let deltas = [
        #"{"type":"response.created","sequence_number":0,"response":{"id":"resp_1","model":"m-2026","status":"in_progress","output":[]}}"#,
        #"{"type":"response.output_item.added","output_index":0,"item":{"id":"msg_1","type":"message","role":"assistant","content":[]}}"#,
        #"{"type":"response.content_part.added","item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":""}}"#,
        #"{"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"Chai \ud83d"}"#,
        #"{"type":"response.output_item.added","output_index":1,"item":{"id":"fc_1","type":"function_call","call_id":"call_1","name":"boil","arguments":""}}"#,
        #"{"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":1,"delta":"{\"ml\":"}"#,
        #"{"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"\ude42"}"#,
        #"{"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":1,"delta":"200}"}"#,
    ]

    private func expectWhole(_ read: DialectFixture) {
        #expect(read.projection.isComplete)
        #expect(read.projection.notes == [])
        #expect(read.projection.completionID == "resp_1")
        #expect(read.projection.servedModel == "m-2026")
        #expect(read.projection.finishReason == "completed")
        #expect(read.tokens == [30, 20, 10, 4, 8])
        #expect(
            read.message == [
                "role": "assistant", "content": "Chai garam", "reasoning_content": "Soch",
                "tool_calls": [
                    ["id": "call_1", "type": "function", "function": ["name": "boil", "arguments": "{\"ml\":200}"]]
                ],
            ])
    }

    @Test("a whole response is one assistant message with its calls, its reasoning and its counts")
    func whole() { expectWhole(DialectFixture(Self.path, response: Self.response("completed"))) }

    @Test("a stream is what its terminal event says")
    func stream() {
        let last = #"{"type":"response.completed","sequence_number":9,"response":\#(Self.response("completed"))}"#
            .replacing("\n", with: " ")
        expectWhole(DialectFixture(Self.path, events: Self.deltas + [last]))
    }

    @Test("a stream without its terminal event is what the deltas said, and is not complete")
    func truncated() {
        let read = DialectFixture(Self.path, events: Self.deltas)
        #expect(!read.projection.isComplete)
        #expect(read.projection.notes == ["stream_truncated"])
        #expect(read.projection.completionID == "resp_1")
        #expect(read.message?["content"] == "Chai 🙂")
        #expect(read.message?["tool_calls"]?.arrayValue?[0]["function"]?["arguments"] == "{\"ml\":200}")
        #expect(read.choice?["finish_reason"] == .null)
        #expect(read.tokens == [nil, nil, nil, nil, nil])
    }

    @Test("running into a limit is a whole answer with the limit as its reason")
    func incomplete() {
        let more = #""error":null,"incomplete_details":{"reason":"max_output_tokens"}"#
        let read = DialectFixture(Self.path, response: Self.response("incomplete", more: more))
        #expect(read.projection.isComplete)
        #expect(read.projection.finishReason == "max_output_tokens")
    }

    @Test("a failed response is an error, and keeps what it had said", arguments: [true, false])
    func failed(_ streamed: Bool) {
        let response = Self.response("failed", more: #""error":{"code":"server_error","message":"x"}"#)
            .replacing("\n", with: " ")
        let read =
            streamed
            ? DialectFixture(
                Self.path, events: Self.deltas + [#"{"type":"response.failed","response":\#(response)}"#])
            : DialectFixture(Self.path, response: response)
        #expect(!read.projection.isComplete)
        #expect(read.projection.notes == ["error_answer"])
        #expect(read.message?["content"] == "Chai garam")
    }

    @Test("an error event in the middle is an error")
    func errorEvent() {
        let error = #"{"type":"error","code":"server_error","message":"x","param":null,"sequence_number":8}"#
        let read = DialectFixture(Self.path, events: Self.deltas + [error])
        #expect(!read.projection.isComplete)
        #expect(read.projection.notes == ["error_answer"])
        #expect(read.message?["content"] == "Chai 🙂")
    }

    @Test(
        "a response that still runs in the background is not complete",
        arguments: ["queued", "in_progress", "cancelled"])
    func background(_ status: String) {
        #expect(!DialectFixture(Self.path, response: Self.response(status, output: "[]")).projection.isComplete)
    }

    @Test("a refusal is a refusal")
    func refusal() {
        let output =
            #"[{"type":"message","role":"assistant","content":[{"type":"refusal","refusal":"Nahi."}]}]"#
        let message = DialectFixture(Self.path, response: Self.response("completed", output: output)).message
        #expect(message == ["role": "assistant", "content": .null, "refusal": "Nahi."])
    }

    @Test("input becomes chat messages: instructions, texts, images, calls and their results")
    func input() {
        let request = #"""
            {"model":"m","instructions":"Be kind","input":[
              {"role":"user","content":[{"type":"input_text","text":"Kya hai?"},{"type":"input_image","image_url":"data:,","detail":"low"}]},
              {"type":"reasoning","summary":[{"type":"summary_text","text":"hm"}]},
              {"type":"message","role":"assistant","content":[{"type":"output_text","text":"Dekhta hun"}]},
              {"type":"function_call","call_id":"c1","name":"look","arguments":"{}"},
              {"type":"function_call","call_id":"c2","name":"ask","arguments":"{}"},
              {"type":"function_call_output","call_id":"c1","output":"chai"},
              {"type":"function_call_output","call_id":"c2","output":[{"type":"input_text","text":"haan"}]},
              {"role":"user","content":"Aur?"}]}
            """#
        let read = DialectFixture(Self.path, request: request, response: Self.response("completed"))
        #expect(read.projection.notes == [])
        #expect(read.projection.systemFingerprint?.count == 32)
        let messages = read.messages
        #expect(messages.map { $0["role"]?.stringValue } == ["system", "user", "assistant", "tool", "tool", "user"])
        #expect(
            messages[1]["content"] == [
                ["type": "text", "text": "Kya hai?"],
                ["type": "image_url", "image_url": ["url": "data:,", "detail": "low"]],
            ])
        #expect(messages[2]["content"] == "Dekhta hun")
        #expect(messages[2]["reasoning_content"] == "hm")
        #expect(messages[2]["tool_calls"]?.arrayValue?.compactMap { $0["id"]?.stringValue } == ["c1", "c2"])
        #expect(messages[3] == ["role": "tool", "tool_call_id": "c1", "content": "chai"])
        #expect(messages[4]["content"] == "haan")
    }

    @Test(
        "a request that leaves part of the conversation with the provider says so",
        arguments: [
            #""previous_response_id":"resp_0","input":"Aur?""#, #""conversation":"conv_1","input":"Aur?""#,
            #""input":[{"type":"item_reference","id":"msg_0"},{"role":"user","content":"Aur?"}]"#,
            #""prompt":{"id":"pmpt_1"},"input":"Aur?""#,
        ])
    func context(_ members: String) {
        let read = DialectFixture(Self.path, request: "{\(members)}", response: Self.response("completed"))
        #expect(read.projection.notes == ["context_incomplete"])
        #expect(read.messages.last == ["role": "user", "content": "Aur?"])
    }
}
