public import Foundation
public import GleanerCore

/// Where the two answers of a comparison come from.
public enum ComparisonKind: String, Sendable, Hashable, CaseIterable, Codable {
    /// The answer that was shown, and a candidate's to the same request.
    case shadow
    /// Equal requests, answered by two variants.
    case variants
    /// An answer, and the one that the user asked for in its place.
    case regenerated
    /// An answer, and what a reviewer made of it.
    case correction
}

/// Two answers to one question, lent to one reviewer. Nothing in it tells which side is which.
public struct ComparisonItem: Sendable {
    public let id: UUID
    public let leaseToken: UUID
    public let leasedUntil: Date
    public let messages: [JSONValue]?
    public let left: JSONValue?
    public let right: JSONValue?
}

/// What a reviewer sees: which side is the better answer.
public enum Preference: String, Sendable, Hashable, CaseIterable, Codable { case left, right, tie }

/// Which answer stands on the left: decided by hash, so that it is the same for all, and either equally often.
enum Sides {
    static func isALeft(_ comparison: UUID) -> Bool {
        SamplingHash.draws(comparison.uuidString.lowercased(), salt: "comparison-sides", probability: 0.5)
    }

    /// - Returns: `a`, `b` or `tie`.
    static func preferred(_ preference: Preference, _ comparison: UUID) -> String {
        switch preference {
        case .tie: "tie"
        case .left: isALeft(comparison) ? "a" : "b"
        case .right: isALeft(comparison) ? "b" : "a"
        }
    }
}
