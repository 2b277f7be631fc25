import Foundation
import GleanerCore

/// Decides from values alone which of some exchanges are drawn, and what is counted of those that were looked at.
///
/// One `u` for each exchange, by hash: each rule that applies gives a probability π, and draws the exchange when u < π.
/// So the chance that any rule draws it is the highest π, and a later, higher one keeps what an earlier one drew.
struct Drawing: Sendable {
    struct Volume: Hashable, Sendable {
        let rule: String
        let bucket: Int16
    }
    private(set) var samples: [Sample] = []
    /// Of rules with a budget: how many exchanges they applied to, by risk.
    private(set) var volumes: [Volume: Int] = [:]

    /// - Parameter scales: by rule, for those with a budget.
    init(_ exchanges: [ExchangeFacts], rules: [SamplingRule], scales: [UUID: Double]) {
        for facts in exchanges {
            guard let salt = rules.first?.salt else { return }
            let u = SamplingHash.unit(salt: salt, key: facts.id.description)
            for rule in rules {
                guard let chance = rule.chance(of: facts, scale: scales[rule.id]) else { continue }
                if rule.document.budgetPerDay != nil {
                    let bucket = chance.risk.map(RiskBucket.of) ?? 0
                    volumes[Volume(rule: rule.name, bucket: bucket), default: 0] += 1
                }
                guard u < chance.probability else { continue }
                samples.append(
                    Sample(
                        exchange: facts.id, project: facts.project, rule: rule.id, ruleVersion: rule.version,
                        probability: chance.probability, score: chance.risk))
            }
        }
    }
}

/// How much a rule may draw in the coming hour, so that its budget for the day holds on average.
struct BudgetPlan: Sendable, Hashable {
    /// `c` of min(1, c·risk).
    let scale: Double
    /// Exchanges a day that the rule is expected to apply to.
    let expected: Double

    /// What a rule without any history begins with, before its first hour is known.
    static let first = BudgetPlan(scale: 0.05, expected: 0)

    /// - Parameters:
    ///   - budget: draws a day.
    ///   - mean: exchanges a day by risk, over the days before.
    ///   - today: those seen since midnight (UTC).
    init(budget: Double, mean: [Int16: Double], today: [Int16: Double]) {
        // A day that is already busier than the ones before counts as it is.
        func total(_ volumes: [Int16: Double]) -> Double { volumes.values.reduce(0, +) }
        let volumes = total(today) > total(mean) ? today : mean
        guard total(volumes) > 0 else {
            self = .first
            return
        }
        let sizes = volumes.map { (size: RiskBucket.risk(of: $0), count: $1) }
        scale = PoissonScale.scale(sizes, expected: budget) ?? 1
        expected = total(volumes)
    }

    init(scale: Double, expected: Double) {
        self.scale = scale
        self.expected = expected
    }
}
