import GleanerCore

/// Anthropic's `POST /v1/messages`: blocks of content, and events from `message_start` to `message_stop`.
extension ChatReply {
    private var choice: Choice { choices.first ?? Choice(content: "", finishReason: "stop") }

    private var stopReason: String {
        switch choice.finishReason {
        case "length": "max_tokens"
        case "tool_calls": "tool_use"
        default: "end_turn"
        }
    }

    /// Here the input leaves out what was read from or written to a cache.
    private func messagesUsage(output: Int) -> [String: JSONValue] {
        [
            "input_tokens": .integer(Int64(tokens.prompt - tokens.cached - tokens.cacheWritten)),
            "cache_creation_input_tokens": .integer(Int64(tokens.cacheWritten)),
            "cache_read_input_tokens": .integer(Int64(tokens.cached)), "output_tokens": .integer(Int64(output)),
        ]
    }

    private func message(_ content: [JSONValue], stop: JSONValue, output: Int) -> JSONValue {
        let more: [String: JSONValue] = [
            "cache_creation": [
                "ephemeral_5m_input_tokens": .integer(Int64(tokens.cacheWritten)), "ephemeral_1h_input_tokens": 0,
            ],
            "service_tier": "standard",
        ]
        return [
            "id": .string(id), "type": "message", "role": "assistant", "model": .string(model),
            "content": .array(content), "stop_reason": stop, "stop_sequence": .null,
            "usage": .object(messagesUsage(output: output).merging(more) { first, _ in first }),
        ]
    }

    /// The finished blocks: thinking when there was any, then text or the use of a tool.
    private var blocks: [JSONValue] {
        let thought: [JSONValue] =
            thinking.map { [["type": "thinking", "thinking": .string($0), "signature": .string(signature)]] } ?? []
        guard let call = choice.call else { return thought + [["type": "text", "text": .string(choice.content)]] }
        return thought + [
            [
                "type": "tool_use", "id": .string(callID("toolu_", 0)), "name": .string(call.name),
                "input": (try? JSONValue(parsing: call.arguments.utf8)) ?? [:],
            ]
        ]
    }

    private var signature: String { "c2lnbmF0dXJl" + id.suffix(8) }

    var messagesDocument: JSONValue { message(blocks, stop: .string(stopReason), output: tokens.completion) }

    /// One `ping` stands after the first start of a block, as Anthropic does it.
    var messagesEvents: [JSONValue] {
        let blocks = blocks
        var events: [JSONValue] = [["type": "message_start", "message": message([], stop: .null, output: 1)]]
        for (index, block) in blocks.enumerated() {
            let (empty, deltas) = opened(block)
            let place = JSONValue.integer(Int64(index))
            events.append(["type": "content_block_start", "index": place, "content_block": empty])
            if index == 0 { events.append(["type": "ping"]) }
            events += deltas.map { ["type": "content_block_delta", "index": place, "delta": $0] }
            events.append(["type": "content_block_stop", "index": place])
        }
        events.append([
            "type": "message_delta", "delta": ["stop_reason": .string(stopReason), "stop_sequence": .null],
            "usage": .object(messagesUsage(output: tokens.completion)),
        ])
        return events + [["type": "message_stop"]]
    }

    /// A block as it starts, and the deltas that fill it.
    private func opened(_ block: JSONValue) -> (empty: JSONValue, deltas: [JSONValue]) {
        var empty = block.objectValue ?? [:]
        switch block["type"]?.stringValue {
        case "thinking":
            empty["thinking"] = ""
            empty["signature"] = ""
            let pieces = Pieces.of(block["thinking"]?.stringValue ?? "")
            let deltas: [JSONValue] = pieces.map { ["type": "thinking_delta", "thinking": .string($0)] }
            return (.object(empty), deltas + [["type": "signature_delta", "signature": .string(signature)]])
        case "tool_use":
            empty["input"] = [:]
            // A call without arguments has one empty fragment.
            let arguments = choice.call?.arguments ?? ""
            let fragments = [""] + (arguments == "{}" ? [] : Self.fragments(of: arguments))
            return (.object(empty), fragments.map { ["type": "input_json_delta", "partial_json": .string($0)] })
        default:
            empty["text"] = ""
            let pieces = Pieces.of(block["text"]?.stringValue ?? "")
            return (.object(empty), pieces.map { ["type": "text_delta", "text": .string($0)] })
        }
    }
}
