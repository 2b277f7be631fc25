public import GleanerCore

public enum FeedbackError: Explained, Hashable {
    case nothingSaid
    case subjectUnclear
    case exchangeImpossible(ID<Exchange>)
    case fieldUnknown(String)
    case tooLong(field: String, limit: Int, unit: LengthUnit)
    case nulCharacter(field: String)
    case thumbInvalid
    case reasonWithoutFlag
    case messageIndexInvalid
    case tagsInvalid
    case signalUnknown
    case preferenceUnclear
    case preferenceOfItself
    /// The subject is a conversation, and this is of one answer.
    case kindNeedsAnswer(String)
    case idempotencyKeyInvalid(problem: String)
    case jsonRequired

    /// What a limit counts.
    public enum LengthUnit: String, Sendable {
        case bytes, characters
    }

    public var explanation: Explanation {
        switch self {
        case .nothingSaid:
            bad(
                "feedback_empty", "This says nothing.",
                "It has none of thumb, score, comment, correction, flag, tags, signal and preference.",
                "Add at least one of them.")
        case .subjectUnclear:
            bad(
                "subject_unclear", "It is not clear what this is about.",
                "Exactly one of exchange_id, completion_id and conversation is needed, and beside the last at most one of "
                    + "message_index and message_id.",
                "Send the X-Gleaner-Exchange-Id header's value, or the completion's own id.")
        case .exchangeImpossible(let id):
            bad(
                "exchange_id_impossible", "\(id) cannot be an exchange.",
                "It is not a UUID of version 7 with a time from 2020 to now.",
                "Send the value of the X-Gleaner-Exchange-Id header as it is.")
        case .fieldUnknown(let field):
            bad(
                "unknown_field", "`\(field.prefix(64))` is not known here.",
                "Unknown fields are refused, so that a typing error is noticed.",
                "Remove it; docs/reference/api.md lists the fields.")
        case .tooLong(let field, let limit, let unit):
            bad("field_too_long", "`\(field)` is too long.", "It may have at most \(limit) \(unit).", "Shorten it.")
        case .nulCharacter(let field):
            bad(
                "nul_character", "`\(field)` cannot be stored.", "It holds the character U+0000.",
                "Remove that character.")
        case .thumbInvalid:
            bad("thumb_invalid", "`thumb` cannot be used.", "It is neither up nor down.", "Send \"up\" or \"down\".")
        case .reasonWithoutFlag:
            bad(
                "reason_without_flag", "`reason` gives the reason of nothing.",
                "Reasons are kept with flags, and there is no `flag`.",
                "Add \"flag\": true, or send the text as `comment`.")
        case .messageIndexInvalid:
            bad(
                "message_index_invalid", "`message_index` cannot be used.", "It is not a whole number from 0 on.",
                "Count the conversation's messages from 0, the system prompt included, up to the answer.")
        case .tagsInvalid:
            bad(
                "tags_invalid", "`tags` cannot be used.",
                "At most \(FeedbackBody.mostTags) words are kept, each of 1 to \(FeedbackBody.longestTag) characters, "
                    + "without commas and control characters.", "Shorten the list or its words.")
        case .signalUnknown:
            bad(
                "signal_unknown", "`signal` cannot be used.",
                "Known are \(Judgement.Signal.allCases.map(\.rawValue).joined(separator: ", ")).", "Send one of them.")
        case .preferenceUnclear:
            bad(
                "preference_unclear", "`preference` cannot be used.",
                "It needs either `chosen` or `rejected`, with one of exchange_id, completion_id and text.",
                "Send {\"rejected\": {…}} when this answer was the better one, {\"chosen\": {…}} when the other was.")
        case .preferenceOfItself:
            bad(
                "preference_of_itself", "`preference` cannot be used.", "Both sides are the same answer.",
                "Name the other answer.")
        case .kindNeedsAnswer(let kind):
            bad(
                "kind_needs_answer", "A conversation cannot have a \(kind.prefix(64)).", "That is said of one answer.",
                "Send exchange_id, completion_id, or message_index beside the conversation.")
        case .idempotencyKeyInvalid(let problem):
            bad(
                "idempotency_key_invalid", "The header `Idempotency-Key` cannot be used.", "It \(problem).",
                "Send one key of 1 to 255 printable ASCII characters.")
        case .jsonRequired:
            Explanation(
                status: 415, code: "json_required", what: "The request body is not taken.",
                why: "From a page, or with a token, only application/json is: other types may be sent by a page "
                    + "without the browser asking first.",
                fix: "Send `Content-Type: application/json`.")
        }
    }

    private func bad(_ code: String, _ what: String, _ why: String, _ fix: String) -> Explanation {
        Explanation(status: 400, code: code, what: what, why: why, fix: fix)
    }
}
