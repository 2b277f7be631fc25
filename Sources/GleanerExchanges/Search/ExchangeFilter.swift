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
        /// Neither a thumb nor a score.
        case none
    }
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
    public var source: ExchangeSource?
    public var route: String?
    public var variant: String?
    public var model: String?
    public var provider: String?
    public var language: String?
    public var tag: String?
    public var endUser: String?
    public var conversation: String?
    public var minimumDuration: Duration?
    public var minimumCost: Double?
    public var rating: Rating?
    /// Somebody's current score.
    public var score: Score?
    /// Somebody raised a flag and has not cleared it.
    public var isReported: Bool?
    /// Moderation decided against it.
    public var isFlagged: Bool?
    public var isReviewed: Bool?
    public var text: String?

    public init() {}

    public var isEmpty: Bool { self == ExchangeFilter() }
}
