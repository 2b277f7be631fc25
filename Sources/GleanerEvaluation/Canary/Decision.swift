public import Foundation
public import GleanerCore

/// Something that was decided over models and traffic. A row of `decisions`.
public struct Decision: Sendable {
    public enum Kind: String, Sendable, Hashable, Codable {
        case start, advance, promote, hold, pin, unpin, end, verdict
        case rollBack = "roll_back"
        case standStill = "stand_still"
    }
    public enum State: String, Sendable, Hashable, Codable {
        case pending, applied, void
    }

    public let id: ID<Decision>
    public let canary: ID<Canary>?
    public let evaluation: ID<Evaluation>?
    public let kind: Kind
    public let step: Int?
    /// `gleaner`, or who.
    public let actor: String
    /// In words.
    public let why: String
    /// The numbers.
    public let evidence: JSONValue
    /// That it sets.
    public let weights: [String: Double]?
    public let routesVersion: Int64?
    public let state: State
    public let createdAt: Date
    public let settledAt: Date?
}
