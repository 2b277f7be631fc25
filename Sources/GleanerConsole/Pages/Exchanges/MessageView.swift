import GleanerCore
import GleanerExchanges

/// One message of a conversation, as safe text: what cannot be seen is marked, and nothing becomes markup.
struct MessageView: Sendable {
    struct Call: Sendable {
        let name: String
        let arguments: [Span]
    }

    let role: String
    /// The class of the style sheet.
    let tone: String
    let name: String?
    let blocks: [Markdown.Block]
    /// As it was written, when reading it as Markdown changed how it looks.
    let source: [Span]
    let hasSource: Bool
    /// What is not text, in words.
    let others: [String]
    let reasoning: [Span]
    let hasReasoning: Bool
    let calls: [Call]
    /// Which call a tool answers.
    let answersCall: String?
    let finishReason: String?
    /// A tool's answer, which few want to read.
    let isFolded: Bool
    let isEmpty: Bool

    init(_ message: JSONValue, finishReason: String? = nil) {
        role = Self.role(message)
        tone =
            switch role {
            case "user", "system", "tool": role
            case "developer": "system"
            default: finishReason == nil ? "assistant" : "answer"
            }
        name = message["name"]?.stringValue.map(Span.label)
        let content = MessageContent(message["content"])
        let texts = content.parts.compactMap(\.text) + [message["refusal"]?.stringValue].compactMap { $0 }
        let written = Self.shown(texts.joined(separator: "\n\n"))
        blocks = written.isEmpty ? [] : Markdown(written).blocks
        let isPlain = blocks.allSatisfy { block in
            block.isParagraph && block.spans.allSatisfy { $0 == Span(text: $0.text, isHidden: $0.isHidden) }
        }
        source = isPlain ? [] : Span.visible(written)
        hasSource = !isPlain
        others = content.parts.compactMap { part in
            guard case .other(let kind, let address) = part else { return nil }
            return Span.label(address.map { "\(kind): \($0.prefix(200))" } ?? kind)
        }
        reasoning = message["reasoning_content"]?.stringValue.map { Span.visible(Self.shown($0)) } ?? []
        hasReasoning = !reasoning.isEmpty
        calls = (message["tool_calls"]?.arrayValue ?? []).prefix(100).map { call in
            let body = call["function"] ?? call["custom"] ?? .null
            let arguments = body["arguments"]?.stringValue ?? body["input"]?.stringValue ?? ""
            return Call(
                name: Span.label(body["name"]?.stringValue ?? "tool"), arguments: Span.visible(Self.shown(arguments)))
        }
        answersCall = message["tool_call_id"]?.stringValue.map(Span.label)
        self.finishReason = finishReason.map(Span.label)
        isFolded = role == "tool"
        isEmpty = blocks.isEmpty && others.isEmpty && calls.isEmpty && !hasReasoning
    }

    /// As the message says, where it is one that is known; nothing else becomes a class or a heading.
    private static func role(_ message: JSONValue) -> String {
        let known: Set<String> = ["system", "developer", "user", "assistant", "tool", "function"]
        let role = message["role"]?.stringValue ?? "assistant"
        return known.contains(role) ? role : "unknown role"
    }

    private static func shown(_ text: String) -> String {
        Excerpt.of(text) { _ in "the rest is in the download" }
    }
}

extension Span {
    /// A text of one line in which what cannot be seen is spelled out.
    static func label(_ text: some StringProtocol) -> String { visible(text).map(\.text).joined() }
}
