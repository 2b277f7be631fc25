public import Foundation
public import GleanerCore

/// The questions of the rubric in force.
public enum Rubric {
    public static let name = "default@1"
    public static let questions = ["relevance", "accuracy", "appropriateness"]

    /// What a reviewer is asked, and what the ends of the scale mean.
    public static func meaning(of question: String) -> String {
        switch question {
        case "relevance": "does it answer what was asked? 1 off the topic … 5 exactly"
        case "accuracy": "is it right and safe? 1 wrong or dangerous … 5 right"
        default: "are tone and language right for this user? 1 not at all … 5 entirely"
        }
    }
}

/// One exchange lent to one reviewer. Nothing in it tells what others thought, or which model answered.
public struct ReviewItem: Sendable {
    public let slot: UUID
    public let leaseToken: UUID
    public let leasedUntil: Date
    public let exchange: ID<Exchange>
    /// The conversation up to the user's last turn; `nil` when the bytes could not be read.
    public let messages: [JSONValue]?
    /// The message that was answered; `nil` as above.
    public let answer: JSONValue?

    /// Stands where a conversation could not be read. The bytes themselves would tell the model.
    static let unreadable: JSONValue = [
        "role": "gleaner",
        "content": "(This could not be read as a conversation. Skip it, or judge what there is.)",
    ]
}

/// How far the queue is.
public struct ReviewProgress: Sendable, Hashable, Codable {
    /// Those whose lease has run out are among them.
    public let open: Int
    public let leased: Int
    public let done: Int
    public let skipped: Int
    /// Question to mean score; empty without reviews.
    public let means: [String: Double]
}
