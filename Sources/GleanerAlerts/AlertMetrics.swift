import Foundation
import Synchronization

/// How alerts do, for `/metrics`.
public final class AlertMetrics: Sendable {
    private struct State {
        var deliveries: [Outcome: Int] = [:]
        var open: [AlertSeverity: Int] = [:]
        var lookedAt: Date?
        var failures = 0
    }
    private struct Outcome: Hashable {
        let kind: AlertChannel.Kind
        let isSent: Bool
    }
    private let state = Mutex(State())

    public init() {}

    /// Attempts since the start, by kind of channel.
    public var deliveries: [(kind: String, outcome: String, count: Int)] {
        let counts = state.withLock(\.deliveries)
        return AlertChannel.Kind.allCases.flatMap { kind in
            [true, false].map { isSent in
                (kind.rawValue, isSent ? "sent" : "failed", counts[Outcome(kind: kind, isSent: isSent)] ?? 0)
            }
        }
    }
    /// As the last look found them; empty while another process looks.
    public var open: [(severity: String, count: Int)] {
        let open = state.withLock(\.open)
        return AlertSeverity.allCases.map { ($0.rawValue, open[$0] ?? 0) }
    }
    /// When all rules were last looked at, in seconds since 1970; 0 before.
    public var looked: Double { state.withLock { $0.lookedAt?.timeIntervalSince1970 ?? 0 } }
    /// Looks at a rule that failed.
    public var failures: Int { state.withLock(\.failures) }

    func delivered(_ kind: AlertChannel.Kind, isSent: Bool) {
        state.withLock { $0.deliveries[Outcome(kind: kind, isSent: isSent), default: 0] += 1 }
    }
    func failed() { state.withLock { $0.failures += 1 } }
    func looked(at time: Date, open: [Alert]) {
        state.withLock { state in
            state.lookedAt = time
            state.open = Dictionary(open.map { ($0.severity, 1) }, uniquingKeysWith: +)
        }
    }
}
