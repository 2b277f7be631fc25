public import Foundation
public import GleanerCore

/// Which exchanges of a project people look at, in the version that is in force.
public struct SamplingRule: Sendable, Hashable {
    public let id: UUID
    public let project: ID<Project>
    public let name: String
    /// Counts up with every change; samples name the version that drew them.
    public let version: Int
    public let document: RuleDocument
    /// The project's, the same for all its rules: what a lower probability drew, a higher one draws too.
    public let salt: String

    /// The most it gives to any exchange: above 0, at most 1.
    public var probability: Double { document.highestProbability }

    /// With which probability it draws an exchange; `nil` when it does not apply.
    /// - Parameter scale: what its budget allows at the moment, `c` of min(1, c·risk); `nil` without a budget.
    func chance(of facts: ExchangeFacts, scale: Double?) -> Chance? {
        if let match = document.match, !match.applies(to: facts) { return nil }
        let risk = document.importance?.risk(of: facts)
        guard document.budgetPerDay != nil else { return Chance(probability: probability, risk: risk) }
        // Without a plan as little as before the first one: never all.
        let scale = scale ?? BudgetPlan.unplanned
        return Chance(probability: min(probability, scale * (risk ?? 1)), risk: risk)
    }

    struct Chance: Sendable, Hashable {
        let probability: Double
        /// By an importance rule.
        let risk: Double?
        /// What it counts as.
        var bucket: Int16 { risk.map(RiskBucket.of) ?? 0 }
    }
}

/// An exchange that has landed, as far as sampling looks at it.
public struct SamplingCandidate: Sendable, Hashable {
    public let id: ID<Exchange>
    public let project: ID<Project>
    /// Whole and answered well enough to be judged; others are never drawn.
    public let isEligible: Bool

    public init(id: ID<Exchange>, project: ID<Project>, isEligible: Bool) {
        self.id = id
        self.project = project
        self.isEligible = isEligible
    }
}

/// An exchange that a rule drew, with the probability it had.
struct Sample: Sendable, Hashable {
    let exchange: ID<Exchange>
    let project: ID<Project>
    let rule: UUID
    let ruleVersion: Int
    let probability: Double
    let score: Double?
}
