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
    /// Two models' answers to a line of a holdout; neither is an exchange.
    case gate

    /// Those looked for among what is stored.
    public static let found: [ComparisonKind] = [.shadow, .variants, .regenerated, .correction]
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

/// A pair that may enter the queue.
struct NewPair: Sendable {
    let a: ID<Exchange>
    let b: ID<Exchange>
    /// The text of side b, and who wrote it.
    var correction: String?
    var author: String?
}

/// What a reviewer sees: which side is the better answer.
public enum Preference: String, Sendable, Hashable, CaseIterable, Codable {
    case left, right, tie

    /// - Parameter left: which answer stood there, `a` or `b`.
    /// - Returns: `a`, `b` or `tie`.
    func side(left: String) -> String {
        switch self {
        case .tie: "tie"
        case .left: left
        case .right: left == "a" ? "b" : "a"
        }
    }
}
