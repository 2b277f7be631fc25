import GleanerCore

/// `POST /v1/completions`, OpenAI's older text interface.
extension ChatReply {
    private func envelope(_ choices: [JSONValue]) -> [String: JSONValue] {
        [
            "id": .string(id), "object": "text_completion", "created": .integer(created), "model": .string(model),
            "choices": .array(choices),
        ]
    }

    private func entry(_ index: Int, _ text: String, finish: String?) -> JSONValue {
        [
            "index": .integer(Int64(index)), "text": .string(text), "logprobs": .null,
            "finish_reason": finish.map(JSONValue.string) ?? .null,
        ]
    }

    var completionsDocument: JSONValue {
        var members = envelope(choices.enumerated().map { entry($0, $1.content, finish: $1.finishReason) })
        members["usage"] = chatUsage
        return .object(members)
    }

    /// Pieces with the choices interleaved, an empty piece with each finish reason, and usage when it was asked for.
    func completionsChunks(includeUsage: Bool) -> [JSONValue] {
        func chunk(_ entries: [JSONValue], usage: JSONValue = .null) -> JSONValue {
            var members = envelope(entries)
            if includeUsage { members["usage"] = usage }
            return .object(members)
        }
        let pieces = choices.map { Pieces.of($0.content) }
        var chunks: [JSONValue] = []
        for position in 0..<(pieces.map(\.count).max() ?? 0) {
            for index in choices.indices where position < pieces[index].count {
                chunks.append(chunk([entry(index, pieces[index][position], finish: nil)]))
            }
        }
        for index in choices.indices { chunks.append(chunk([entry(index, "", finish: choices[index].finishReason)])) }
        if includeUsage { chunks.append(chunk([], usage: chatUsage)) }
        return chunks
    }
}
