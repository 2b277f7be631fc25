import GleanerCore

extension ChatReply {
    private var usage: JSONValue {
        [
            "prompt_tokens": .integer(Int64(promptTokens)), "completion_tokens": .integer(Int64(completionTokens)),
            "total_tokens": .integer(Int64(promptTokens + completionTokens)),
            "prompt_tokens_details": ["cached_tokens": 0],
            "completion_tokens_details": ["reasoning_tokens": 0],
        ]
    }

    private func envelope(_ object: String, choices: [JSONValue]) -> [String: JSONValue] {
        [
            "id": .string(id), "object": .string(object), "created": .integer(created), "model": .string(model),
            "service_tier": "default", "choices": .array(choices),
        ]
    }

    /// The body of an answer that is not streamed.
    var document: JSONValue {
        let choices: [JSONValue] = choices.enumerated().map { index, choice in
            [
                "index": .integer(Int64(index)), "finish_reason": .string(choice.finishReason), "logprobs": .null,
                "message": ["role": "assistant", "content": .string(choice.content), "refusal": .null],
            ]
        }
        var members = envelope("chat.completion", choices: choices)
        members["usage"] = usage
        return .object(members)
    }

    /// The chunks of a streamed answer: a role per choice, then the pieces with the choices interleaved, then the
    /// finish reasons, then the usage when it was asked for. `[DONE]` is not among them.
    func chunks(includeUsage: Bool) -> [JSONValue] {
        func chunk(_ index: Int, _ delta: JSONValue, finish: String? = nil) -> JSONValue {
            let choice: JSONValue = [
                "index": .integer(Int64(index)), "delta": delta, "logprobs": .null,
                "finish_reason": finish.map(JSONValue.string) ?? .null,
            ]
            var members = envelope("chat.completion.chunk", choices: [choice])
            if includeUsage { members["usage"] = .null }
            return .object(members)
        }
        let pieces = choices.map { Pieces.of($0.content) }
        var chunks: [JSONValue] = []
        for index in choices.indices {
            chunks.append(chunk(index, ["role": "assistant", "content": "", "refusal": .null]))
        }
        for position in 0..<(pieces.map(\.count).max() ?? 0) {
            for index in choices.indices where position < pieces[index].count {
                chunks.append(chunk(index, ["content": .string(pieces[index][position])]))
            }
        }
        for index in choices.indices { chunks.append(chunk(index, [:], finish: choices[index].finishReason)) }
        if includeUsage {
            var last = envelope("chat.completion.chunk", choices: [])
            last["usage"] = usage
            chunks.append(.object(last))
        }
        return chunks
    }

    /// The whole answer in the form that `request` asked for.
    func answer(to request: ChatRequest, headers: [String: String] = [:]) -> ProviderAnswer {
        guard request.stream else { return .whole(headers: headers, document.wireBytes) }
        let events = chunks(includeUsage: request.includeUsage).map { ServerSentEvent.data($0.wireBytes) }
        return .stream(headers: headers, events + [ServerSentEvent.done])
    }
}

/// Framing of `text/event-stream`.
enum ServerSentEvent {
    static func data(_ payload: [UInt8]) -> [UInt8] { Array("data: ".utf8) + payload + Array("\n\n".utf8) }
    static let done = data(Array("[DONE]".utf8))
}
