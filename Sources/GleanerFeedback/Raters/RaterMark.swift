public import Foundation

/// Why a rater's judgements are left out. The raw value is what SQL and JSON say.
public enum MarkReason: String, Sendable, Hashable, CaseIterable {
    case burst, share, disagrees
    case oneDirection = "one_direction"
    case fewRaters = "few_raters"
    case othersExchanges = "others_exchanges"

    /// For people.
    public var meaning: String {
        switch self {
        case .burst: "More votes in one minute than anybody can read for"
        case .share: "Too large a share of the project's day"
        case .oneDirection: "All in one direction, against all chance"
        case .fewRaters: "The day's votes came from too few raters"
        case .othersExchanges: "An end user who rates what others were answered"
        case .disagrees: "Mostly the opposite of what reviewers say"
        }
    }
}

/// A rater whose judgements are left out of promotion, until somebody clears it.
public struct RaterMark: Sendable, Hashable, Identifiable {
    public let id: UUID
    public let rater: String
    public let reason: MarkReason
    public let since: Date
    /// `nil`: until cleared.
    public let until: Date?
    /// The counts that it was decided on, and the limit they passed.
    public let evidence: [String: Double]
    public let markedAt: Date
    /// When the evidence last held.
    public let seenAt: Date
    /// `nil` while it is in force.
    public let clearedAt: Date?
    public let clearedBy: String?
    public let note: String?
}
