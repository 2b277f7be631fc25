public import Foundation
public import GleanerCore

/// Which share of a project's exchanges people look at.
public struct SamplingRule: Sendable, Hashable {
    public let id: UUID
    public let project: ID<Project>
    public let name: String
    /// Counts up with every change; samples name the version that drew them.
    public let version: Int
    /// Above 0, at most 1.
    public let probability: Double
    /// Stays the same over versions: what a lower probability drew, a higher one draws too.
    public let salt: String

    func draws(_ exchange: ID<Exchange>) -> Bool {
        SamplingHash.draws(exchange.description, salt: salt, probability: probability)
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
    /// Place in the queue, 0…1, by a hash of its own: reviewers do not see exchanges in the order of their arrival.
    var position: Double { SamplingHash.unit(salt: "review-queue", key: exchange.description) }
}
