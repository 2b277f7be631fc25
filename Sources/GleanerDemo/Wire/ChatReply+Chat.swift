import GleanerCore

/// `POST /v1/chat/completions`.
extension ChatReply {
    var chatUsage: JSONValue {
        [
            "prompt_tokens": .integer(Int64(tokens.prompt)), "completion_tokens": .integer(Int64(tokens.completion)),
            "total_tokens": .integer(Int64(tokens.prompt + tokens.completion)),
            "prompt_tokens_details": ["cached_tokens": .integer(Int64(tokens.cached))],
            "completion_tokens_details": ["reasoning_tokens": .integer(Int64(tokens.reasoning))],
        ]
    }

    private func envelope(_ object: String, choices: [JSONValue]) -> [String: JSONValue] {
        [
            "id": .string(id), "object": .string(object), "created": .integer(created), "model": .string(model),
            "service_tier": "default", "choices": .array(choices),
        ]
    }

    var chatDocument: JSONValue {
        let choices: [JSONValue] = choices.enumerated().map { index, choice in
            var message: [String: JSONValue] = [
                "role": "assistant", "content": .string(choice.content), "refusal": .null,
            ]
            if let call = choice.call {
                message["content"] = .null
                message["tool_calls"] = [chatCall(call, index)]
            }
            return [
                "index": .integer(Int64(index)), "finish_reason": .string(choice.finishReason), "logprobs": .null,
                "message": .object(message),
            ]
        }
        var members = envelope("chat.completion", choices: choices)
        members["usage"] = chatUsage
        return .object(members)
    }

    private func chatCall(_ call: Call, _ index: Int, arguments: String? = nil) -> JSONValue {
        [
            "id": .string(callID("call_", index)), "type": "function",
            "function": ["name": .string(call.name), "arguments": .string(arguments ?? call.arguments)],
        ]
    }

    /// A role per choice, then the pieces with the choices interleaved, then the finish reasons, then the usage when it
    /// was asked for. `[DONE]` is not among them.
    func chatChunks(includeUsage: Bool) -> [JSONValue] {
        func chunk(_ index: Int, _ delta: JSONValue, finish: String? = nil) -> JSONValue {
            let choice: JSONValue = [
                "index": .integer(Int64(index)), "delta": delta, "logprobs": .null,
                "finish_reason": finish.map(JSONValue.string) ?? .null,
            ]
            var members = envelope("chat.completion.chunk", choices: [choice])
            if includeUsage { members["usage"] = .null }
            return .object(members)
        }
        let deltas = choices.enumerated().map { chatDeltas($1, $0) }
        var chunks: [JSONValue] = []
        for position in 0..<(deltas.map(\.count).max() ?? 0) {
            for index in choices.indices where position < deltas[index].count {
                chunks.append(chunk(index, deltas[index][position]))
            }
        }
        for index in choices.indices { chunks.append(chunk(index, [:], finish: choices[index].finishReason)) }
        if includeUsage {
            var last = envelope("chat.completion.chunk", choices: [])
            last["usage"] = chatUsage
            chunks.append(.object(last))
        }
        return chunks
    }

    private func chatDeltas(_ choice: Choice, _ index: Int) -> [JSONValue] {
        guard let call = choice.call else {
            return [["role": "assistant", "content": "", "refusal": .null]]
                + Pieces.of(choice.content).map { ["content": .string($0)] }
        }
        var opening = chatCall(call, index, arguments: "").objectValue ?? [:]
        opening["index"] = 0
        let fragments: [JSONValue] = Self.fragments(of: call.arguments).map {
            ["tool_calls": [["index": 0, "function": ["arguments": .string($0)]]]]
        }
        return [["role": "assistant", "content": .null, "tool_calls": [.object(opening)]]] + fragments
    }
}
