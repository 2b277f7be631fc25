import Foundation

/// What is known of both arms in a step.
struct ArmsSeen: Sendable, Hashable {
    var candidateUsers = 0
    var incumbentUsers = 0
    /// Met with each arm, and counts for neither.
    var bothUsers = 0
    var candidate: [CanaryMetric: Moments] = [:]
    var incumbent: [CanaryMetric: Moments] = [:]
}

/// One metric of a step: how the arms differ, and what that means.
public struct CanaryMetricEvidence: Sendable, Hashable, Codable {
    public enum Outcome: String, Sendable, Hashable, Codable {
        /// Certainly better than the incumbent; of the rating only.
        case better
        /// Certainly not worse by the margin.
        case shown
        /// Not known yet.
        case open
        /// Certainly worse: of a guardrail by more than the margin.
        case worse
        /// Too few users to conclude anything.
        case early
        /// Nobody has a value.
        case none
    }
    public var metric: CanaryMetric
    public var candidateUsers: Int
    public var incumbentUsers: Int
    public var candidateMean: Double?
    public var incumbentMean: Double?
    /// Candidate minus incumbent, and bounds that hold at all times: for guardrails each side by itself.
    public var estimate: Double?
    public var low: Double?
    public var high: Double?
    public var p: Double?
    public var margin: Double
    public var alpha: Double
    public var outcome: Outcome

    enum CodingKeys: String, CodingKey {
        case metric, estimate, low, high, p, margin, alpha, outcome
        case candidateUsers = "candidate_users"
        case incumbentUsers = "incumbent_users"
        case candidateMean = "candidate_mean"
        case incumbentMean = "incumbent_mean"
    }

    init(_ metric: CanaryMetric, _ seen: ArmsSeen, _ plan: CanaryPlan) {
        let (mine, other) = (seen.candidate[metric] ?? Moments(), seen.incumbent[metric] ?? Moments())
        self.metric = metric
        candidateUsers = mine.count
        incumbentUsers = other.count
        candidateMean = mine.mean
        incumbentMean = other.mean
        margin = plan.margins[metric]
        // Errors are looked at in two ways, which share α.
        alpha = metric == .errors ? plan.alphaOfEach / 2 : plan.alphaOfEach
        outcome = mine.count + other.count == 0 ? .none : .early
        guard let difference = ArmDifference(candidate: mine, incumbent: other, isShare: metric.isShare) else { return }
        let bounds =
            metric.isGuardrail
            ? difference.bounds(alpha: alpha, tunedFor: plan.tunedFor)
            : difference.interval(alpha: alpha, tunedFor: plan.tunedFor)
        (estimate, low, high) = (difference.estimate, bounds.low, bounds.high)
        p = difference.p(alpha: alpha, tunedFor: plan.tunedFor)
        guard min(mine.count, other.count) >= plan.minimumUsers else {
            // Who answers nobody need not fail so many users first.
            guard metric == .errors else { return }
            let certain = difference.certainLow(alpha: alpha)
            if certain > margin { (outcome, low) = (.worse, certain) }
            return
        }
        if metric.isGuardrail {
            switch NonInferiority(harm: bounds, margin: margin) {
            case .shown: outcome = .shown
            case .open: outcome = .open
            case .violated: outcome = .worse
            }
        } else {
            // Who wants a better one has no use for one that is certainly worse, however little.
            let worst = plan.goal == .superior ? 0 : -margin
            outcome = bounds.low > 0 ? .better : bounds.high < worst ? .worse : bounds.low > -margin ? .shown : .open
        }
    }

    /// As far as it looks now, worse by more than the margin; without proof.
    var looksBad: Bool {
        guard let estimate, outcome != .none else { return false }
        return metric.isGuardrail ? estimate > margin : estimate < -margin
    }
}

/// All that a decision over a step went by.
public struct CanaryEvidence: Sendable, Hashable, Codable {
    public struct Ratio: Sendable, Hashable, Codable {
        public var share: Double
        public var statistic: Double
        public var p: Double
    }
    public var step: Int
    /// Of the traffic of both.
    public var share: Double
    public var minutes: Double
    public var candidateUsers: Int
    public var incumbentUsers: Int
    public var bothUsers: Int
    /// χ² of the arms' sizes against the share.
    public var sampleRatio: Ratio
    public var metrics: [CanaryMetricEvidence]

    enum CodingKeys: String, CodingKey {
        case step, share, minutes, metrics
        case candidateUsers = "candidate_users"
        case incumbentUsers = "incumbent_users"
        case bothUsers = "both_users"
        case sampleRatio = "sample_ratio"
    }

    init(_ seen: ArmsSeen, step: Int, share: Double, minutes: Double, _ plan: CanaryPlan) {
        self.step = step
        self.share = share
        self.minutes = minutes
        candidateUsers = seen.candidateUsers
        incumbentUsers = seen.incumbentUsers
        bothUsers = seen.bothUsers
        let ratio = SampleRatio(first: candidateUsers, second: incumbentUsers, share: share)
        sampleRatio = Ratio(share: share, statistic: ratio.statistic, p: ratio.p)
        metrics = CanaryMetric.allCases.map { CanaryMetricEvidence($0, seen, plan) }
    }
}
