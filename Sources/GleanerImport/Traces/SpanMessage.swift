import GleanerCore

/// Messages as OpenTelemetry's conventions write them, as a chat completion's messages.
///
/// Source: OpenTelemetry's semantic conventions for generative AI, `gen_ai.input.messages` (parts, from 1.37 on), and what came before:
/// messages with `content`, as OpenAI has them.
enum SpanMessage {
    /// What a list of messages says, in its order; anything but a list of objects says nothing.
    static func list(_ value: JSONValue?) -> [JSONValue] {
        let list = value?.arrayValue ?? (value?.objectValue == nil ? [] : [value!])
        return list.flatMap(messages)
    }

    /// System instructions are parts without a message around them.
    static func system(_ value: JSONValue?) -> [JSONValue] {
        guard let parts = value?.arrayValue, !parts.isEmpty else { return [] }
        if parts.contains(where: { $0["role"] != nil }) { return list(value) }
        return messages(["role": "system", "parts": .array(parts)])
    }

    /// A message with answers of several tools is several messages.
    private static func messages(_ message: JSONValue) -> [JSONValue] {
        guard var members = message.objectValue else { return [] }
        guard let parts = members["parts"]?.arrayValue else { return members["role"] == nil ? [] : [message] }
        members["parts"] = nil
        members["finish_reason"] = nil
        let answers = parts.filter { $0["type"]?.stringValue == "tool_call_response" }.map(answer)
        let others = parts.filter { $0["type"]?.stringValue != "tool_call_response" }
        if others.isEmpty, !answers.isEmpty { return answers }
        let calls = others.filter { $0["type"]?.stringValue == "tool_call" }.map(call)
        let content = others.filter { $0["type"]?.stringValue != "tool_call" }
        members["role"] = members["role"] ?? "user"
        members["content"] = text(of: content)
        if !calls.isEmpty { members["tool_calls"] = .array(calls) }
        return [.object(members)] + answers
    }

    /// One text stays a text; anything else is a list of parts, as chat completions write it.
    private static func text(of parts: [JSONValue]) -> JSONValue {
        if parts.isEmpty { return .null }
        let texts = parts.map { $0["type"]?.stringValue == "text" ? ($0["content"] ?? $0["text"])?.stringValue : nil }
        if texts.count == 1, let only = texts[0] { return .string(only) }
        return .array(
            zip(parts, texts).map { part, text in text.map { ["type": "text", "text": .string($0)] } ?? part })
    }

    private static func call(_ part: JSONValue) -> JSONValue {
        [
            "id": part["id"] ?? "", "type": "function",
            "function": ["name": part["name"] ?? "", "arguments": .string(written(part["arguments"]))],
        ]
    }

    private static func answer(_ part: JSONValue) -> JSONValue {
        [
            "role": "tool", "tool_call_id": part["id"] ?? "",
            "content": .string(written(part["response"] ?? part["result"])),
        ]
    }

    /// A text as it is, a document as JSON.
    private static func written(_ value: JSONValue?) -> String {
        guard let value, value != .null else { return "" }
        if let text = value.stringValue { return text }
        return String(decoding: (try? value.canonicalBytes()) ?? [], as: UTF8.self)
    }
}
