/// One thing that somebody thinks of an exchange, a turn or a conversation, or that what they did gives away.
public enum Judgement: Sendable, Hashable {
    case thumb(up: Bool)
    case score(Score)
    case comment(String)
    /// A better answer.
    case correction(String)
    /// Opened, or cleared again; `reason` may say why.
    case flag(raised: Bool, reason: String?)
    /// A whole set of words, sorted; an empty one takes an earlier set back.
    case tags([String])
    /// Not said but done.
    case signal(Signal)
    case preference(Preference)

    /// What a client reports of its user. Weak evidence: kept beside ratings, never counted as one.
    public enum Signal: String, Sendable, Hashable, CaseIterable {
        /// Asked for another answer.
        case regenerated
        /// Took the answer along.
        case copied
        /// Left without a word.
        case abandoned
    }

    /// As in SQL and JSON.
    public var kind: String {
        switch self {
        case .thumb: "thumb"
        case .score: "score"
        case .comment: "comment"
        case .correction: "correction"
        case .flag: "flag"
        case .tags: "tags"
        case .signal(let signal): signal.rawValue
        case .preference: "preference"
        }
    }

    /// What a newer judgement of the same rater and subject replaces: its kind, and for preferences the other side.
    public var slot: String {
        guard case .preference(let preference) = self else { return kind }
        return "\(kind):\(preference.other.key)"
    }

    /// Whether it says that the answer was bad: a thumb down, or a score of 1 or 2.
    public var isLow: Bool { direction == false }

    /// Up or down, for thumbs and scores that take a side; `nil` for anything else.
    public var direction: Bool? {
        switch self {
        case .thumb(let up): up
        case .score(let score) where score.value <= Score.lowest: false
        case .score(let score) where score.value >= Score.highest: true
        default: nil
        }
    }
}
