import GleanerCore

/// A conversation as the partial `talk` shows it: messages, tool calls folded, the answer marked.
struct Talk: Sendable {
    struct Call: Sendable {
        let name: [Span]
        let arguments: [Span]
    }
    struct Turn: Sendable {
        /// For the style sheet; one of those it knows.
        let kind: String
        let role: String
        let blocks: [Markdown.Block]
        let calls: [Call]
        let hasCalls: Bool
        /// System prompts and tools' results: there when wanted.
        let isFolded: Bool
        let summary: String
        /// As it was written, when reading it as Markdown changed how it looks.
        let source: [Span]
        let hasSource: Bool
    }
    let turns: [Turn]
    /// How many messages come before the first that is shown.
    let leftOut: String?

    /// Of a longer conversation its beginning, which has the instructions, and its end are shown: so many messages, or those
    /// that end within so many bytes of text.
    static let mostMessages = 100
    static let mostBytes = 400_000

    /// - Parameter answer: stands last, marked as what is judged.
    init(_ messages: [JSONValue], answer: JSONValue? = nil) {
        var bytes = 0
        let end = messages.dropFirst().suffix(Self.mostMessages - 1).reversed().prefix { message in
            bytes += min(Excerpt.longest, Self.text(message["content"]).reduce(0) { $0 + $1.utf8.count })
            return bytes <= Self.mostBytes
        }
        let shown = messages.prefix(1) + end.reversed()
        leftOut = shown.count < messages.count ? Figure.count(messages.count - shown.count) : nil
        turns = shown.map { Self.turn($0, isAnswer: false) } + (answer.map { [Self.turn($0, isAnswer: true)] } ?? [])
    }

    private static let kinds: Set<String> = ["system", "developer", "user", "assistant", "tool"]

    static func turn(_ message: JSONValue, isAnswer: Bool) -> Turn {
        let said = message["role"]?.stringValue ?? ""
        // What is no role that is known becomes no heading: it could say anything.
        let role = kinds.contains(said) ? said : "unknown role"
        let text = text(message["content"]) + (message["refusal"]?.stringValue.map { [$0] } ?? [])
        let joined = shown(text.joined(separator: "\n\n"))
        let markdown = Markdown(joined)
        let isPlain = markdown.blocks.allSatisfy { block in
            block.isParagraph && block.spans.allSatisfy { $0 == Span(text: $0.text, isHidden: $0.isHidden) }
        }
        let calls = (message["tool_calls"]?.arrayValue ?? []).prefix(100).map(call)
        let folds = ["system", "developer", "tool"].contains(role)
        return Turn(
            kind: isAnswer ? "answer" : role == "developer" ? "system" : kinds.contains(role) ? role : "other",
            role: isAnswer ? "the answer to judge" : role, blocks: markdown.blocks, calls: Array(calls),
            hasCalls: !calls.isEmpty, isFolded: folds && !isAnswer,
            summary: role == "tool" ? "a tool's result" : "instructions to the model",
            source: isPlain ? [] : Span.visible(joined), hasSource: !isPlain)
    }

    /// Texts of a message; other parts are named.
    private static func text(_ content: JSONValue?) -> [String] {
        if let text = content?.stringValue { return [text] }
        return (content?.arrayValue ?? []).prefix(100).map { part in
            part["text"]?.stringValue ?? part["refusal"]?.stringValue ?? "[\(part["type"]?.stringValue ?? "part")]"
        }
    }

    private static func call(_ call: JSONValue) -> Call {
        let function = call["function"]
        return Call(
            name: Span.visible((function?["name"]?.stringValue ?? call["type"]?.stringValue ?? "unknown").prefix(200)),
            arguments: Span.visible(shown(function?["arguments"]?.stringValue ?? "")))
    }

    private static func shown(_ text: String) -> String {
        Excerpt.of(text) { "\(Figure.count($0)) more bytes are not shown" }
    }
}
