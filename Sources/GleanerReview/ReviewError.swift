public import GleanerCore

public enum ReviewError: Explained, Hashable {
    case leaseLost
    case questionUnanswered(String, rubric: String)
    case questionUnknown(String, rubric: String)
    case answerInvalid(String)
    case textInvalid(String)
    case reviewerInvalid
    case reviewerNotYours(String)
    case reasonMissing
    case nothingToUndo(minutes: Int)
    case probabilityOutOfRange
    case ruleNameInvalid
    case ruleInvalid(String)
    case ruleUnknown
    case rubricInvalid(String)
    case rubricUnknown
    case settingInvalid(String, wanted: String)
    case exchangeUnknown(ID<Exchange>)
    case tooMany(String, limit: Int)
    case sliceUnknown(String)
    case sliceNotCounted(String)
    case pairInvalid

    public var explanation: Explanation {
        switch self {
        case .leaseLost:
            Explanation(
                status: 409, code: "lease_lost", what: "This item is not yours any more.",
                why: "Its lease ran out, or it was submitted or skipped before.",
                fix: "Take the next one with POST /api/reviews/next.")
        case .questionUnanswered(let question, let rubric):
            bad(
                "question_unanswered", "`\(question)` has no answer.", "The rubric \(rubric) asks for it.",
                "Send it in `scores`, or in `answers` when it is no scale.")
        case .questionUnknown(let question, let rubric):
            bad(
                "question_unknown", "`\(question.prefix(64))` is not asked.",
                "The rubric \(rubric) has no such question.",
                "Remove it; `questions` of the item names those that are asked.")
        case .answerInvalid(let question):
            bad(
                "answer_invalid", "The answer to `\(question)` cannot be used.",
                "It is not of the question's kind, or not among its options.",
                "Send 1 to 5 in `scores` for a scale; in `answers` an option's value, a list of them, or a text.")
        case .textInvalid(let field):
            bad(
                "text_invalid", "`\(field)` cannot be stored.", "It has more than 65536 bytes, or holds U+0000.",
                "Shorten or clean it.")
        case .reviewerInvalid:
            bad(
                "reviewer_invalid", "The reviewer's name cannot be used.",
                "It should have 1 to 128 characters, none of them a control character.", "Send another `reviewer`.")
        case .reviewerNotYours(let own):
            Explanation(
                status: 403, code: "reviewer_not_yours", what: "This key reviews under its own name only.",
                why: "Under another one it would read that reviewer's drafts and judge an item twice.",
                fix: "Send `\(own)` or no name at all; a backend that reviews for many needs the scope `admin`.")
        case .reasonMissing:
            bad(
                "reason_missing", "A reason is missing.", "This is done with a reason, for those who come after.",
                "Send `reason`.")
        case .nothingToUndo(let minutes):
            Explanation(
                status: 409, code: "nothing_to_undo", what: "There is nothing to take back.",
                why:
                    "What was done last can be taken back for \(minutes) minutes, until a lead has decided on the item or others have it.",
                fix: "Ask a lead to adjudicate the item.")
        case .probabilityOutOfRange:
            bad(
                "probability_out_of_range", "This probability cannot be used.", "It should be above 0 and at most 1.",
                "Send 0.05 for one exchange in twenty, 1 for all.")
        case .ruleNameInvalid:
            bad(
                "rule_name_invalid", "The rule's name cannot be used.", "It should have 1 to 64 bytes.",
                "Send another `name`.")
        case .ruleInvalid(let why):
            bad(
                "rule_invalid", "This sampling rule cannot be used.", why,
                "See docs/guide/sampling.md for what it may say.")
        case .ruleUnknown:
            missing("rule_unknown", "There is no such rule in force.", "GET /api/sampling-rules names them.")
        case .rubricInvalid(let why):
            bad(
                "rubric_invalid", "This rubric cannot be used.", why, "See docs/guide/reviewing.md for what it may say."
            )
        case .rubricUnknown:
            missing("rubric_unknown", "There is no such rubric.", "GET /api/rubrics lists them, as `name@version`.")
        case .settingInvalid(let name, let wanted):
            bad("review_setting_invalid", "`\(name)` cannot be used.", "It should be \(wanted).", "Send another value.")
        case .exchangeUnknown(let id):
            missing(
                "exchange_unknown", "No exchange \(id) can be reviewed.",
                "Check the id; an answer that is not whole cannot be judged.")
        case .tooMany(let field, let limit):
            bad(
                "too_many", "`\(field)` has the wrong size.", "It holds 1 to \(limit) entries.",
                "Send several requests.")
        case .sliceUnknown(let name):
            bad(
                "slice_unknown", "Estimates cannot be made by `\(name.prefix(64))`.",
                "They are by route, variant, model, language, source, rule, flag, rating, tag or system_prompt.",
                "Send one of these in `by`.")
        case .sliceNotCounted(let name):
            bad(
                "slice_not_counted", "Exchanges cannot be counted by `\(name)`.",
                "A stratified mean needs the number of all exchanges in each slice, and this is known of drawn ones only.",
                "Stratify by route, variant, model, language, source or system_prompt, or leave `stratified` out.")
        case .pairInvalid:
            bad(
                "pair_invalid", "These two answers cannot be compared.",
                "A pair is two different exchanges; corrections are found by themselves, pairs of the gate come from evaluations.",
                "Send two ids, or POST /api/comparisons/find.")
        }
    }

    private func bad(_ code: String, _ what: String, _ why: String, _ fix: String) -> Explanation {
        Explanation(status: 400, code: code, what: what, why: why, fix: fix)
    }
    private func missing(_ code: String, _ what: String, _ fix: String) -> Explanation {
        Explanation(status: 404, code: code, what: what, why: "It is not in this project.", fix: fix)
    }
}
