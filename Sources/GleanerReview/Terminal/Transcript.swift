import GleanerCore

/// A conversation as a person reads it on a terminal.
struct Transcript: CustomStringConvertible {
    let item: ReviewItem

    var description: String {
        let messages = item.messages ?? [ReviewItem.unreadable]
        return messages.map(Self.turn).joined()
            + "\n════ the answer to judge\n" + Self.turn(item.answer ?? ReviewItem.unreadable) + "\n"
    }

    private static func turn(_ message: JSONValue) -> String {
        let role = message["role"]?.stringValue ?? "?"
        let lines = [text(message["content"])] + (message["tool_calls"]?.arrayValue ?? []).map(call)
        let text = lines.filter { !$0.isEmpty }.joined(separator: "\n")
        return "\n[\(role.visible)]\n\(text.visible)\n"
    }

    /// Text, or the text parts of a list; other parts are named.
    private static func text(_ content: JSONValue?) -> String {
        if let text = content?.stringValue { return text }
        return (content?.arrayValue ?? []).map { part in
            part["text"]?.stringValue ?? part["refusal"]?.stringValue ?? "[\(part["type"]?.stringValue ?? "part")]"
        }.joined(separator: "\n")
    }

    private static func call(_ call: JSONValue) -> String {
        let function = call["function"]
        return "[calls \(function?["name"]?.stringValue ?? "?")(\(function?["arguments"]?.stringValue ?? ""))]"
    }
}
