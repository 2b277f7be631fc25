/// What to do after a try at a provider has ended.
public enum RetryDecision: Sendable, Hashable {
    /// The same variant again, after a pause.
    case retry(after: Duration)
    /// The next variant of the plan, at once.
    case next
    /// What this try gave is what the client gets.
    case giveUp
}

/// How far a plan has been tried.
public struct Tries: Sendable, Hashable {
    /// Index into `RoutePlan.attempts` of the variant that was tried last.
    public private(set) var variant = 0
    /// Of that variant; the first one included.
    public private(set) var count = 1

    /// The first try of the first variant.
    public init() {}

    /// - Returns: the try that follows; `nil` after `.giveUp`.
    public func following(_ decision: RetryDecision) -> Tries? {
        var tries = self
        switch decision {
        case .retry: tries.count += 1
        case .next:
            tries.variant += 1
            tries.count = 1
        case .giveUp: return nil
        }
        return tries
    }
}

extension RoutePlan {
    /// Decides from values alone.
    /// - Parameters:
    ///   - tried: up to and with the try that ended so.
    ///   - sentToClient: whether any byte of an answer has gone out; then nothing is tried again.
    ///   - remaining: until the exchange's total deadline; a pause that reaches it is not begun.
    ///   - jitter: 0 to 1; draws the pause's random part.
    public func next(
        after outcome: AttemptOutcome, tried: Tries, sentToClient: Bool, remaining: Duration? = nil,
        jitter: Double = .random(in: 0...1)
    ) -> RetryDecision {
        if sentToClient { return .giveUp }
        let another: RetryDecision = tried.variant + 1 < attempts.count ? .next : .giveUp
        if let remaining, remaining <= .zero { return .giveUp }
        let asked: Duration?
        switch outcome {
        case .answered(let status, let retryAfter, let shouldRetry):
            let isListed = policy.retryOn.contains(status)
            // An answer, or a refusal of the request itself, which every provider would repeat.
            guard status >= 400, isListed || shouldRetry == true else { return .giveUp }
            guard shouldRetry != false else { return another }
            asked = retryAfter
        case .connectionFailed:
            guard policy.retriesConnectionErrors else { return another }
            asked = nil
        // A deadline was the time this variant had; a second wait of the same length helps nobody.
        case .timedOut, .unusable: return another
        }
        guard tried.count <= policy.retries else { return another }
        let pause = asked ?? policy.pause(beforeRetry: tried.count, jitter: jitter)
        guard pause <= policy.maximumRetryAfter || asked == nil else { return another }
        if let remaining, pause >= remaining { return another }
        return .retry(after: pause)
    }
}

extension RoutePolicy {
    /// - Parameter number: of the retry, from 1.
    func pause(beforeRetry number: Int, jitter: Double) -> Duration {
        let full = min(backoff * (1 << min(max(number - 1, 0), 20)), maximumBackoff)
        return full * (1 - 0.25 * jitter)
    }
}
