import GleanerCore

extension WireDialect {
    /// Only moderations have one.
    var defaultModel: String? { self == .moderations ? "omni-moderation-latest" : nil }

    /// What was said so far, as chat messages.
    func messages(of document: JSONValue) throws(ProviderRefusal) -> [ChatRequest.Message] {
        switch self {
        case .chat: return try Self.chat(document)
        case .messages:
            guard document["max_tokens"]?.intValue ?? 0 > 0 else {
                throw .invalid("max_tokens", "Field required")
            }
            let system = ChatRequest.Message.text(of: document["system"])
            return (system.isEmpty ? [] : [.init(role: "system", content: system)]) + (try Self.chat(document))
        case .responses:
            let instructions = document["instructions"]?.stringValue.map {
                ChatRequest.Message(role: "system", content: $0)
            }
            return [instructions].compactMap(\.self) + (try Self.items(document["input"]))
        case .completions: return try Self.texts("prompt", document["prompt"])
        case .embeddings: return try Self.texts("input", document["input"])
        case .moderations: return try Self.moderated(document["input"])
        }
    }

    private static func chat(_ document: JSONValue) throws(ProviderRefusal) -> [ChatRequest.Message] {
        guard let messages = document["messages"]?.arrayValue, !messages.isEmpty else {
            throw .invalid("messages", "expected a non-empty array of messages")
        }
        return messages.map { message in
            let known = ChatRequest.Message(message)
            // Anthropic sends the results of tools as blocks of a user message.
            let isResult = message["content"]?.arrayValue?.contains { $0["type"] == "tool_result" } ?? false
            return isResult ? ChatRequest.Message(role: "tool", content: known.content) : known
        }
    }

    /// `input` of the Responses API: a text, or a list of items of which messages and tool results count.
    private static func items(_ input: JSONValue?) throws(ProviderRefusal) -> [ChatRequest.Message] {
        switch input {
        case .string(let text): return [.init(role: "user", content: text)]
        case .array(let items) where !items.isEmpty:
            return items.compactMap { item in
                if item["type"] == "function_call_output" {
                    return .init(role: "tool", content: ChatRequest.Message.text(of: item["output"]))
                }
                return item["role"] == nil ? nil : ChatRequest.Message(item)
            }
        default: throw .invalid("input", "expected a string or a non-empty array of items")
        }
    }

    /// A text, several, tokens, or several lists of tokens; each is what a user said.
    private static func texts(_ name: String, _ value: JSONValue?) throws(ProviderRefusal) -> [ChatRequest.Message] {
        func tokens(_ values: [JSONValue]) -> String { values.compactMap { $0.intValue.map { "<\($0)>" } }.joined() }
        let texts: [String]
        switch value {
        case .string(let text): texts = [text]
        case .array(let values) where !values.isEmpty:
            texts =
                values[0].intValue != nil
                ? [tokens(values)] : values.map { $0.stringValue ?? tokens($0.arrayValue ?? []) }
        default: throw .invalid(name, "expected a string or a non-empty array")
        }
        return texts.map { .init(role: "user", content: $0) }
    }

    /// Each text has a result of its own; the parts of a multimodal input have one together.
    private static func moderated(_ input: JSONValue?) throws(ProviderRefusal) -> [ChatRequest.Message] {
        guard let parts = input?.arrayValue, parts.first?.objectValue != nil else { return try texts("input", input) }
        return [.init(role: "user", content: ChatRequest.Message.text(of: .array(parts)))]
    }
}
