public import GleanerCore

/// What a reviewer said, as it came: not yet held against the questions they were asked.
public struct ReviewAnswers: Sendable, Hashable {
    public var scores: [String: Int]
    /// Of questions that are no scale: a text, or a list of texts.
    public var answers: [String: JSONValue]
    /// A better answer.
    public var correction: String?
    public var comment: String?

    public init(
        scores: [String: Int] = [:], answers: [String: JSONValue] = [:], correction: String? = nil,
        comment: String? = nil
    ) {
        self.scores = scores
        self.answers = answers
        self.correction = correction
        self.comment = comment
    }
}

/// A judgement that answers its rubric.
public struct ReviewVerdict: Sendable, Hashable {
    public let rubric: String
    public let scores: [String: Score]
    public let answers: [String: JSONValue]
    /// A better answer.
    public let correction: String?
    public let comment: String?

    /// Texts without anything to read count as none.
    /// - Throws: `ReviewError` when a question is unanswered, unknown or answered with what it does not offer, or a text is
    ///   too long or holds U+0000; `ScoreError` for a score off the scale.
    public init(_ given: ReviewAnswers, against rubric: Rubric) throws {
        self.rubric = rubric.reference
        let asked = Dictionary(uniqueKeysWithValues: rubric.questions.map { ($0.name, $0) })
        // The first in order of the alphabet: the same body gets the same answer.
        let names = Set(given.scores.keys).union(given.answers.keys)
        if let unknown = names.filter({ asked[$0] == nil }).min() {
            throw ReviewError.questionUnknown(unknown, rubric: rubric.reference)
        }
        var scores: [String: Score] = [:]
        var answers: [String: JSONValue] = [:]
        for question in rubric.questions {
            if question.kind == .scale {
                if given.answers[question.name] != nil { throw ReviewError.answerInvalid(question.name) }
                if let points = given.scores[question.name] { scores[question.name] = try Score(points) }
            } else {
                if given.scores[question.name] != nil { throw ReviewError.answerInvalid(question.name) }
                answers[question.name] = try Self.answer(given.answers[question.name], to: question)
            }
            if question.required, scores[question.name] == nil, answers[question.name] == nil {
                throw ReviewError.questionUnanswered(question.name, rubric: rubric.reference)
            }
        }
        self.scores = scores
        self.answers = answers
        correction = try ReviewText.checked(given.correction, as: "correction")
        comment = try ReviewText.checked(given.comment, as: "comment")
    }

    /// - Returns: `nil` for what says nothing.
    private static func answer(_ value: JSONValue?, to question: RubricQuestion) throws -> JSONValue? {
        guard let value, value != .null else { return nil }
        let offered = Set(question.options.map(\.value))
        switch question.kind {
        case .scale: return nil
        case .text:
            guard let text = value.stringValue else { throw ReviewError.answerInvalid(question.name) }
            return try ReviewText.checked(text, as: question.name).map { .string($0) }
        case .choice:
            guard let choice = value.stringValue, offered.contains(choice) else {
                throw ReviewError.answerInvalid(question.name)
            }
            return value
        case .choices:
            let chosen = value.arrayValue?.map(\.stringValue) ?? [nil]
            guard chosen.allSatisfy({ $0.map(offered.contains) ?? false }) else {
                throw ReviewError.answerInvalid(question.name)
            }
            // Each once, in the rubric's order: equal answers are equal rows.
            let inOrder = question.options.map(\.value).filter { Set(chosen).contains($0) }
            return inOrder.isEmpty ? nil : .array(inOrder.map { .string($0) })
        }
    }

    var lowest: Int16 { scores.values.map(\.value).min() ?? 1 }
    var scoresDocument: JSONValue { .object(scores.mapValues { .integer(Int64($0.value)) }) }
    var answersDocument: JSONValue? { answers.isEmpty ? nil : .object(answers) }
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
