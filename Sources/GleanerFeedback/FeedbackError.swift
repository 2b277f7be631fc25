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

    /// What a limit counts.
    public enum LengthUnit: String, Sendable {
        case bytes, characters
    }

    public var explanation: Explanation {
        switch self {
        case .nothingSaid:
            bad(
                "feedback_empty", "This says nothing.", "It has none of thumb, score, comment, correction and flag.",
                "Add at least one of them.")
        case .subjectUnclear:
            bad(
                "subject_unclear", "It is not clear what this is about.",
                "Exactly one of exchange_id and completion_id is needed.",
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
        }
    }

    private func bad(_ code: String, _ what: String, _ why: String, _ fix: String) -> Explanation {
        Explanation(status: 400, code: code, what: what, why: why, fix: fix)
    }
}
