import Foundation
import GleanerCore
import HTTPTypes
import Hummingbird
import NIOCore

/// What a client gets in place of an answer that its project's policy does not show: an answer of the endpoint's own
/// shape that says so, with the finish reason its SDK knows, so that a chat page shows a sentence and not an error.
struct RefusedAnswer {
    let refusal: CallRefusal
    let endpoint: Endpoint
    let model: String?
    let exchange: ID<Exchange>
    let isEventStream: Bool

    /// `nil` where an endpoint's answers are no words: then it is an error.
    var body: ByteBuffer? {
        switch endpoint.kind {
        case .chatCompletions: isEventStream ? stream(chatChunks) + done : json(chat)
        case .completions: isEventStream ? stream([completion]) + done : json(completion)
        case .messages: isEventStream ? events(messageEvents) : json(message)
        case .responses: isEventStream ? events(responseEvents) : json(response)
        case .embeddings, .moderations, .other: nil
        }
    }

    // MARK: OpenAI

    private var id: String { "chatcmpl-\(exchange)" }
    private var created: JSONValue { .integer(Int64(exchange.timestamp.timeIntervalSince1970)) }
    private var modelName: JSONValue { .string(model ?? "") }

    private var chat: JSONValue {
        [
            "id": .string(id), "object": "chat.completion", "created": created, "model": modelName,
            "choices": [
                [
                    "index": 0, "finish_reason": "content_filter", "logprobs": nil,
                    "message": [
                        "role": "assistant", "content": .string(refusal.message), "refusal": .string(refusal.message),
                    ],
                ]
            ],
        ]
    }

    private var chatChunks: [JSONValue] {
        func chunk(_ delta: JSONValue, _ reason: JSONValue) -> JSONValue {
            [
                "id": .string(id), "object": "chat.completion.chunk", "created": created, "model": modelName,
                "choices": [["index": 0, "delta": delta, "finish_reason": reason]],
            ]
        }
        return [
            chunk(["role": "assistant", "content": .string(refusal.message)], nil), chunk([:], "content_filter"),
        ]
    }

    private var completion: JSONValue {
        [
            "id": .string("cmpl-\(exchange)"), "object": "text_completion", "created": created, "model": modelName,
            "choices": [
                ["index": 0, "text": .string(refusal.message), "finish_reason": "content_filter", "logprobs": nil]
            ],
        ]
    }

    private var response: JSONValue {
        response("incomplete", ["reason": "content_filter"], [outputItem("incomplete", [refusalPart(refusal.message)])])
    }

    private func response(_ status: JSONValue, _ details: JSONValue, _ output: JSONValue) -> JSONValue {
        [
            "id": .string("resp_\(exchange)"), "object": "response", "created_at": created, "model": modelName,
            "status": status, "error": nil, "incomplete_details": details, "parallel_tool_calls": true,
            "tool_choice": "auto", "tools": [], "output": output,
        ]
    }

    private func outputItem(_ status: JSONValue, _ content: JSONValue) -> JSONValue {
        [
            "id": .string("msg_\(exchange)"), "type": "message", "role": "assistant", "status": status,
            "content": content,
        ]
    }

    private func refusalPart(_ text: String) -> JSONValue { ["type": "refusal", "refusal": .string(text)] }

    /// As a provider sends them, numbered from 0: readers build the answer from these, and one that does not begin with
    /// `response.created` is none.
    private var responseEvents: [JSONValue] {
        let text = refusal.message
        let part: [String: JSONValue] = [
            "item_id": .string("msg_\(exchange)"), "output_index": 0, "content_index": 0,
        ]
        let events: [(type: String, members: [String: JSONValue])] = [
            ("response.created", ["response": response("in_progress", nil, [])]),
            ("response.in_progress", ["response": response("in_progress", nil, [])]),
            ("response.output_item.added", ["output_index": 0, "item": outputItem("in_progress", [])]),
            ("response.content_part.added", part.with("part", refusalPart(""))),
            ("response.refusal.delta", part.with("delta", .string(text))),
            ("response.refusal.done", part.with("refusal", .string(text))),
            ("response.content_part.done", part.with("part", refusalPart(text))),
            (
                "response.output_item.done",
                ["output_index": 0, "item": outputItem("incomplete", [refusalPart(text)])]
            ),
            ("response.incomplete", ["response": response]),
        ]
        return events.enumerated().map { number, event in
            .object(
                event.members.with("type", .string(event.type)).with("sequence_number", .integer(Int64(number))))
        }
    }

    // MARK: Anthropic

    private func message(content: JSONValue, stopReason: JSONValue) -> JSONValue {
        [
            "id": .string("msg_\(exchange)"), "type": "message", "role": "assistant", "model": modelName,
            "content": content, "stop_reason": stopReason, "stop_sequence": nil,
            "usage": ["input_tokens": 0, "output_tokens": 0],
        ]
    }

    private var message: JSONValue {
        message(content: [["type": "text", "text": .string(refusal.message)]], stopReason: "refusal")
    }

    private var messageEvents: [JSONValue] {
        [
            ["type": "message_start", "message": message(content: [], stopReason: nil)],
            ["type": "content_block_start", "index": 0, "content_block": ["type": "text", "text": ""]],
            [
                "type": "content_block_delta", "index": 0,
                "delta": ["type": "text_delta", "text": .string(refusal.message)],
            ],
            ["type": "content_block_stop", "index": 0],
            [
                "type": "message_delta", "delta": ["stop_reason": "refusal", "stop_sequence": nil],
                "usage": ["output_tokens": 0],
            ], ["type": "message_stop"],
        ]
    }

    // MARK: Framing

    private func json(_ value: JSONValue) -> ByteBuffer { ByteBuffer(bytes: Self.bytes(value)) }

    private func stream(_ chunks: [JSONValue]) -> ByteBuffer {
        chunks.reduce(into: ByteBuffer()) { buffer, chunk in
            buffer.writeString("data: ")
            buffer.writeBytes(Self.bytes(chunk))
            buffer.writeString("\n\n")
        }
    }

    private func events(_ events: [JSONValue]) -> ByteBuffer {
        events.reduce(into: ByteBuffer()) { buffer, event in
            buffer.writeString("event: \(event["type"]?.stringValue ?? "message")\n")
            buffer.writeImmutableBuffer(stream([event]))
        }
    }

    private var done: ByteBuffer { ByteBuffer(string: "data: [DONE]\n\n") }

    /// Strings and whole numbers always have a JSON form.
    private static func bytes(_ value: JSONValue) -> [UInt8] { (try? value.canonicalBytes()) ?? Array("{}".utf8) }
}

extension [String: JSONValue] {
    fileprivate func with(_ name: String, _ value: JSONValue) -> Self { merging([name: value]) { $1 } }
}

private func + (first: ByteBuffer, second: ByteBuffer) -> ByteBuffer {
    var both = first
    both.writeImmutableBuffer(second)
    return both
}
