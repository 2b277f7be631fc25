import GleanerCore
import GleanerHTTP

/// What a sampling rule says: which exchanges, and how likely each is drawn.
///
/// Shape: `{"match"?, "probability"?, "importance"?, "budget_per_day"?}`. Without `match` it applies to all. With
/// `importance` the probability follows the risk, and `probability` is the most it gives.
public struct RuleDocument: Sendable, Hashable, Codable {
    public var match: RuleMatch?
    /// Above 0, at most 1.
    public var probability: Double?
    public var importance: RiskWeights?
    /// How many exchanges a day it may draw, on average; kept by lower probabilities, never by leaving drawn ones out.
    public var budgetPerDay: Double?

    public init(
        match: RuleMatch? = nil, probability: Double? = nil, importance: RiskWeights? = nil,
        budgetPerDay: Double? = nil
    ) {
        self.match = match
        self.probability = probability
        self.importance = importance
        self.budgetPerDay = budgetPerDay
    }

    /// A fixed share of everything.
    public static func floor(_ probability: Double) -> RuleDocument { RuleDocument(probability: probability) }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case match, probability, importance
        case budgetPerDay = "budget_per_day"
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknown(besides: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        match = try fields.decodeIfPresent(RuleMatch.self, forKey: .match)
        probability = try fields.decodeIfPresent(Double.self, forKey: .probability)
        importance = try fields.decodeIfPresent(RiskWeights.self, forKey: .importance)
        budgetPerDay = try fields.decodeIfPresent(Double.self, forKey: .budgetPerDay)
    }

    /// - Throws: `ReviewError` when it says nothing that can be drawn by.
    public func validate() throws(ReviewError) {
        if let probability {
            guard probability > 0, probability <= 1 else { throw .probabilityOutOfRange }
        } else if importance == nil {
            throw .ruleInvalid("`probability` is missing.")
        }
        if let budgetPerDay {
            guard budgetPerDay >= 1, budgetPerDay <= 1e9 else {
                throw .ruleInvalid("`budget_per_day` is a number from 1 to 1e9.")
            }
        } else if importance != nil {
            throw .ruleInvalid("`importance` needs a `budget_per_day` to share out.")
        }
        try importance?.validate()
        try match?.validate()
    }

    /// The most it gives to any exchange.
    var highestProbability: Double { probability ?? 1 }
    /// Needs more of an exchange than its id.
    var needsFacts: Bool { match != nil || importance != nil }
    /// May see an exchange otherwise when signals have come.
    var needsSignals: Bool { importance != nil || match?.needsSignals == true }
}

/// Conditions on an exchange, all of which must hold; of a list, one value must be the exchange's.
///
/// What is not known (yet) does not match: a rule on flagged exchanges looks again when moderation has decided.
public struct RuleMatch: Sendable, Hashable, Codable {
    public var route: [String]?
    public var variant: [String]?
    public var model: [String]?
    public var language: [String]?
    public var source: [String]?
    public var flagged: Bool?
    public var lowRated: Bool?
    public var newSystemPrompt: Bool?

    public init(
        route: [String]? = nil, variant: [String]? = nil, model: [String]? = nil, language: [String]? = nil,
        source: [String]? = nil, flagged: Bool? = nil, lowRated: Bool? = nil, newSystemPrompt: Bool? = nil
    ) {
        self.route = route
        self.variant = variant
        self.model = model
        self.language = language
        self.source = source
        self.flagged = flagged
        self.lowRated = lowRated
        self.newSystemPrompt = newSystemPrompt
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case route, variant, model, language, source, flagged
        case lowRated = "low_rated"
        case newSystemPrompt = "new_system_prompt"
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknown(besides: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        route = try fields.decodeIfPresent([String].self, forKey: .route)
        variant = try fields.decodeIfPresent([String].self, forKey: .variant)
        model = try fields.decodeIfPresent([String].self, forKey: .model)
        language = try fields.decodeIfPresent([String].self, forKey: .language)
        source = try fields.decodeIfPresent([String].self, forKey: .source)
        flagged = try fields.decodeIfPresent(Bool.self, forKey: .flagged)
        lowRated = try fields.decodeIfPresent(Bool.self, forKey: .lowRated)
        newSystemPrompt = try fields.decodeIfPresent(Bool.self, forKey: .newSystemPrompt)
    }

    var needsSignals: Bool { language != nil || flagged != nil || lowRated != nil }

    public func applies(to facts: ExchangeFacts) -> Bool {
        func isOne(_ value: String?, of wanted: [String]?) -> Bool { wanted.map { $0.contains(value ?? "") } ?? true }
        func isSo(_ value: Bool?, _ wanted: Bool?) -> Bool { wanted == nil || value == wanted }
        return isOne(facts.route, of: route) && isOne(facts.variant, of: variant) && isOne(facts.model, of: model)
            && isOne(facts.signals.language, of: language) && isOne(facts.source, of: source)
            && isSo(facts.signals.isFlagged, flagged) && isSo(facts.signals.isLowRated, lowRated)
            && isSo(facts.hasNewSystemPrompt, newSystemPrompt)
    }

    func validate() throws(ReviewError) {
        let lists = [route, variant, model, language, source].compactMap(\.self)
        guard lists.allSatisfy({ (1...100).contains($0.count) }),
            lists.joined().allSatisfy({ (1...256).contains($0.utf8.count) && !$0.utf8.contains(0) })
        else { throw .ruleInvalid("Each list in `match` has 1 to 100 names of 1 to 256 bytes.") }
    }
}

extension Decoder {
    /// - Throws: `BodyError` that names the first member which `keys` does not have.
    func refuseUnknown<Keys: CodingKey & CaseIterable>(besides keys: Keys.Type) throws {
        if let unknown = try unknownMember(besides: Set(keys.allCases.map(\.stringValue))) {
            throw BodyError(field: unknown, problem: "is not known here")
        }
    }
}
