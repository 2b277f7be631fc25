/// What a scripted model says to one request, before it is written as JSON or as a stream.
struct ChatReply: Sendable, Hashable {
    struct Choice: Sendable, Hashable {
        var content: String
        /// `stop` or `length`.
        var finishReason: String
    }

    /// `chatcmpl-` and 24 hexadecimal digits.
    var id: String
    /// Seconds since 1970.
    var created: Int64
    /// The model that answered, which is not the name that was asked for.
    var model: String
    var choices: [Choice]
    var promptTokens: Int

    /// - Parameter request: id and time come from its digest, not from a clock.
    init(to request: ChatRequest, model: String, choices: [Choice]) {
        let digits = request.digest.prefix(12).map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }
        let number = request.digest.prefix(4).reduce(Int64(0)) { $0 << 8 | Int64($1) }
        self.id = "chatcmpl-" + digits.joined()
        self.created = Self.epoch + number % Self.span
        self.model = model
        self.choices = choices
        self.promptTokens = request.messages.reduce(0) { $0 + Pieces.of($1.content).count + 4 }
    }

    /// 2026-11-01T00:00:00Z; answers are dated within the `span` of 14 days that follows.
    private static let epoch: Int64 = 1_793_491_200
    private static let span: Int64 = 14 * 86_400

    var completionTokens: Int { choices.reduce(0) { $0 + Pieces.of($1.content).count } }
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
