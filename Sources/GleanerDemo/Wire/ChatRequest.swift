import Crypto
import GleanerCore

/// A body of `POST /v1/chat/completions`, as far as a script looks at it.
public struct ChatRequest: Sendable, Hashable {
    public struct Message: Sendable, Hashable {
        public let role: String
        /// Text parts joined; empty when there is no text.
        public let content: String
    }

    public let model: String
    public let messages: [Message]
    public let stream: Bool
    /// `stream_options.include_usage`.
    public let includeUsage: Bool
    /// `n`, 1…8.
    public let choices: Int
    /// SHA-256 of the exact body: ids and choices are derived from it, so the same request gives the same bytes.
    public let digest: [UInt8]

    /// - Throws: `ProviderRefusal` with status 400, as OpenAI words it.
    public init(body: [UInt8]) throws(ProviderRefusal) {
        guard let document = try? JSONValue(parsing: body), document.objectValue != nil else { throw .notJSON }
        guard let model = document["model"]?.stringValue else {
            throw .invalid("model", "you must provide a model parameter")
        }
        guard let messages = document["messages"]?.arrayValue, !messages.isEmpty else {
            throw .invalid("messages", "expected a non-empty array of messages")
        }
        let choices = document["n"]?.intValue ?? 1
        guard (1...8).contains(choices) else { throw .invalid("n", "expected an integer from 1 to 8") }
        self.model = model
        self.messages = messages.map(Message.init)
        self.stream = document["stream"]?.boolValue ?? false
        self.includeUsage = document["stream_options"]?["include_usage"]?.boolValue ?? false
        self.choices = Int(choices)
        self.digest = Array(SHA256.hash(data: body))
    }

    /// What the user said, turn by turn.
    public var userTurns: [String] { messages.filter { $0.role == "user" }.map(\.content) }
}

extension ChatRequest.Message {
    init(_ message: JSONValue) {
        role = message["role"]?.stringValue ?? ""
        switch message["content"] {
        case .string(let text): content = text
        case .array(let parts): content = parts.compactMap { $0["text"]?.stringValue }.joined(separator: "\n")
        default: content = ""
        }
    }
}
