import Foundation
import GleanerCore
import Testing

@testable import GleanerImport

@Suite("Other tools' logs")
struct FormatTests {
    private let context = ImportContext(
        now: Date(timeIntervalSince1970: 1_760_000_000), defaultTime: Date(timeIntervalSince1970: 1_700_000_000))

    private func read(_ format: ImportFormat, _ json: String) throws -> LoggedExchange {
        try #require(try format.reading(Array(json.utf8), context: context))
    }
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("OpenAI: a stored completion with its messages becomes request and answer again")
    func openai() throws {
        let json = #"""
            {"object":"chat.completion","id":"chatcmpl-1","model":"gpt-4o-2024-08-06","created":1738960610,"request_id":"req_1",
            "tool_choice":null,"usage":{"prompt_tokens":31,"completion_tokens":18,"total_tokens":49},"seed":494,"top_p":1,
            "temperature":0.70,"input_user":"u-9","service_tier":"default","tools":null,"metadata":{"conversation_id":"t-1"},
            "choices":[{"index":0,"message":{"content":"Namaste","role":"assistant","tool_calls":null},"finish_reason":"stop"}],
            "messages":{"object":"list","data":[{"id":"m0","role":"user","content":"hi"}],"has_more":false}}
            """#
        let logged = try read(.openai, json)
        #expect(
            text(logged.request)
                == #"{"model":"gpt-4o-2024-08-06","messages":[{"id":"m0","role":"user","content":"hi"}],"temperature":0.70,"top_p":1,"seed":494,"user":"u-9","metadata":{"conversation_id":"t-1"}}"#
        )
        let answer = try JSONValue(parsing: logged.response)
        #expect(answer["id"]?.stringValue == "chatcmpl-1")
        #expect(answer["choices"]?.arrayValue?.first?["message"]?["content"]?.stringValue == "Namaste")
        #expect(answer["usage"]?["prompt_tokens"]?.intValue == 31)
        #expect(logged.receivedAt == Date(timeIntervalSince1970: 1_738_960_610))
        #expect(logged.identity == .external("chatcmpl-1"))
        #expect(logged.conversation == "t-1")
        #expect(logged.endUser == "u-9")
        #expect(ImportFormat.detected(in: Array(json.utf8)) == .openai)
    }

    @Test("Helicone: bodies, times, session and user")
    func helicone() throws {
        let json = #"""
            {"request_id":"h-1","request_created_at":"2025-02-01T08:00:00.250Z","response_status":200,"delay_ms":812.5,
            "time_to_first_token":90,"request_path":"https://api.openai.com/v1/chat/completions","provider":"OPENAI",
            "request_user_id":"u1","request_properties":{"Helicone-Session-Id":"s1","plan":"pro"},
            "request_body":{"model":"gpt-4o-mini","messages":[{"role":"user","content":"hi"}]},
            "response_body":{"id":"c1","choices":[]},"signed_body_url":null}
            """#
        let logged = try read(.helicone, json)
        #expect(text(logged.request).hasPrefix(#"{"model":"gpt-4o-mini""#))
        #expect(text(logged.response) == #"{"id":"c1","choices":[]}"#)
        #expect(logged.endpoint == "/v1/chat/completions")
        #expect(logged.duration == .microseconds(812_500))
        #expect(logged.timeToFirstToken == .milliseconds(90))
        #expect(logged.conversation == "s1")
        #expect(logged.endUser == "u1")
        #expect(logged.provider == "openai")
        #expect(logged.metadata?["plan"]?.stringValue == "pro")
        #expect(logged.model == "gpt-4o-mini")
        #expect(ImportFormat.detected(in: Array(json.utf8)) == .helicone)
        let failed = try read(
            .helicone,
            #"{"request_id":"h-2","request_body":"{\"model\":\"m\"}","response_status":-3,"response_body":""}"#)
        #expect(failed.status == .upstreamFailed)
        #expect(failed.httpStatus == nil)
        #expect(text(failed.request) == #"{"model":"m"}"#)
        #expect(throws: LogError.self) { try read(.helicone, #"{"request_id":"h-3","response_status":200}"#) }
    }

    @Test("Langfuse: a generation in either spelling; other observations are passed over")
    func langfuse() throws {
        let camel = #"""
            {"id":"o1","traceId":"t1","type":"GENERATION","startTime":"2025-01-05T00:00:00.000Z","endTime":"2025-01-05T00:00:02.000Z",
            "completionStartTime":"2025-01-05T00:00:00.500Z","model":"gpt-4o","modelParameters":{"temperature":0.2},
            "input":[{"role":"user","content":"chai?"}],"output":{"role":"assistant","content":"haan"},
            "usageDetails":{"input":90,"input_cached_tokens":10,"output":5,"total":105},"level":"DEFAULT","metadata":{"a":"b"}}
            """#
        let logged = try read(.langfuse, camel)
        #expect(
            text(logged.request)
                == #"{"model":"gpt-4o","messages":[{"role":"user","content":"chai?"}],"temperature":0.2}"#)
        let answer = try JSONValue(parsing: logged.response)
        #expect(answer["choices"]?.arrayValue?.first?["message"]?["content"]?.stringValue == "haan")
        #expect(answer["usage"]?["prompt_tokens"]?.intValue == 100)
        #expect(answer["usage"]?["prompt_tokens_details"]?["cached_tokens"]?.intValue == 10)
        #expect(answer["usage"]?["completion_tokens"]?.intValue == 5)
        #expect(logged.duration == .seconds(2))
        #expect(logged.timeToFirstToken == .milliseconds(500))
        #expect(logged.conversation == "t1")
        #expect(ImportFormat.detected(in: Array(camel.utf8)) == .langfuse)

        let snake = #"""
            {"id":"o2","trace_id":"t1","session_id":"s1","user_id":"u1","type":"GENERATION","start_time":"2025-01-05 00:00:00.000000",
            "provided_model_name":"gpt-4o","input":"{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"model\":\"gpt-4o\"}",
            "output":"plain text"}
            """#
        let other = try read(.langfuse, snake)
        #expect(text(other.request) == #"{"messages":[{"role":"user","content":"hi"}],"model":"gpt-4o"}"#)
        #expect(
            try JSONValue(parsing: other.response)["choices"]?.arrayValue?.first?["message"]?["content"]?.stringValue
                == "plain text")
        #expect(other.conversation == "s1")
        #expect(other.endUser == "u1")
        let span = try ImportFormat.langfuse.reading(Array(#"{"id":"o3","type":"SPAN"}"#.utf8), context: context)
        #expect(span == nil)
        #expect(try read(.langfuse, camel.replacing("DEFAULT", with: "ERROR")).status == .upstreamFailed)
    }

    @Test("LiteLLM: the client's own body where it was kept, never its headers")
    func litellm() throws {
        let json = #"""
            {"request_id":"chatcmpl-7","call_type":"acompletion","startTime":"2025-04-01T10:00:00.000Z","endTime":"2025-04-01T10:00:01.500Z",
            "completionStartTime":"2025-04-01T10:00:01.500Z","model":"gpt-4o-mini","model_group":"bot","custom_llm_provider":"openai",
            "end_user":"","session_id":"s7","request_tags":["a","b"],"status":"success","messages":{},
            "proxy_server_request":{"url":"http://x","headers":{"authorization":"Bearer sk-secret"},"body":{"model":"bot","messages":[{"role":"user","content":"q"}]}},
            "response":"{\"id\":\"chatcmpl-7\",\"choices\":[]}"}
            """#
        let logged = try read(.litellm, json)
        #expect(text(logged.request) == #"{"model":"bot","messages":[{"role":"user","content":"q"}]}"#)
        #expect(text(logged.response) == #"{"id":"chatcmpl-7","choices":[]}"#)
        #expect(!text(logged.request + logged.response).contains("secret"))
        #expect(logged.tags == ["a", "b"])
        #expect(logged.provider == "openai")
        #expect(logged.duration == .milliseconds(1500))
        #expect(logged.timeToFirstToken == nil)
        #expect(ImportFormat.detected(in: Array(json.utf8)) == .litellm)

        let payload = #"""
            {"id":"p1","call_type":"aembedding","startTime":1743501600.25,"endTime":1743501601.25,"model":"e3","status":"failure",
            "messages":[{"role":"user","content":"q"}],"model_parameters":{"temperature":1,"extra_headers":{"k":"v"}},"response":null,
            "error_information":{"error_code":"429"}}
            """#
        let failed = try read(.litellm, payload)
        #expect(failed.status == .upstreamFailed)
        #expect(failed.httpStatus == 429)
        #expect(failed.endpoint == "/v1/embeddings")
        #expect(text(failed.request) == #"{"model":"e3","messages":[{"role":"user","content":"q"}],"temperature":1}"#)
        #expect(throws: LogError.self) {
            try read(.litellm, #"{"request_id":"x","call_type":"completion","messages":{},"response":{}}"#)
        }
    }

    @Test("chat: the last message is the answer; without an id the content is the name")
    func chat() throws {
        let json =
            #"{"messages": [{"role":"system","content":"S"}, {"role":"user","content":"Q"}, {"role":"assistant","content":"A"}],"tools":[1]}"#
        let logged = try read(.chat, json)
        #expect(
            text(logged.request)
                == #"{"tools":[1],"messages":[{"role":"system","content":"S"},{"role":"user","content":"Q"}]}"#)
        #expect(
            try JSONValue(parsing: logged.response)["choices"]?.arrayValue?.first?["message"]?["content"]?.stringValue
                == "A")
        #expect(logged.receivedAt == context.defaultTime)
        #expect(try read(.chat, json).identity == logged.identity)
        #expect(try read(.chat, json.replacing("\"Q\"", with: "\"R\"")).identity != logged.identity)
        #expect(throws: LogError.self) { try read(.chat, #"{"messages":[{"role":"user","content":"Q"}]}"#) }
        #expect(ImportFormat.detected(in: Array(json.utf8)) == .chat)
        #expect(ImportFormat.detected(in: Array(#"{"something":"else"}"#.utf8)) == nil)
    }

    @Test("gleaner: the same exchange has the same id whether it is posted or imported")
    func gleaner() throws {
        let json = #"{"external_id":"e1","received_at":"2025-01-01T00:00:00Z","request":{},"response":"x"}"#
        let project = ID<Project>.new()
        let imported = try read(.gleaner, json).id(in: project, namespace: ImportFormat.gleaner.namespace)
        let posted = try LoggedItem.reading(Array(json.utf8), now: context.now).id(in: project, namespace: "api")
        #expect(imported == posted)
        #expect(ImportFormat.detected(in: Array(json.utf8)) == .gleaner)
        let nameless = try read(.gleaner, #"{"request":{},"response":"x"}"#)
        #expect(nameless.receivedAt == context.defaultTime)
        #expect(nameless.identity != .none)
    }
}
