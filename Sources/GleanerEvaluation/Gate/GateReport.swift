/// What a gate says.
public enum GateVerdict: String, Sendable, Hashable, Codable {
    case pass, fail
    case notEnoughData = "not_enough_data"
}

/// One rule, and what was seen.
public struct RuleEvidence: Sendable, Hashable, Codable {
    public enum Outcome: String, Sendable, Hashable, Codable {
        case pass, fail
        case notEnoughData = "not_enough_data"
        /// Not measured, and the rule does not insist.
        case passedOver = "passed_over"
    }
    public var metric: GateMetric
    public var test: GateRule.Test
    public var margin: Double
    public var outcome: Outcome
    /// Items that both sides have a value for, and the conversations they are of.
    public var items: Int
    public var conversations: Int
    /// In the metric's unit; of latency milliseconds and of cost US dollars, as geometric means.
    public var candidateMean: Double?
    public var incumbentMean: Double?
    /// Mean of the differences, above 0 in the candidate's favour; bounds one-sided at the policy's alpha.
    public var estimate: Double?
    public var low: Double?
    public var high: Double?
    /// Of a share: McNemar's exact test, and adjusted for all shares (Benjamini–Hochberg).
    public var p: Double?
    public var adjustedP: Double?
    /// One sentence.
    public var why: String

    enum CodingKeys: String, CodingKey {
        case metric, test, margin, outcome, items, conversations, estimate, low, high, p, why
        case candidateMean = "candidate_mean"
        case incumbentMean = "incumbent_mean"
        case adjustedP = "adjusted_p"
    }
}

/// How the judge judged.
public struct JudgeEvidence: Sendable, Hashable, Codable {
    public var provider: String
    public var model: String
    public var candidateWins = 0
    public var incumbentWins = 0
    public var ties = 0
    /// Pairs in which the orders disagreed: ties that were a liking for a place.
    public var disagreements = 0
    /// Pairs of which an order was not answered as asked.
    public var unreadable = 0

    enum CodingKeys: String, CodingKey {
        case provider, model, ties, disagreements, unreadable
        case candidateWins = "candidate_wins"
        case incumbentWins = "incumbent_wins"
    }
}

/// A verdict with its evidence. Holds no texts.
public struct GateReport: Sendable, Hashable, Codable {
    public var verdict: GateVerdict
    /// One sentence.
    public var summary: String
    public var rules: [RuleEvidence]
    public var judge: JudgeEvidence?
    /// `nil` where no people were to be asked.
    public var people: PeopleEvidence?
    /// Lines of the holdout, how many were drawn, and how many both models were asked.
    public var holdout: Int
    public var items: Int
    /// Drawn lines by where their reference came from.
    public var answerSources: [String: Int]
    /// `edited` or `all`: what the metrics of words went by.
    public var references: GatePolicy.References
    public var alpha: Double
    /// Means of each side, metrics without a rule among them.
    public var candidate: [String: Double]
    public var incumbent: [String: Double]
    /// `nil` when prices are not known.
    public var costUSD: Double?
    public var notes: [String]

    enum CodingKeys: String, CodingKey {
        case verdict, summary, rules, judge, people, holdout, items, references, alpha, candidate, incumbent, notes
        case answerSources = "answer_sources"
        case costUSD = "cost_usd"
    }
}
