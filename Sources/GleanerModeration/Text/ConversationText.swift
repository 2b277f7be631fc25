import GleanerCore

/// What of a conversation is judged: texts out of stored projections, or `nil` where there is none.
enum ConversationText {
    /// Longer texts are judged as far as this, in UTF-8: 1 MiB is more than any model reads.
    static let longest = 1 << 20

    /// The user's last message; with `system` the system prompt before it.
    /// - Parameter messages: `exchange_bodies.messages`.
    static func prompt(_ messages: JSONValue, system: Bool) -> String? {
        guard let messages = messages.arrayValue else { return nil }
        var texts: [String] = []
        if system {
            let leading = messages.prefix { ["system", "developer"].contains($0["role"]?.stringValue) }
            texts += leading.compactMap { $0["content"].flatMap(text) }
        }
        if let last = messages.last(where: { $0["role"] == "user" }), let content = last["content"].flatMap(text) {
            texts.append(content)
        }
        return joined(texts)
    }

    /// What the model said, in every choice: texts, refusals, and what it wants tools to do.
    /// - Parameter answer: `exchange_bodies.answer`.
    static func response(_ answer: JSONValue) -> String? {
        let messages = answer["choices"]?.arrayValue?.compactMap { $0["message"] ?? $0["text"] } ?? []
        return joined(
            messages.flatMap { message -> [String] in
                if let plain = message.stringValue { return [plain] }
                let calls = message["tool_calls"]?.arrayValue ?? []
                return [message["content"].flatMap(text), message["refusal"]?.stringValue].compactMap { $0 }
                    + calls.compactMap {
                        $0["function"]?["arguments"]?.stringValue ?? $0["custom"]?["input"]?.stringValue
                    }
            })
    }

    /// A content: a string, or parts of which some are texts.
    private static func text(_ content: JSONValue) -> String? {
        if let plain = content.stringValue { return plain }
        let parts = content.arrayValue?.compactMap { $0["text"]?.stringValue ?? $0["refusal"]?.stringValue } ?? []
        return joined(parts)
    }

    private static func joined(_ texts: [String]) -> String? { whole(texts, isWhole: true).text }

    static func whole(_ texts: [String], isWhole: Bool) -> Whole {
        let texts = texts.filter { !$0.isEmpty }
        guard !texts.isEmpty else { return Whole(text: nil, isWhole: isWhole) }
        let text = texts.count == 1 ? texts[0] : texts.joined(separator: "\n\n")
        guard text.utf8.count > longest else { return Whole(text: text, isWhole: isWhole) }
        var end = text.utf8.index(text.startIndex, offsetBy: longest)
        // Not in the middle of a character.
        while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return Whole(text: String(text[..<end]), isWhole: false)
    }
}
