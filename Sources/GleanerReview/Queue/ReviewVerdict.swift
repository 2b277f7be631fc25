public import GleanerCore

/// A judgement against the rubric.
public struct ReviewVerdict: Sendable, Hashable {
    public let scores: [String: Score]
    /// A better answer.
    public let correction: String?
    public let comment: String?

    /// Texts without anything to read count as none.
    /// - Throws: `ReviewError` when a question is unanswered or unknown, or a text is too long or holds U+0000.
    public init(scores: [String: Score], correction: String? = nil, comment: String? = nil) throws(ReviewError) {
        for question in Rubric.questions where scores[question] == nil { throw .questionUnanswered(question) }
        // The first in order of the alphabet: the same body gets the same answer.
        if let unknown = scores.keys.filter({ !Rubric.questions.contains($0) }).min() {
            throw .questionUnknown(unknown)
        }
        self.scores = scores
        self.correction = try ReviewText.checked(correction, as: "correction")
        self.comment = try ReviewText.checked(comment, as: "comment")
    }

    var lowest: Int16 { scores.values.map(\.value).min() ?? 1 }
}

/// What reviewers write.
enum ReviewText {
    /// In UTF-8.
    static let longest = 64 << 10

    /// - Returns: `nil` for nothing, and for whitespace alone.
    /// - Throws: `ReviewError.textInvalid`.
    static func checked(_ text: String?, as field: String) throws(ReviewError) -> String? {
        guard let text else { return nil }
        guard text.utf8.count <= longest, !text.utf8.contains(0) else { throw .textInvalid(field) }
        return text.allSatisfy(\.isWhitespace) ? nil : text
    }
}
