import Synchronization

/// What became of what should leave, for `/metrics`.
public final class TelemetryCounts: Sendable {
    public enum Drop: String, Sendable, CaseIterable {
        /// More waited than is kept.
        case queueFull = "queue_full"
        /// The collector was away, or asked to wait, for too long.
        case unreachable
        /// The collector said no for good.
        case refused
    }
    public struct Count: Sendable, Hashable {
        public let signal: TelemetrySignal
        public let reason: Drop?
        public let count: Int
    }
    private struct State {
        var sent: [TelemetrySignal: Int] = [:]
        var dropped: [TelemetrySignal: [Drop: Int]] = [:]
        var failures: [TelemetrySignal: Int] = [:]
    }
    private let state = Mutex(State())

    public init() {}

    private func sent(_ count: Int, _ signal: TelemetrySignal) {
        state.withLock { $0.sent[signal, default: 0] += count }
    }
    /// What a collector answered to `count` of them; what it wants later is its sender's to count.
    func note(_ answer: OTLPSender.Answer, to count: Int, _ signal: TelemetrySignal) {
        switch answer {
        case .taken(let rejected):
            sent(max(0, count - rejected), signal)
            dropped(min(count, rejected), signal, .refused)
        case .later: failed(signal)
        case .refused:
            failed(signal)
            dropped(count, signal, .refused)
        }
    }

    private func failed(_ signal: TelemetrySignal) { state.withLock { $0.failures[signal, default: 0] += 1 } }
    func dropped(_ count: Int, _ signal: TelemetrySignal, _ reason: Drop) {
        guard count > 0 else { return }
        state.withLock { $0.dropped[signal, default: [:]][reason, default: 0] += count }
    }

    /// Data points, spans and events that a collector has taken.
    public var sent: [Count] { state.withLock { state in counts { state.sent[$0] } } }
    /// Requests that did not succeed; they may have been repeated.
    public var failures: [Count] { state.withLock { state in counts { state.failures[$0] } } }
    public var dropped: [Count] {
        state.withLock { state in
            TelemetrySignal.allCases.flatMap { signal in
                Drop.allCases.map { Count(signal: signal, reason: $0, count: state.dropped[signal]?[$0] ?? 0) }
            }
        }
    }

    private func counts(_ of: (TelemetrySignal) -> Int?) -> [Count] {
        TelemetrySignal.allCases.map { Count(signal: $0, reason: nil, count: of($0) ?? 0) }
    }
}
