public import Foundation
public import GleanerCore

/// Which feedback of a project is wanted.
public struct FeedbackFilter: Sendable, Hashable {
    public enum Direction: String, Sendable, Hashable, CaseIterable {
        /// A thumb up or a score of 4 or 5; a thumb down or a score of 1 or 2.
        case up, down
    }

    public var kind: String?
    public var rating: Direction?
    public var rater: String?
    /// `true`: only of raters with a mark in force.
    public var isMarked = false
    public var conversation: String?
    public var since: Date?
    public var until: Date?

    public static let kinds =
        ["thumb", "score", "comment", "correction", "flag", "tags", "preference"]
        + Judgement.Signal.allCases.map(\.rawValue)

    public init() {}
}

/// A part of the stream, the newest first.
public struct FeedbackPage: Sendable {
    public struct Item: Sendable {
        public let id: ID<Feedback>
        public let judgement: Judgement
        public let subject: Subject
        /// `nil` when none is known.
        public let exchange: ID<Exchange>?
        public let rater: String?
        public let source: String
        /// `key`, `token` or `session`.
        public let proof: String
        public let at: Date
        /// Why it is left out of promotion; empty when it is not.
        public let marks: [MarkReason]
    }

    public let items: [Item]
    /// Where the next part begins; `nil` on the last one.
    public let next: ID<Feedback>?
}
