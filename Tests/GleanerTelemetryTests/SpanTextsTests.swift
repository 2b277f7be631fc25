import Foundation
import GleanerCore
import OTLP
import Testing

@testable import GleanerTelemetry

@Suite("What was said, on spans")
struct SpanTextsTests {
    private static let chat = "/v1/chat/completions"

    private func texts(
        _ messages: JSONValue, _ answer: JSONValue? = nil, endpoint: String = chat, limit: Int = 65_536
    ) throws -> [String: String] {
        let said = StoredCall.Texts(
            messages: try messages.canonicalBytes(), answer: try answer.map { try $0.canonicalBytes() })
        return Dictionary(
            uniqueKeysWithValues: SpanTexts(said, of: endpoint, limit: limit).attributes.map {
                ($0.key, $0.value.boolValue ? "true" : $0.value.stringValue)
            })
    }

    private func value(_ text: String?) throws -> JSONValue { try JSONValue(parsing: #require(text).utf8) }

    private func content(_ text: String?) throws -> [String] {
        try #require(try value(text).arrayValue).compactMap { $0["parts"]?.arrayValue?.first?["content"]?.stringValue }
    }

    @Test("messages, calls of tools, and answers have the shape of the conventions")
    func shape() throws {
        let found = try texts(
            [
                ["role": "system", "content": "Be kind."],
                [
                    "role": "user",
                    "content": [
                        ["type": "text", "text": "What is this?"],
                        ["type": "image_url", "image_url": ["url": "data:image/png;base64,c2VjcmV0"]],
                    ],
                ],
                [
                    "role": "assistant", "content": nil,
                    "tool_calls": [
                        ["id": "c1", "type": "function", "function": ["name": "look", "arguments": "{\"x\":1}"]]
                    ],
                ],
                ["role": "tool", "tool_call_id": "c1", "content": "a mango"],
            ],
            [
                "choices": [
                    [
                        "index": 0, "finish_reason": "stop",
                        "message": [
                            "role": "assistant", "content": "Aam hai.", "reasoning_content": "It is yellow.",
                        ],
                    ],
                    ["index": 1, "finish_reason": nil, "message": ["role": "assistant", "refusal": "No."]],
                ]
            ])
        #expect(
            try value(found["gen_ai.input.messages"]) == [
                ["role": "system", "parts": [["type": "text", "content": "Be kind."]]],
                ["role": "user", "parts": [["type": "text", "content": "What is this?"], ["type": "image_url"]]],
                [
                    "role": "assistant",
                    "parts": [
                        ["type": "tool_call", "id": "c1", "name": "look", "arguments": "{\"x\":1}"]
                    ],
                ],
                ["role": "tool", "parts": [["type": "tool_call_response", "id": "c1", "response": "a mango"]]],
            ])
        #expect(
            try value(found["gen_ai.output.messages"]) == [
                [
                    "role": "assistant", "finish_reason": "stop",
                    "parts": [
                        ["type": "reasoning", "content": "It is yellow."], ["type": "text", "content": "Aam hai."],
                    ],
                ],
                ["role": "assistant", "finish_reason": "error", "parts": [["type": "refusal", "content": "No."]]],
            ])
        #expect(found.count == 2)
    }

    @Test(
        "instructions that are no part of the conversation are told apart",
        arguments: ["/v1/messages?beta=true", "/v1/responses"])
    func instructions(_ endpoint: String) throws {
        let found = try texts(
            [["role": "system", "content": "Be kind."], ["role": "user", "content": "Hi"]], endpoint: endpoint)
        #expect(try value(found["gen_ai.system_instructions"]) == [["type": "text", "content": "Be kind."]])
        #expect(try content(found["gen_ai.input.messages"]) == ["Hi"])
    }

    @Test("of what is too long the newest messages stay, and of one too long by itself its beginning")
    func cut() throws {
        let many = JSONValue.array((0..<20).map { ["role": "user", "content": .string("message \($0)")] })
        let one: JSONValue = [["role": "user", "content": .string(String(repeating: "चाय \"", count: 500))]]
        // Its very length still fits, a byte less does not.
        let whole = try #require(try texts(many)["gen_ai.input.messages"])
        #expect(try texts(many, limit: whole.utf8.count)["gleaner.texts_cut"] == nil)
        let less = try texts(many, limit: whole.utf8.count - 1)
        #expect(try content(less["gen_ai.input.messages"]) == (1..<20).map { "message \($0)" })
        #expect(less["gleaner.texts_cut"] == "true")
        for limit in [256, 300, 1000] {
            for messages in [many, one] {
                let found = try texts(messages, limit: limit)
                let json = try #require(found["gen_ai.input.messages"])
                #expect(json.utf8.count <= limit && found["gleaner.texts_cut"] == "true")
                let last = try #require(try content(json).last)
                #expect(last == "message 19" || last.hasPrefix("चाय \"") && last.hasSuffix("…"))
            }
        }
    }

    @Test("what cannot be read, or had no room, is not there, and the span says so")
    func missing() {
        let unreadable = StoredCall.Texts(messages: Array("[".utf8), answer: nil)
        for texts in [unreadable, nil] {
            let found = SpanTexts(texts, of: Self.chat, limit: 1000).attributes
            #expect(found.map(\.key) == ["gleaner.texts_cut"] && found[0].value.boolValue)
        }
        #expect(SpanTexts(.init(messages: nil, answer: nil), of: Self.chat, limit: 1000).attributes.isEmpty)
    }
}
