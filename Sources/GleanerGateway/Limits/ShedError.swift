public import GleanerCore

/// Why a call was turned away before anything was spent on it.
public enum ShedReason: String, Sendable, Hashable, CaseIterable {
    case keyRate = "key_rate"
    case rate
    case keyConcurrent = "key_concurrent"
    case concurrent
    /// A large body while memory is short, or more bodies at once than memory allows.
    case memoryBody = "memory_body"
    case memory
    case stopping
}

/// An error that knows when trying again makes sense.
public protocol Retryable: Explained {
    /// For `Retry-After`, in whole seconds.
    var retryAfter: Int { get }
}

/// A call that was turned away. Counted and logged, not stored: no exchange has begun.
public struct ShedError: Retryable, Hashable {
    public let reason: ShedReason
    public let retryAfter: Int

    public init(_ reason: ShedReason, retryAfter: Int) {
        self.reason = reason
        self.retryAfter = retryAfter
    }

    public var explanation: Explanation {
        switch reason {
        case .keyRate:
            Explanation(
                status: 429, code: "rate_limited", what: "This key sends too many requests.",
                why: "Its request rate is used up for the next \(retryAfter) s.",
                fix: "Wait as Retry-After says, or have the limit raised with `gleaner keys limit`.")
        case .rate:
            Explanation(
                status: 429, code: "rate_limited", what: "Gleaner gets too many requests.",
                why: "The request rate of all keys together is used up for the next \(retryAfter) s.",
                fix: "Wait as Retry-After says; operator: see GLEANER_RATE.")
        case .keyConcurrent:
            Explanation(
                status: 429, code: "too_many_concurrent", what: "This key has too many calls open.",
                why: "It may have no more at once.",
                fix: "Wait for one to end, or have the limit raised with `gleaner keys limit`.")
        case .concurrent:
            Explanation(
                status: 503, code: "overloaded", what: "Gleaner takes no new call at the moment.",
                why: "As many are open as GLEANER_MAX_CONCURRENT allows.",
                fix: "Try again as Retry-After says; operator: raise it, or add a gateway.")
        case .memoryBody:
            Explanation(
                status: 503, code: "overloaded", what: "Gleaner takes no large request at the moment.",
                why: "Memory is short.",
                fix: "Try again as Retry-After says; operator: see gleaner_memory_bytes and GLEANER_MEMORY_LIMIT.")
        case .memory:
            Explanation(
                status: 503, code: "overloaded", what: "Gleaner takes no new call at the moment.",
                why: "Memory is short.",
                fix: "Try again as Retry-After says; operator: see gleaner_memory_bytes and GLEANER_MEMORY_LIMIT.")
        case .stopping:
            Explanation(
                status: 503, code: "shutting_down", what: "Gleaner is shutting down.",
                why: "It was told to stop, and finishes what is open.",
                fix: "Try again as Retry-After says; another instance or the next start takes the call.")
        }
    }
}
