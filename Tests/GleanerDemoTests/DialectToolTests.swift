import GleanerCore
import Testing

@testable import GleanerDemo

@Suite("Tools and structured output of the scripted provider")
struct DialectToolTests {
    private typealias Fixture = DialectFixture

    private static let schema =
        #"{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer","minimum":2}},"#
        + #""required":["city","days"]}"#

    private static func tools(_ dialect: WireDialect) -> String {
        switch dialect {
        case .chat: #","tools":[{"type":"function","function":{"name":"weather","parameters":\#(schema)}}]"#
        case .messages: #","tools":[{"name":"weather","input_schema":\#(schema)}]"#
        default: #","tools":[{"type":"function","name":"weather","parameters":\#(schema)}]"#
        }
    }

    private static let expected: JSONValue = ["city": "Main Gleaner ka", "days": 2]

    @Test("a tool is called with arguments that fit its schema, whole and in fragments", arguments: [false, true])
    func calls(_ stream: Bool) throws {
        func ask(_ dialect: WireDialect) throws -> [JSONValue] {
            let body = Fixture.body(dialect, stream: stream, extra: Self.tools(dialect))
            return stream ? try Fixture.events(dialect, body) : [try Fixture.document(dialect, body)]
        }
        let chat = try ask(.chat).compactMap { $0["choices"]?.arrayValue?.first }
        let calls = chat.compactMap { ($0["delta"] ?? $0["message"])?["tool_calls"]?.arrayValue?.first }
        #expect(calls.first?["function"]?["name"] == "weather")
        let text = calls.compactMap { $0["function"]?["arguments"]?.stringValue }.joined()
        #expect(try JSONValue(parsing: text.utf8) == Self.expected)
        #expect(chat.last?["finish_reason"] == "tool_calls")

        let last = try #require(try ask(.responses).last)
        let item = try #require((last["response"] ?? last)["output"]?.arrayValue?.first)
        #expect(item["type"] == "function_call")
        #expect(try JSONValue(parsing: #require(item["arguments"]?.stringValue).utf8) == Self.expected)

        let messages = try ask(.messages)
        if stream {
            let json = messages.compactMap { $0["delta"]?["partial_json"]?.stringValue }.joined()
            #expect(try JSONValue(parsing: json.utf8) == Self.expected)
            #expect(messages[messages.count - 2]["delta"]?["stop_reason"] == "tool_use")
        } else {
            #expect(messages[0]["content"]?.arrayValue?[0]["input"] == Self.expected)
            #expect(messages[0]["stop_reason"] == "tool_use")
        }
    }

    @Test("after the result of a tool the answer is text, and also when no tool may be called")
    func answersAfterwards() throws {
        let chat =
            #"{"model":"demo-hinglish-1","messages":[{"role":"user","content":"a"},{"role":"tool","content":"5"}]"#
        #expect(
            try Fixture.document(.chat, chat + Self.tools(.chat) + "}")["choices"]?.arrayValue?[0]["finish_reason"]
                == "stop")
        let messages =
            #"{"model":"demo-hinglish-1","max_tokens":99,"messages":[{"role":"user","content":"#
            + #"[{"type":"tool_result","tool_use_id":"t","content":"5"}]}]"#
        let answer = try Fixture.document(.messages, messages + Self.tools(.messages) + "}")
        #expect(answer["stop_reason"] == "end_turn")
        let none = Fixture.body(.chat, extra: Self.tools(.chat) + #","tool_choice":"none""#)
        #expect(try Fixture.document(.chat, none)["choices"]?.arrayValue?[0]["finish_reason"] == "stop")
    }

    @Test("an answer that has to fit a schema does")
    func structured() throws {
        let format = #"{"type":"json_schema","json_schema":{"name":"trip","strict":true,"schema":\#(Self.schema)}}"#
        let chat = try Fixture.document(.chat, Fixture.body(.chat, extra: #","response_format":\#(format)"#))
        let text = try #require(chat["choices"]?.arrayValue?[0]["message"]?["content"]?.stringValue)
        #expect(try JSONValue(parsing: text.utf8)["days"] == 2)
        let nested = #","text":{"format":{"type":"json_schema","name":"trip","schema":\#(Self.schema)}}"#
        let responses = try Fixture.document(.responses, Fixture.body(.responses, extra: nested))
        let part = responses["output"]?.arrayValue?[0]["content"]?.arrayValue?[0]["text"]?.stringValue
        #expect(try JSONValue(parsing: #require(part).utf8)["city"]?.stringValue != nil)
    }

    @Test("samples follow references, choices and lists")
    func samples() throws {
        let schema: JSONValue = [
            "$defs": ["Item": ["type": "object", "properties": ["n": ["type": "number"]], "required": ["n"]]],
            "type": "object", "required": ["items", "kind", "maybe", "on"],
            "properties": [
                "items": ["type": "array", "minItems": 2, "items": ["$ref": "#/$defs/Item"]],
                "kind": ["enum": ["tea", "coffee"]], "maybe": ["anyOf": [["type": "null"], ["type": "string"]]],
                "on": ["type": "string", "format": "date"], "unasked": ["type": "string"],
            ],
        ]
        #expect(
            SchemaSample.value(for: schema, text: "x") == [
                "items": [["n": 0.5], ["n": 0.5]], "kind": "tea", "maybe": .null, "on": "2026-11-01",
            ])
    }

    @Test("a schema that needs itself ends all the same")
    func recursion() {
        let schema: JSONValue = [
            "type": "object", "properties": ["next": ["$ref": "#"]], "required": ["next"],
        ]
        #expect(SchemaSample.value(for: schema, text: "x")["next"]?["next"] != nil)
    }
}
