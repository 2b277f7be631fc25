public import GleanerCore
import Synchronization

/// Admits calls to the gateway, or turns them away before anything is spent.
public final class ExchangeLimits: Sendable {
    fileprivate struct Guarded {
        var state: LimitState
        var shed: [ShedReason: Int] = [:]
    }

    public let configuration: LimitConfiguration
    private let guarded: Mutex<Guarded>
    private let now: @Sendable () -> ContinuousClock.Instant

    public init(
        _ configuration: LimitConfiguration, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.configuration = configuration
        self.now = now
        guarded = Mutex(Guarded(state: LimitState(configuration, now: now())))
    }

    /// - Parameter body: the declared length of the request's body, `nil` when it has none.
    public func admit(_ caller: Caller, body: Int?) throws(ShedError) -> Admission {
        let refusal = guarded.withLock { guarded -> ShedError? in
            let refusal = guarded.state.admit(caller.key, caller.limits, body: body, now: now())
            if let refusal { guarded.shed[refusal.reason, default: 0] += 1 }
            return refusal
        }
        if let refusal { throw refusal }
        return Admission(
            limits: self, key: caller.key, body: body, clientGone: caller.limits.clientGone ?? configuration.clientGone)
    }

    fileprivate func beginDrain() -> Bool { guarded.withLock { $0.state.beginDrain() } }
    fileprivate func endDrain() { guarded.withLock { $0.state.endDrain() } }
    fileprivate func release(_ key: ID<APIKey>, body: Int?) {
        guarded.withLock { $0.state.release(key, body: body) }
    }

    /// From now on every call is answered with 503 `shutting_down`.
    public func stop() { guarded.withLock { $0.state.isStopping = true } }

    public var isStopping: Bool { guarded.withLock(\.state.isStopping) }

    public var memory: MemoryLevel {
        get { guarded.withLock(\.state.memory) }
        set { guarded.withLock { $0.state.memory = newValue } }
    }

    public var open: Int { guarded.withLock(\.state.open) }

    /// Calls turned away since the start, each reason once.
    public var shed: [(reason: ShedReason, count: Int)] {
        let shed = guarded.withLock(\.shed)
        return ShedReason.allCases.map { ($0, shed[$0] ?? 0) }
    }
}

/// The right of one call to be open. Whoever holds it keeps it; the last to let go gives it back.
public final class Admission: Sendable {
    /// Of the call that this task answers.
    @TaskLocal public static var current: Admission?

    public let clientGone: ClientGonePolicy
    private let limits: ExchangeLimits
    private let key: ID<APIKey>
    private let body: Int?
    private let isDraining = Atomic(false)

    fileprivate init(limits: ExchangeLimits, key: ID<APIKey>, body: Int?, clientGone: ClientGonePolicy) {
        self.limits = limits
        self.key = key
        self.body = body
        self.clientGone = clientGone
    }

    /// Asks to read an answer on whose client has left.
    func mayDrain() -> Bool {
        guard clientGone == .drain, limits.beginDrain() else { return false }
        isDraining.store(true, ordering: .relaxed)
        return true
    }

    deinit {
        limits.release(key, body: body)
        if isDraining.load(ordering: .relaxed) { limits.endDrain() }
    }
}
