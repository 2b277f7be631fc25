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

    /// - Parameter answer: stands last, marked as what is judged.
    init(_ messages: [JSONValue], answer: JSONValue? = nil) {
        turns = messages.map { Self.turn($0, isAnswer: false) } + (answer.map { [Self.turn($0, isAnswer: true)] } ?? [])
    }

    private static let kinds: Set<String> = ["system", "developer", "user", "assistant", "tool"]

    static func turn(_ message: JSONValue, isAnswer: Bool) -> Turn {
        let role = message["role"]?.stringValue ?? "unknown"
        let text = text(message["content"]) + (message["refusal"]?.stringValue.map { [$0] } ?? [])
        let joined = text.joined(separator: "\n\n")
        let markdown = Markdown(joined)
        let isPlain = markdown.blocks.allSatisfy { block in
            block.isParagraph && block.spans.allSatisfy { $0 == Span(text: $0.text, isHidden: $0.isHidden) }
        }
        let calls = (message["tool_calls"]?.arrayValue ?? []).prefix(100).map(call)
        let folds = ["system", "developer", "tool"].contains(role)
        return Turn(
            kind: isAnswer ? "answer" : kinds.contains(role) ? (role == "developer" ? "system" : role) : "other",
            role: isAnswer ? "the answer to judge" : role, blocks: markdown.blocks, calls: Array(calls),
            hasCalls: !calls.isEmpty, isFolded: folds && !isAnswer,
            summary: role == "tool" ? "a tool's result" : "instructions to the model",
            source: isPlain ? [] : Span.visible(joined), hasSource: !isPlain)
    }

    /// Texts of a message; other parts are named.
    private static func text(_ content: JSONValue?) -> [String] {
        if let text = content?.stringValue { return [text] }
        return (content?.arrayValue ?? []).map { part in
            part["text"]?.stringValue ?? part["refusal"]?.stringValue ?? "[\(part["type"]?.stringValue ?? "part")]"
        }
    }

    private static func call(_ call: JSONValue) -> Call {
        let function = call["function"]
        return Call(
            name: Span.visible(function?["name"]?.stringValue ?? call["type"]?.stringValue ?? "unknown"),
            arguments: Span.visible(function?["arguments"]?.stringValue ?? ""))
    }
}
