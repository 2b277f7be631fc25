public import GleanerCore

public enum ReviewError: Explained, Hashable {
    case leaseLost
    case questionUnanswered(String)
    case questionUnknown(String)
    case textInvalid(String)
    case reviewerInvalid
    case probabilityOutOfRange
    case ruleNameInvalid

    public var explanation: Explanation {
        switch self {
        case .leaseLost:
            Explanation(
                status: 409, code: "lease_lost", what: "This item is not yours any more.",
                why: "Its lease ran out, or it was submitted or skipped before.",
                fix: "Take the next one with POST /api/reviews/next.")
        case .questionUnanswered(let question):
            bad(
                "question_unanswered", "`\(question)` has no score.", "Every question of the rubric needs one.",
                "Send scores for \(Rubric.questions.joined(separator: ", ")).")
        case .questionUnknown(let question):
            bad(
                "question_unknown", "`\(question.prefix(64))` is not asked.",
                "The rubric \(Rubric.name) asks \(Rubric.questions.joined(separator: ", ")).", "Remove it.")
        case .textInvalid(let field):
            bad(
                "text_invalid", "`\(field)` cannot be stored.", "It has more than 65536 bytes, or holds U+0000.",
                "Shorten or clean it.")
        case .reviewerInvalid:
            bad(
                "reviewer_invalid", "The reviewer's name cannot be used.",
                "It should have 1 to 128 characters, none of them a control character.", "Send another `reviewer`.")
        case .probabilityOutOfRange:
            bad(
                "probability_out_of_range", "This probability cannot be used.", "It should be above 0 and at most 1.",
                "Send 0.05 for one exchange in twenty, 1 for all.")
        case .ruleNameInvalid:
            bad(
                "rule_name_invalid", "The rule's name cannot be used.", "It should have 1 to 64 bytes.",
                "Send another `name`.")
        }
    }

    private func bad(_ code: String, _ what: String, _ why: String, _ fix: String) -> Explanation {
        Explanation(status: 400, code: code, what: what, why: why, fix: fix)
    }
}
