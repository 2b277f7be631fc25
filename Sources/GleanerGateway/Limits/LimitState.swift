public import GleanerCore

/// What the whole gateway and one key without limits of its own may use. Zero and `none`: no limit.
public struct LimitConfiguration: Sendable, Hashable {
    /// Exchanges open at once.
    public var maximumConcurrent = 0
    public var rate = RequestRate.none
    public var keyMaximumConcurrent = 0
    public var keyRate = RequestRate.none
    /// Bytes of request bodies that may be on their way at once, larger than `LimitState.smallBody` each.
    /// Each is held about six times over for a while (measured: 190 MiB for 31 MiB): read, parsed, sent, journaled,
    /// read back and stored.
    public var maximumBodyBytes = 0
    public var clientGone = ClientGonePolicy.cancel
    /// Answers that may be read on at once after their clients have left.
    public var maximumDrains = 100

    public init() {}
}

/// Who has what of the gateway, as a value: calls in, one decision out. No clock, no lock.
struct LimitState {
    private struct Key {
        var open = 0
        var rate: RateMeter
    }

    /// Bodies up to this size pass while memory is short, and count for nothing.
    static let smallBody = 1 << 20

    let configuration: LimitConfiguration
    var memory = MemoryLevel.normal
    var isStopping = false
    private(set) var open = 0
    private(set) var bodyBytes = 0
    private(set) var drains = 0
    private var rate: RateMeter
    private var keys: [ID<APIKey>: Key] = [:]
    private var admissionsToSweep = LimitState.sweepEvery
    private static let sweepEvery = 4096

    init(_ configuration: LimitConfiguration, now: ContinuousClock.Instant) {
        self.configuration = configuration
        rate = RateMeter(now: now)
    }

    /// Admits a call, or says why not. A refused call uses up nothing, not of its rate either.
    /// - Parameter body: its declared length; `nil`, when it has none, counts as large.
    mutating func admit(
        _ id: ID<APIKey>, _ limits: KeyLimits, body: Int?, now: ContinuousClock.Instant
    ) -> ShedError? {
        if isStopping { return ShedError(.stopping, retryAfter: 5) }
        if memory >= .high { return ShedError(.memory, retryAfter: 5) }
        let large = Self.weight(body)
        if large > 0 {
            if memory >= .tight { return ShedError(.memoryBody, retryAfter: 5) }
            // One is always let through, or a body larger than the whole budget would never be.
            if configuration.maximumBodyBytes > 0, bodyBytes > 0, bodyBytes + large > configuration.maximumBodyBytes {
                return ShedError(.memoryBody, retryAfter: 1)
            }
        }
        if Self.reached(configuration.maximumConcurrent, open) { return ShedError(.concurrent, retryAfter: 1) }
        var key = keys[id] ?? Key(rate: RateMeter(now: now))
        if Self.reached(limits.maximumConcurrent ?? configuration.keyMaximumConcurrent, key.open) {
            return ShedError(.keyConcurrent, retryAfter: 1)
        }
        let keyRate = limits.rate ?? configuration.keyRate
        if let wait = Self.wait(key.rate, keyRate, now) { return ShedError(.keyRate, retryAfter: wait) }
        if let wait = Self.wait(rate, configuration.rate, now) { return ShedError(.rate, retryAfter: wait) }
        if keyRate.count > 0 { key.rate.take(keyRate, now: now) }
        if configuration.rate.count > 0 { rate.take(configuration.rate, now: now) }
        open += 1
        bodyBytes += large
        key.open += 1
        keys[id] = key
        sweep(now)
        return nil
    }

    /// Gives back what an admitted call had.
    mutating func release(_ id: ID<APIKey>, body: Int?) {
        open -= 1
        bodyBytes -= Self.weight(body)
        keys[id]?.open -= 1
    }

    /// A client has left, and its answer is to be read on.
    /// - Returns: `false` when too many are, memory is short, or the gateway stops.
    mutating func beginDrain() -> Bool {
        guard drains < configuration.maximumDrains, memory < .high, !isStopping else { return false }
        drains += 1
        return true
    }

    mutating func endDrain() { drains -= 1 }

    var knownKeys: Int { keys.count }

    private static func weight(_ body: Int?) -> Int {
        guard let body else { return smallBody }
        return body > smallBody ? body : 0
    }

    private static func reached(_ limit: Int, _ count: Int) -> Bool { limit > 0 && count >= limit }

    private static func wait(_ meter: RateMeter, _ rate: RequestRate, _ now: ContinuousClock.Instant) -> Int? {
        guard rate.count > 0 else { return nil }
        let wait = meter.wait(rate, now: now)
        return wait > .zero ? wait.wholeSecondsUp : nil
    }

    /// Forgets keys of which nothing is left to remember.
    private mutating func sweep(_ now: ContinuousClock.Instant) {
        admissionsToSweep -= 1
        guard admissionsToSweep == 0 else { return }
        admissionsToSweep = Self.sweepEvery
        keys = keys.filter { $0.value.open > 0 || $0.value.rate.fullAt > now }
    }
}
