public import GleanerCore

/// An exchange that has just been stored, as early feedback looks for it.
public struct LandedExchange: Sendable, Hashable {
    public let project: ID<Project>
    public let id: ID<Exchange>
    public let completion: String?
    public let conversation: String?
    /// The answer's place in the conversation; `nil` when it cannot be told, and for what nobody was shown.
    public let turn: Int?

    public init(
        project: ID<Project>, id: ID<Exchange>, completion: String?, conversation: String? = nil, turn: Int? = nil
    ) {
        self.project = project
        self.id = id
        self.completion = completion
        self.conversation = conversation
        self.turn = turn
    }
}

/// Feedback whose exchange is known, as far as others are told of it.
struct JoinedFeedback: Sendable, Hashable {
    let id: ID<Feedback>
    let project: ID<Project>
    /// `nil` for a turn that none answered.
    let exchange: ID<Exchange>?
    let isLow: Bool
    /// Another answer was asked for, the user left, or a flag was raised or withdrawn.
    let isSignal: Bool
    /// A flag was raised.
    let isReport: Bool
    let hasText: Bool
}

extension JoinedFeedback {
    init(_ given: GivenFeedback) {
        let (isSignal, isReport) =
            switch given.judgement {
            case .flag(let isRaised, _): (true, isRaised)
            case .signal: (["regenerated", "abandoned"].contains(given.judgement.kind), false)
            default: (false, false)
            }
        self.init(
            id: given.id, project: given.giver.project, exchange: given.exchange, isLow: given.judgement.isLow,
            isSignal: isSignal, isReport: isReport, hasText: given.judgement.text != nil)
    }
}
