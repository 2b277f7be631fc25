public import Foundation
public import GleanerCore

/// One exchange lent to one reviewer. Nothing in it tells what others thought, what users said of it, which model
/// answered, or whether it is a hidden check.
public struct ReviewItem: Sendable {
    public let slot: UUID
    public let leaseToken: UUID
    public let leasedUntil: Date
    public let exchange: ID<Exchange>
    public let rubric: Rubric
    /// The conversation up to the user's last turn; `nil` when the bytes could not be read.
    public let messages: [JSONValue]?
    /// Of what the user said last, as `exchanges.language` names it.
    public let language: String?
    /// The message that was answered; `nil` as above.
    public let answer: JSONValue?
    /// What the reviewer had entered before, unfinished or taken back.
    public let draft: ReviewAnswers?

    /// Stands where a conversation could not be read. The bytes themselves would tell the model.
    public static let unreadable: JSONValue = [
        "role": "gleaner",
        "content": "(This could not be read as a conversation. Skip it, or judge what there is.)",
    ]
}

/// How far the queue is.
public struct ReviewProgress: Sendable, Hashable, Codable {
    /// Those whose lease has run out are among them.
    public internal(set) var open: Int
    public let leased: Int
    public let done: Int
    public let skipped: Int
    /// Question to mean score; empty without reviews, or unless asked for.
    public internal(set) var means: [String: Double]
}
