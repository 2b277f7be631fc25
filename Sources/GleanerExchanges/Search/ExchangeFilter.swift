public import Foundation
public import GleanerCore

/// Which exchanges somebody looks for: all that is said must hold.
///
/// Times are those of receipt, the model is the one that served (the one asked for, where none did), costs are in US
/// dollars. `text` is looked for in messages and answers; letters of ASCII match in either case.
public struct ExchangeFilter: Sendable, Hashable {
    /// What end users' current thumbs and scores say.
    public enum Rating: String, Sendable, Hashable, CaseIterable {
        case up, down
        /// A thumb or a score.
        case rated
        /// A score.
        case scored
        /// Neither a thumb nor a score.
        case none
    }
    /// What moderation decided about prompt and answer; of each the newest decision counts.
    public enum Moderation: String, Sendable, Hashable, CaseIterable {
        /// Flagged, redacted or blocked.
        case flagged
        case blocked
        /// A classifier gave no answer.
        case unjudged
    }
    /// What an evaluator found, its newest result.
    public struct Figure: Sendable, Hashable {
        public var evaluator: String
        public var measure: String
        public var least: Double?
        public var most: Double?
    }
    /// Of a route, variant, model …: exchanges that have none.
    public static let none = "(none)"
    /// The status of the HTTP answer.
    public enum HTTPStatuses: Sendable, Hashable {
        case exactly(Int16)
        /// `4` for 400…499.
        case hundred(Int16)
        /// 400 and above.
        case errors
    }

    /// From this moment on.
    public var since: Date?
    /// Before this moment.
    public var until: Date?
    public var status: ExchangeStatus?
    public var httpStatus: HTTPStatuses?
    /// No answer came, or one of 429 or 5xx: what figures count as an error.
    public var isFailed: Bool?
    public var finishReason: String?
    /// Any of these; empty for all.
    public var sources: Set<ExchangeSource> = []
    public var route: String?
    public var variant: String?
    public var model: String?
    /// The one that served, its first 100 characters, as figures are counted by.
    public var servedModel: String?
    /// The system prompt, as figures name it: 12 hexadecimal digits of its fingerprint, or `(others)`.
    public var prompt: String?
    public var provider: String?
    public var language: String?
    public var tag: String?
    public var endUser: String?
    public var conversation: String?
    public var minimumDuration: Duration?
    public var minimumFirstToken: Duration?
    public var minimumCost: Double?
    public var minimumPromptTokens: Int64?
    public var minimumCompletionTokens: Int64?
    public var rating: Rating?
    /// The votes of marked raters are not listened to.
    public var leavesOutMarked = false
    /// There is feedback of this kind.
    public var feedback: String?
    /// Somebody's current score.
    public var score: Score?
    /// Somebody raised a flag and has not cleared it.
    public var isReported: Bool?
    /// Moderation decided against it.
    public var isFlagged: Bool?
    public var moderation: Moderation?
    public var isReviewed: Bool?
    /// A rule drew it, and a review answers this question: what estimates of quality are made of.
    public var judged: String?
    public var figure: Figure?
    public var text: String?

    public init() {}

    public var isEmpty: Bool { self == ExchangeFilter() }
}
