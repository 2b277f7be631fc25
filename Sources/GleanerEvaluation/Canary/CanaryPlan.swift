/// How a candidate takes traffic: what the owner allows to happen by itself.
public struct CanaryPlan: EvaluationDocument, Hashable {
    public enum Goal: String, Sendable, Hashable, Codable {
        /// All traffic only for a candidate that users rate higher.
        case superior
        /// Also for one that they rate no lower, by the margin.
        case nonInferior = "non_inferior"
    }

    /// Shares of the traffic that candidate and incumbent have together, rising; 1 is a promotion.
    public var steps = [0.01, 0.05, 0.25, 0.5, 1]
    /// Of each arm, before anything is concluded: the clock of every test begins here. 50 is the least that the tests bear.
    public var minimumUsers = 100
    /// In each step.
    public var minimumMinutes = 1440
    /// Over all metrics and steps: the chance of ever concluding something false.
    public var alpha = 0.05
    public var goal = Goal.superior
    /// How much worse it may be, by metric, in the metric's unit.
    public var margins = CanaryMargins()
    /// Steps above it are a person's.
    public var maximumShare = 1.0
    /// `false`: it says when it is ready, and waits.
    public var autopromote = true
    /// `false`: it says that it should be rolled back, and waits.
    public var autorollback = true

    public enum CodingKeys: String, CodingKey, CaseIterable {
        case steps, alpha, goal, margins, autopromote, autorollback
        case minimumUsers = "minimum_users"
        case minimumMinutes = "minimum_minutes"
        case maximumShare = "maximum_share"
    }

    public init() {}

    public init(from decoder: any Decoder) throws {
        try Self.refuseUnknown(decoder)
        let members = try decoder.container(keyedBy: CodingKeys.self)
        try members.read(.steps, into: &steps)
        try members.read(.minimumUsers, into: &minimumUsers)
        try members.read(.minimumMinutes, into: &minimumMinutes)
        try members.read(.alpha, into: &alpha)
        try members.read(.goal, into: &goal)
        try members.read(.margins, into: &margins)
        try members.read(.maximumShare, into: &maximumShare)
        try members.read(.autopromote, into: &autopromote)
        try members.read(.autorollback, into: &autorollback)
        try check()
    }

    func check() throws {
        try must((1...20).contains(steps.count), .steps, "1 to 20 shares")
        try must(steps.allSatisfy { $0 >= 0.0001 && $0 <= 1 }, .steps, "between 0.0001 and 1")
        try must(zip(steps, steps.dropFirst()).allSatisfy { $0 < $1 }, .steps, "rising")
        try must(steps[0] < 1, .steps, "below 1 at first")
        try must((50...10_000_000).contains(minimumUsers), .minimumUsers, "50 or more")
        try must((0...525_600).contains(minimumMinutes), .minimumMinutes, "0 to 525600")
        try must(alpha > 0 && alpha <= 0.2, .alpha, "above 0, at most 0.2")
        try must(maximumShare > 0 && maximumShare <= 1, .maximumShare, "above 0, at most 1")
    }

    /// Steps in which something is measured.
    var measuredSteps: Int { steps.count(where: { $0 < 1 }) }
    /// What one metric may spend in one step.
    var alphaOfEach: Double { alpha / Double(max(1, measuredSteps) * CanaryMetric.allCases.count) }
    /// Where intervals are narrowest, in pairs.
    var tunedFor: Double { 2 * Double(minimumUsers) }
}

/// What users meet with.
public enum CanaryMetric: String, Sendable, Hashable, Codable, CaseIterable {
    /// Mean of a user's thumbs (0 or 1) and scores (0 to 1).
    case rating
    /// Share of a user's exchanges that got no answer, 429 or 5xx, or needed a fallback.
    case errors
    /// Share of a user's answers that moderation or somebody flagged.
    case flagged
    /// Mean natural logarithm of the time to the whole answer: 0.1 is a tenth longer.
    case latency
    /// The same of the time to the first token.
    case ttft

    var isShare: Bool { self == .rating || self == .errors || self == .flagged }
    /// One-sided: only harm counts. The other one is what the canary is about.
    var isGuardrail: Bool { self != .rating }
}

public struct CanaryMargins: EvaluationDocument, Hashable {
    public var rating = 0.05
    public var errors = 0.02
    public var flagged = 0.02
    public var latency = 0.25
    public var ttft = 0.25

    public enum CodingKeys: String, CodingKey, CaseIterable { case rating, errors, flagged, latency, ttft }

    public init() {}

    public init(from decoder: any Decoder) throws {
        try Self.refuseUnknown(decoder)
        let members = try decoder.container(keyedBy: CodingKeys.self)
        try members.read(.rating, into: &rating)
        try members.read(.errors, into: &errors)
        try members.read(.flagged, into: &flagged)
        try members.read(.latency, into: &latency)
        try members.read(.ttft, into: &ttft)
        try check()
    }

    func check() throws {
        for (value, key): (Double, CodingKeys) in [
            (rating, .rating), (errors, .errors), (flagged, .flagged), (latency, .latency), (ttft, .ttft),
        ] {
            try must(value > 0 && value <= 10, key, "above 0, at most 10")
        }
    }

    subscript(_ metric: CanaryMetric) -> Double {
        switch metric {
        case .rating: rating
        case .errors: errors
        case .flagged: flagged
        case .latency: latency
        case .ttft: ttft
        }
    }
}
