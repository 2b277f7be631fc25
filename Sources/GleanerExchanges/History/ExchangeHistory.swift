public import Foundation
public import GleanerCore

/// Everything that happened to an exchange, in order of time: from the call to the training set.
public struct ExchangeHistory: Codable, Sendable {
    public let exchange: ID<Exchange>
    public let events: [Event]

    public struct Event: Codable, Sendable, Hashable {
        public enum Kind: String, Codable, Sendable, CaseIterable {
            /// The call came in.
            case received
            /// A try at a provider began.
            case attempt
            /// Somebody judged it.
            case feedback
            /// Moderation decided.
            case moderation
            /// A sampling rule drew it.
            case sample
            /// Somebody wanted it reviewed.
            case pick
            case review
            /// It became a line of a dataset version.
            case example
            /// A dataset version left it out.
            case exclusion
            /// It was repeated towards a candidate, whose answer nobody was shown.
            case shadow
        }
        public let at: Date
        public let kind: Kind
        /// Who: an end user, a rater, a reviewer, a provider, a rule, a dataset.
        public let by: String?
        /// In one line, in our words.
        public let what: String
        /// In theirs: a comment, a correction.
        public let text: String?
        /// Another exchange that this is about.
        public let other: ID<Exchange>?

        init(
            at: Date, _ kind: Kind, by: String? = nil, _ what: String, text: String? = nil, other: ID<Exchange>? = nil
        ) {
            self.at = at
            self.kind = kind
            self.by = by
            self.what = what
            self.text = text
            self.other = other
        }
    }

    /// Of one kind, the newest this many.
    static let mostOfAKind = 200

    init(exchange: ID<Exchange>, events: [Event]) {
        self.exchange = exchange
        // Those of one moment stay in the order they were read in, which is that of the road.
        self.events = events.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(
            \.element)
    }
}
