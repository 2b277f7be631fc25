import GleanerCore

/// Anthropic's answer: blocks of content and a stop reason.
enum MessagesAnswer {
    static func read(_ body: JSONValue) -> ChatAnswer {
        var answer = ChatAnswer()
        answer.hasError = body["type"] == "error" || body["error"].map { !$0.isNull } ?? false
        guard !answer.hasError else { return answer }
        answer.completionID = body["id"]?.stringValue
        answer.model = body["model"]?.stringValue
        answer.usage = body["usage"].flatMap(MessagesUsage.init(json:))?.usage
        let reason = body["stop_reason"]?.stringValue
        if let blocks = body["content"]?.arrayValue {
            answer.setOnly(message: message(blocks), finishReason: reason)
            answer.isComplete = reason != nil
        }
        return answer
    }

    static func message(_ blocks: [JSONValue]) -> JSONValue {
        var message = NormalisedMessage()
        for block in blocks { _ = take(block, into: &message) }
        return message.value
    }

    /// - Returns: whether the block is of a kind that an assistant's message has.
    static func take(_ block: JSONValue, into message: inout NormalisedMessage) -> Bool {
        switch block["type"]?.stringValue {
        case "text": message.say(block["text"]?.stringValue ?? "")
        case "thinking": message.reasoning += block["thinking"]?.stringValue ?? ""
        // Only the provider can read it.
        case "redacted_thinking": break
        case "tool_use":
            let input = block["input"] ?? [:]
            let arguments =
                input.stringValue ?? (try? input.canonicalBytes()).map { String(decoding: $0, as: UTF8.self) }
            message.call(
                id: block["id"]?.stringValue ?? "", name: block["name"]?.stringValue ?? "",
                arguments: arguments ?? "{}")
        default: return false
        }
        return true
    }
}
