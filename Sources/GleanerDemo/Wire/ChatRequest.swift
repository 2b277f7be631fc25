import Crypto
import GleanerCore

/// A body of any dialect, as far as a script looks at it: who is asked, and what was said so far.
public struct ChatRequest: Sendable, Hashable {
    public struct Message: Sendable, Hashable {
        public let role: String
        /// Text parts joined; empty when there is no text.
        public let content: String
    }

    public let dialect: WireDialect
    public let model: String
    /// The conversation; for completions, embeddings and moderations each input is a user message.
    public let messages: [Message]
    public let stream: Bool
    /// `stream_options.include_usage`.
    public let includeUsage: Bool
    /// `n`, 1…8.
    public let choices: Int
    /// The body itself, for what only one dialect knows.
    let document: JSONValue
    /// SHA-256 of the exact body: ids and choices are derived from it, so the same request gives the same bytes.
    public let digest: [UInt8]

    /// - Throws: `ProviderRefusal` with status 400, worded as the dialect's owner does.
    public init(body: [UInt8], dialect: WireDialect = .chat) throws(ProviderRefusal) {
        guard let document = try? JSONValue(parsing: body), document.objectValue != nil else { throw .notJSON }
        guard let model = document["model"]?.stringValue ?? dialect.defaultModel else {
            throw .invalid("model", "you must provide a model parameter")
        }
        let messages = try dialect.messages(of: document)
        let choices = document["n"]?.intValue ?? 1
        guard (1...8).contains(choices) else { throw .invalid("n", "expected an integer from 1 to 8") }
        self.dialect = dialect
        self.model = model
        self.messages = messages
        self.stream = dialect.streams && document["stream"]?.boolValue ?? false
        self.includeUsage = document["stream_options"]?["include_usage"]?.boolValue ?? false
        self.choices = Int(choices)
        self.document = document
        self.digest = Array(SHA256.hash(data: body))
    }

    /// What the user said, turn by turn.
    public var userTurns: [String] { messages.filter { $0.role == "user" }.map(\.content) }

    /// The user's turns of each prompt: completions may ask several at once.
    var prompts: [[String]] { dialect == .completions ? userTurns.map { [$0] } : [userTurns] }

    /// The most tokens an answer may have; `nil` when the request does not say.
    var limit: Int? {
        let names = ["max_completion_tokens", "max_output_tokens", "max_tokens"]
        return names.lazy.compactMap { document[$0]?.intValue }.first.map { Int(clamping: $0) }
    }

    /// The member of `document` that holds the inputs of embeddings and moderations, as a list of texts.
    var inputs: [String] { messages.map(\.content) }
}

extension ChatRequest.Message {
    init(_ message: JSONValue) {
        role = message["role"]?.stringValue ?? ""
        content = Self.text(of: message["content"])
    }

    /// A string, or the `text` of all parts; the result of a tool is a part with a `content` of its own.
    static func text(of content: JSONValue?) -> String {
        switch content {
        case .string(let text): text
        case .array(let parts):
            parts.compactMap { $0["text"]?.stringValue ?? $0["content"].map(text(of:)) }.joined(separator: "\n")
        default: ""
        }
    }
}
