import GleanerCore

/// The wire formats that the scripted provider speaks, by path.
public enum WireDialect: String, Sendable, Hashable, CaseIterable {
    case chat = "chat/completions"
    case completions
    case responses
    /// Anthropic's.
    case messages
    case embeddings
    case moderations

    /// What answers of this dialect begin their ids with.
    var idPrefix: String {
        switch self {
        case .chat: "chatcmpl-"
        case .completions: "cmpl-"
        case .responses: "resp_"
        case .messages: "msg_"
        case .embeddings: "emb_"
        case .moderations: "modr-"
        }
    }

    /// Embeddings and moderations come whole, whatever `stream` says.
    var streams: Bool { self != .embeddings && self != .moderations }
}
