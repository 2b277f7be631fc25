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
}

/// A judgement against the rubric.
public struct ReviewVerdict: Sendable, Hashable {
    public let scores: [String: Score]
    public let correction: String?
    public let comment: String?

    /// - Throws: `ReviewError` when a question is unanswered or unknown, or a text is too long or holds U+0000.
    public init(scores: [String: Score], correction: String? = nil, comment: String? = nil) throws(ReviewError) {
        for question in Rubric.questions where scores[question] == nil { throw .questionUnanswered(question) }
        for question in scores.keys where !Rubric.questions.contains(question) { throw .questionUnknown(question) }
        for (field, text) in [("correction", correction), ("comment", comment)] {
            guard let text else { continue }
            guard text.utf8.count <= 64 << 10, !text.utf8.contains(0) else { throw .textInvalid(field) }
        }
        self.scores = scores
        self.correction = correction
        self.comment = comment
    }

    var lowest: Int16 { scores.values.map(\.value).min() ?? 1 }
}

/// How far the queue is.
public struct ReviewProgress: Sendable, Hashable, Codable {
    public let open: Int
    public let leased: Int
    public let done: Int
    public let skipped: Int
    /// Question to mean score; empty without reviews.
    public let means: [String: Double]
}
