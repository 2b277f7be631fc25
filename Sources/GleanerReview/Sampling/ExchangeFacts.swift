public import GleanerCore

/// What is known of an exchange when a rule looks at it. `nil` anywhere: not known, or not yet.
public struct ExchangeFacts: Sendable, Hashable {
    public let id: ID<Exchange>
    public let project: ID<Project>
    public var route: String?
    public var variant: String?
    /// The one that answered.
    public var model: String?
    public var source: String?
    /// From request sent to last byte, milliseconds.
    public var durationMS: Double?
    /// First seen within the last week; `nil` when no rule asks.
    public var hasNewSystemPrompt: Bool?
    public var signals: ExchangeSignals

    public init(
        id: ID<Exchange>, project: ID<Project>, route: String? = nil, variant: String? = nil, model: String? = nil,
        source: String? = nil, durationMS: Double? = nil, hasNewSystemPrompt: Bool? = nil,
        signals: ExchangeSignals = ExchangeSignals()
    ) {
        self.id = id
        self.project = project
        self.route = route
        self.variant = variant
        self.model = model
        self.source = source
        self.durationMS = durationMS
        self.hasNewSystemPrompt = hasNewSystemPrompt
        self.signals = signals
    }
}

/// What others found out about an exchange, often after it has landed.
public struct ExchangeSignals: Sendable, Hashable {
    /// As a language tag: `hi`, `hi-Latn`, `en`.
    public var language: String?
    /// By moderation's decision, or an open flag; `nil` while moderation could not say or has not looked.
    public var isFlagged: Bool?
    /// Whether moderation has said yes or no. A user's flag alone says nothing of what nobody flagged: shares are estimated
    /// from these exchanges only.
    public var isModerated: Bool
    /// The highest of moderation's scores, 0…1.
    public var moderationScore: Double?
    /// A thumb down, or a score of 1 or 2.
    public var isLowRated: Bool?
    /// The user asked for another answer.
    public var isRegenerated: Bool?
    /// The user left, or said the same again in other words.
    public var isAbandoned: Bool?
    /// How far moderation's classifiers differ on one category of one text, 0…1; `nil` unless two have judged it.
    public var judgeDisagreement: Double?

    public init(
        language: String? = nil, isFlagged: Bool? = nil, isModerated: Bool = false, moderationScore: Double? = nil,
        isLowRated: Bool? = nil,
        isRegenerated: Bool? = nil, isAbandoned: Bool? = nil, judgeDisagreement: Double? = nil
    ) {
        self.language = language
        self.isFlagged = isFlagged
        self.isModerated = isModerated
        self.moderationScore = moderationScore
        self.isLowRated = isLowRated
        self.isRegenerated = isRegenerated
        self.isAbandoned = isAbandoned
        self.judgeDisagreement = judgeDisagreement
    }
}

/// Where signals come from: the server hands in what feedback and moderation know.
public protocol SignalSource: Sendable {
    /// Of those that something is known about.
    func signals(of ids: [ID<Exchange>], in project: ID<Project>) async throws -> [ID<Exchange>: ExchangeSignals]
}

/// Knows nothing; every rule sees what the exchange itself tells.
public struct NoSignals: SignalSource {
    public init() {}
    public func signals(of ids: [ID<Exchange>], in project: ID<Project>) -> [ID<Exchange>: ExchangeSignals] { [:] }
}
