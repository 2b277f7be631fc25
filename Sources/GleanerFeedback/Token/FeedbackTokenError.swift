public import GleanerCore

/// Why a feedback token does not do.
public enum FeedbackTokenError: Explained, Hashable {
    /// Malformed, forged, changed, or signed with a secret that is gone: one answer for all.
    case invalid
    case expired
    case otherSubject
    case otherRater
    case kindNotAllowed(String)
    case textTooLong(limit: Int)
    case spent(limit: Int)
    case unavailable

    public var explanation: Explanation {
        switch self {
        case .invalid:
            refused(
                "feedback_token_invalid", "This feedback token is not accepted.",
                "It is not one that this Gleaner has signed, or its secret has been taken out of use.",
                "Send the value of the X-Gleaner-Feedback-Token header as it is.")
        case .expired:
            refused(
                "feedback_token_expired", "This feedback token is not accepted any more.", "Its time is over.",
                "Ask for the judgement sooner, or raise GLEANER_FEEDBACK_TOKEN_TTL.")
        case .otherSubject:
            refused(
                "feedback_token_mismatch", "This feedback token is for something else.",
                "A token is for one exchange, and the body names another subject.",
                "Leave the subject out: the token names its exchange.")
        case .otherRater:
            refused(
                "feedback_token_rater", "With a feedback token no rater can be named.",
                "Who judges is the end user of the exchange, as the token says.", "Leave `rater` out.")
        case .kindNotAllowed(let kind):
            refused(
                "feedback_token_kind", "A feedback token does not allow a \(kind.prefix(64)).",
                "It would name another exchange, which the token does not cover.", "Send it with an API key.")
        case .textTooLong(let limit):
            Explanation(
                status: 400, code: "feedback_text_too_long", what: "This text is too long.",
                why: "With a feedback token a text may have at most \(limit) bytes.", fix: "Shorten it.")
        case .spent(let limit):
            Explanation(
                status: 429, code: "feedback_token_spent", what: "This exchange has been judged often enough.",
                why: "With its tokens one person may judge it \(limit) times in each way.",
                fix: "The last judgement stays; send further ones with an API key.")
        case .unavailable:
            Explanation(
                status: 503, code: "feedback_token_unavailable", what: "The feedback token cannot be checked now.",
                why: "PostgreSQL, which keeps the secrets, has not answered since Gleaner started.",
                fix: "Send it again in a few seconds.")
        }
    }

    private func refused(_ code: String, _ what: String, _ why: String, _ fix: String) -> Explanation {
        Explanation(status: 403, code: code, what: what, why: why, fix: fix)
    }
}
