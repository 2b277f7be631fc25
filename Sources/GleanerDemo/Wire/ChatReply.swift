import GleanerCore

/// What a scripted model says to one request, before it is written as JSON or as a stream of some dialect.
struct ChatReply: Sendable, Hashable {
    struct Call: Sendable, Hashable {
        var name: String
        /// JSON text.
        var arguments: String
    }
    struct Choice: Sendable, Hashable {
        var content: String
        /// `stop`, `length` or `tool_calls`.
        var finishReason: String
        var call: Call?
    }

    /// The dialect's prefix and 24 hexadecimal digits.
    var id: String
    /// Seconds since 1970.
    var created: Int64
    /// The model that answered, which is not the name that was asked for.
    var model: String
    var choices: [Choice]
    var tokens: TokenCounts
    /// Shown before the answer by dialects that can; `nil` when nobody asked for it.
    var thinking: String?

    /// The choices become what the request asks for: a tool call, JSON for a schema, or text no longer than allowed.
    ///
    /// - Parameter request: id and time come from its digest, not from a clock.
    init(to request: ChatRequest, model: String, choices: [Choice]) {
        let number = request.digest.prefix(4).reduce(Int64(0)) { $0 << 8 | Int64($1) }
        self.id = request.dialect.idPrefix + request.digest.prefix(12).hexadecimal
        self.created = Self.epoch + number % Self.span
        self.model = model
        self.choices = choices.map { $0.fitted(to: request) }
        self.thinking = request.wantsThinking ? "Pehle sawaal samajhta hun, phir jawab." : nil
        self.tokens = TokenCounts(of: request)
        tokens.reasoning = thinking.map { Pieces.of($0).count } ?? 0
        tokens.completion = tokens.reasoning + self.choices.reduce(0) { $0 + $1.tokens }
    }

    /// 2026-11-01T00:00:00Z; answers are dated within the `span` of 14 days that follows.
    private static let epoch: Int64 = 1_793_491_200
    private static let span: Int64 = 14 * 86_400
}

extension ChatReply.Choice {
    var tokens: Int { Pieces.of(content).count + (call.map { Pieces.of($0.arguments).count + 1 } ?? 0) }

    func fitted(to request: ChatRequest) -> Self {
        if let call { return Self(content: "", finishReason: "tool_calls", call: call) }
        if let tool = request.toolToCall {
            let arguments = SchemaSample.value(for: tool.schema, text: Pieces.of(content).prefix(3).joined())
            return Self(
                content: "", finishReason: "tool_calls",
                call: .init(name: tool.name, arguments: String(decoding: arguments.wireBytes, as: UTF8.self)))
        }
        if let schema = request.answerSchema {
            let value = SchemaSample.value(for: schema, text: content)
            return Self(content: String(decoding: value.wireBytes, as: UTF8.self), finishReason: "stop")
        }
        let pieces = Pieces.of(content)
        guard let limit = request.limit, limit < pieces.count else { return self }
        return Self(content: pieces.prefix(max(0, limit)).joined(), finishReason: "length")
    }
}

/// What an answer says it cost, counted in `Pieces`.
struct TokenCounts: Sendable, Hashable {
    /// All of the prompt, cached and cache-written tokens included.
    var prompt: Int
    /// Read from a cache: what comes before or in a marked system prompt (Anthropic's `cache_control`), or the system
    /// prompt when the request has a `prompt_cache_key`.
    var cached = 0
    /// Written to a cache: messages of the conversation that are marked.
    var cacheWritten = 0
    /// Reasoning included.
    var completion = 0
    var reasoning = 0

    init(of request: ChatRequest) {
        func count(_ messages: [ChatRequest.Message]) -> Int {
            messages.reduce(0) { $0 + Pieces.of($1.content).count + 4 }
        }
        prompt = count(request.messages)
        let document = request.document
        let leading = Array(request.messages.prefix { $0.role == "system" })
        func isMarked(_ content: JSONValue?) -> Bool {
            content?.arrayValue?.contains { $0["cache_control"]?.objectValue != nil } ?? false
        }
        if request.dialect == .messages {
            if isMarked(document["system"]) { cached = count(leading) }
            let marked = (document["messages"]?.arrayValue ?? []).filter { isMarked($0["content"]) }
            cacheWritten = count(marked.map(ChatRequest.Message.init))
        } else if document["prompt_cache_key"]?.stringValue != nil {
            cached = count(leading)
        }
    }
}

/// A text in the pieces in which it is streamed: each a word with the space before it. A piece counts as one token;
/// no tokenizer of a real model is claimed.
enum Pieces {
    static func of(_ text: String) -> [String] {
        var pieces: [String] = []
        var current = ""
        for character in text {
            if character.isWhitespace, let last = current.last, !last.isWhitespace {
                pieces.append(current)
                current = ""
            }
            current.append(character)
        }
        if !current.isEmpty { pieces.append(current) }
        return pieces
    }
}
