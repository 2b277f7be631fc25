public import GleanerCore

/// Why a demo run stopped.
public enum DemoError: Explained, Hashable {
    /// `for` is how long it was tried.
    case gatewayGone(url: String, for: Duration, reason: String)
    case keyRefused(status: Int)
    case promotionRefused(status: Int, code: String)
    case stepRefused(path: String, status: Int, code: String)
    case stepTooSlow(path: String, after: Duration)

    public var explanation: Explanation {
        switch self {
        case .gatewayGone(let url, let tried, let reason):
            Explanation(
                status: 503, code: "demo_gateway_gone",
                what: "The gateway at \(url) does not answer.",
                why: "It was tried for \(tried); the last attempt said: \(reason).",
                fix: "Start it again with `gleaner up`, then run `gleaner demo` again; what was stored is still there.")
        case .keyRefused(let status):
            Explanation(
                status: status, code: "demo_key_refused",
                what: "The gateway does not accept the demo's key.",
                why: "It answered \(status) to the first request.",
                fix: "Make one: `gleaner keys create --project demo --scope gateway feedback review datasets`.")
        case .promotionRefused(let status, let code):
            Explanation(
                status: status, code: "demo_promotion_refused",
                what: "The dataset version was not built.",
                why: "The gateway answered \(status) with `\(code)`.",
                fix: "Exchanges and reviews are stored; look at them, then run `gleaner dataset build demo`.")
        case .stepRefused(let path, let status, let code):
            Explanation(
                status: status, code: "demo_step_refused", what: "The demo cannot go on at \(path).",
                why: "The gateway answered \(status) with `\(code)`.",
                fix: "Look the code up in docs/reference/errors.md; what was done so far is stored.")
        case .stepTooSlow(let path, let waited):
            Explanation(
                status: 504, code: "demo_step_too_slow", what: "\(path) has not ended.",
                why: "It was watched for \(waited).",
                fix: "See `gleaner jobs list`; with GLEANER_TUNING_POLL=2s the demo's own fine-tunes end in seconds.")
        }
    }
}
