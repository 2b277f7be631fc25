/// One thing that somebody thinks of an exchange.
public enum Judgement: Sendable, Hashable {
    case thumb(up: Bool)
    case score(Score)
    case comment(String)
    /// A better answer.
    case correction(String)
    /// Opened, or cleared again; `reason` may say why.
    case flag(raised: Bool, reason: String?)

    /// As in SQL and JSON.
    public var kind: String {
        switch self {
        case .thumb: "thumb"
        case .score: "score"
        case .comment: "comment"
        case .correction: "correction"
        case .flag: "flag"
        }
    }
}

/// What a judgement is about.
public enum Subject: Sendable, Hashable {
    case exchange(ID<Exchange>)
    /// The provider's id of the completion: SDKs hide response headers, but not this.
    case completion(String)
}

/// One judgement by one person; a marker for `ID<Feedback>`.
public enum Feedback {}
