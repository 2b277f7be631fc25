import GleanerCore

/// `POST /v1/responses`: items of output, and typed events with a `sequence_number`; no `[DONE]`.
extension ChatReply {
    /// The finished items: reasoning when there was any, then the message or the call of a tool.
    var outputItems: [JSONValue] {
        let reasoning: [JSONValue] =
            thinking.map {
                [
                    [
                        "id": .string(callID("rs_", 0)), "type": "reasoning",
                        "summary": [["type": "summary_text", "text": .string($0)]],
                    ]
                ]
            } ?? []
        return reasoning
            + choices.prefix(1).map { choice in
                if let call = choice.call { return callItem(call, arguments: call.arguments, status: "completed") }
                let status = choice.finishReason == "length" ? "incomplete" : "completed"
                return messageItem([textPart(choice.content)], status: status)
            }
    }

    func messageItem(_ content: [JSONValue], status: String) -> JSONValue {
        [
            "id": .string(callID("msg_", 0)), "type": "message", "status": .string(status), "role": "assistant",
            "content": .array(content),
        ]
    }

    func textPart(_ text: String) -> JSONValue {
        ["type": "output_text", "text": .string(text), "annotations": [], "logprobs": []]
    }

    func callItem(_ call: Call, arguments: String, status: String) -> JSONValue {
        [
            "id": .string(callID("fc_", 0)), "type": "function_call", "status": .string(status),
            "call_id": .string(callID("call_", 0)), "name": .string(call.name), "arguments": .string(arguments),
        ]
    }

    private var responsesUsage: JSONValue {
        [
            "input_tokens": .integer(Int64(tokens.prompt)),
            "input_tokens_details": ["cached_tokens": .integer(Int64(tokens.cached)), "cache_write_tokens": 0],
            "output_tokens": .integer(Int64(tokens.completion)),
            "output_tokens_details": ["reasoning_tokens": .integer(Int64(tokens.reasoning))],
            "total_tokens": .integer(Int64(tokens.prompt + tokens.completion)),
        ]
    }

    /// The `response` object in one of its states; output and usage belong to the last one.
    func response(_ status: String, for request: ChatRequest, error: JSONValue = .null) -> JSONValue {
        let isOver = status != "in_progress"
        let reason: JSONValue = status == "incomplete" ? ["reason": "max_output_tokens"] : .null
        return [
            "id": .string(id), "object": "response", "created_at": .integer(created), "status": .string(status),
            "model": .string(model), "output": .array(isOver ? outputItems : []),
            "usage": isOver ? responsesUsage : .null, "error": error, "incomplete_details": reason,
            "instructions": request.document["instructions"] ?? .null,
            "max_output_tokens": request.document["max_output_tokens"] ?? .null,
            "metadata": request.document["metadata"] ?? [:], "parallel_tool_calls": true,
            "previous_response_id": request.document["previous_response_id"] ?? .null,
            "reasoning": ["effort": request.document["reasoning"]?["effort"] ?? .null, "summary": .null],
            "store": request.document["store"] ?? true, "temperature": 1.0,
            "text": request.document["text"] ?? ["format": ["type": "text"]],
            "tool_choice": request.document["tool_choice"] ?? "auto", "tools": request.document["tools"] ?? [],
            "top_p": 1.0, "truncation": "disabled",
        ]
    }

    var finalStatus: String { choices.first?.finishReason == "length" ? "incomplete" : "completed" }

    func responsesDocument(for request: ChatRequest) -> JSONValue { response(finalStatus, for: request) }
}
