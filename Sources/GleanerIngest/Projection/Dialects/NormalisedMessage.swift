import GleanerCore

/// A chat message put together from the parts of another dialect.
struct NormalisedMessage {
    var role = "assistant"
    /// Chat parts, in order.
    var parts: [JSONValue] = []
    var refusal = ""
    var reasoning = ""
    var calls: [JSONValue] = []

    mutating func say(_ text: String) { parts.append(["type": "text", "text": .string(text)]) }

    mutating func call(id: String, name: String, arguments: String) {
        calls.append([
            "id": .string(id), "type": "function",
            "function": ["name": .string(name), "arguments": .string(arguments)],
        ])
    }

    /// A tool whose input is text, not JSON.
    mutating func callCustom(id: String, name: String, input: String) {
        calls.append([
            "id": .string(id), "type": "custom", "custom": ["name": .string(name), "input": .string(input)],
        ])
    }

    /// Texts alone are one string, as most clients send it; other parts keep the list. Nothing at all is null.
    private var content: JSONValue {
        if parts.isEmpty { return calls.isEmpty && refusal.isEmpty ? "" : .null }
        let texts = parts.compactMap { $0["type"] == "text" ? $0["text"]?.stringValue : nil }
        return texts.count == parts.count ? .string(texts.joined()) : .array(parts)
    }

    var value: JSONValue {
        var members: [String: JSONValue] = ["role": .string(role), "content": content]
        if !refusal.isEmpty { members["refusal"] = .string(refusal) }
        if !reasoning.isEmpty { members["reasoning_content"] = .string(reasoning) }
        if !calls.isEmpty { members["tool_calls"] = .array(calls) }
        return .object(members)
    }

    static func text(_ role: String, _ text: String) -> JSONValue {
        ["role": .string(role), "content": .string(text)]
    }

    static func toolResult(id: String, _ content: JSONValue) -> JSONValue {
        ["role": "tool", "tool_call_id": .string(id), "content": content]
    }
}

extension ChatAnswer {
    /// One choice, the first.
    mutating func setOnly(message: JSONValue, finishReason reason: String?) {
        choices = [["index": 0, "message": message, "finish_reason": reason.map { .string($0) } ?? .null]]
    }
}
