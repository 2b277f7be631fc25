import Foundation

/// How much each sign of trouble adds to an exchange's risk.
///
/// risk = 1 + Σ weight·sign, each sign 0…1; a sign that is not known adds nothing. The 1 keeps every probability above 0:
/// what can never be drawn can never be estimated.
public struct RiskWeights: Sendable, Hashable, Codable {
    /// Moderation's highest score; 1 when it is flagged.
    public var moderation: Double
    public var lowRating: Double
    public var regenerated: Double
    public var abandoned: Double
    /// Duration over `slowMS`, at most 1.
    public var latency: Double
    public var judgeDisagreement: Double
    /// The duration that counts in full, milliseconds.
    public var slowMS: Double

    public init(
        moderation: Double = 8, lowRating: Double = 8, regenerated: Double = 3, abandoned: Double = 2,
        latency: Double = 1, judgeDisagreement: Double = 4, slowMS: Double = 20_000
    ) {
        self.moderation = moderation
        self.lowRating = lowRating
        self.regenerated = regenerated
        self.abandoned = abandoned
        self.latency = latency
        self.judgeDisagreement = judgeDisagreement
        self.slowMS = slowMS
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case moderation, regenerated, abandoned, latency
        case lowRating = "low_rating"
        case judgeDisagreement = "judge_disagreement"
        case slowMS = "slow_ms"
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknown(besides: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let standard = RiskWeights()
        func weight(_ key: CodingKeys, _ path: KeyPath<RiskWeights, Double>) throws -> Double {
            try fields.decodeIfPresent(Double.self, forKey: key) ?? standard[keyPath: path]
        }
        moderation = try weight(.moderation, \.moderation)
        lowRating = try weight(.lowRating, \.lowRating)
        regenerated = try weight(.regenerated, \.regenerated)
        abandoned = try weight(.abandoned, \.abandoned)
        latency = try weight(.latency, \.latency)
        judgeDisagreement = try weight(.judgeDisagreement, \.judgeDisagreement)
        slowMS = try weight(.slowMS, \.slowMS)
    }

    func validate() throws(ReviewError) {
        let weights = [moderation, lowRating, regenerated, abandoned, latency, judgeDisagreement]
        guard weights.allSatisfy({ $0 >= 0 && $0 <= 1000 }), slowMS > 0, slowMS.isFinite else {
            throw .ruleInvalid("Weights of `importance` are numbers from 0 to 1000, `slow_ms` is above 0.")
        }
    }

    public func risk(of facts: ExchangeFacts) -> Double {
        let signals = facts.signals
        func sign(_ value: Bool?) -> Double { value == true ? 1 : 0 }
        func share(_ value: Double?) -> Double { min(1, max(0, value ?? 0)) }
        return 1 + moderation * max(sign(signals.isFlagged), share(signals.moderationScore))
            + lowRating * sign(signals.isLowRated) + regenerated * sign(signals.isRegenerated)
            + abandoned * sign(signals.isAbandoned) + latency * share(facts.durationMS.map { $0 / slowMS })
            + judgeDisagreement * share(signals.judgeDisagreement)
    }
}

/// Risks in steps of a quarter of a doubling, for counting how many exchanges there are of each.
enum RiskBucket {
    static func of(_ risk: Double) -> Int16 { Int16((4 * log2(max(risk, 1))).rounded()) }
    static func risk(of bucket: Int16) -> Double { exp2(Double(bucket) / 4) }
}
