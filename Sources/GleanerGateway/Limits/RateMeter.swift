import GleanerCore

/// A token bucket kept as one instant (GCRA, ITU-T I.371): when the bucket will be full again.
///
/// Whole durations only, so nothing drifts however long it runs.
struct RateMeter: Hashable {
    /// The moment at which everything granted so far will have been refilled.
    private(set) var fullAt: ContinuousClock.Instant

    init(now: ContinuousClock.Instant) { fullAt = now }

    /// How long the next request has to wait; zero when it may go now.
    func wait(_ rate: RequestRate, now: ContinuousClock.Instant) -> Duration {
        let interval = rate.interval
        return max(.zero, max(fullAt, now) + interval - now - interval * rate.count)
    }

    /// Takes one token, which `wait` has said is there.
    mutating func take(_ rate: RequestRate, now: ContinuousClock.Instant) {
        fullAt = max(fullAt, now) + rate.interval
    }
}

extension RequestRate {
    /// Between two grants, once the bucket is empty.
    var interval: Duration { .seconds(seconds) / max(count, 1) }
}

extension Duration {
    /// For `Retry-After`: at least 1, and never too early.
    var wholeSecondsUp: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(seconds) + (attoseconds > 0 ? 1 : 0))
    }
}
