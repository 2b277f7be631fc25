public import GleanerCore

/// Why a call with an `Idempotency-Key` is not done again.
public enum IdempotencyError: Explained, Hashable {
    case running
    case otherRequest
    case unavailable

    public var explanation: Explanation {
        switch self {
        case .running:
            Explanation(
                status: 409, code: "idempotency_in_progress",
                what: "The call with this Idempotency-Key is not finished.",
                why: "The first one is on its way, or was answered a moment ago and is just being stored.",
                fix: "Try again in a second with the same key.")
        case .otherRequest:
            Explanation(
                status: 422, code: "idempotency_key_reused",
                what: "This Idempotency-Key belongs to another request.",
                why: "A call with the same key and another body was made within 24 hours.",
                fix: "Use a new key for every new piece of work, and the same body when repeating.")
        case .unavailable:
            Explanation(
                status: 503, code: "idempotency_unavailable",
                what: "The Idempotency-Key cannot be checked at the moment.",
                why: "PostgreSQL, which remembers the keys, does not answer; sending anyway might do the work twice.",
                fix: "Try again with the same key, or send the call without one.")
        }
    }
}
