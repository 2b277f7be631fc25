import Synchronization

/// What moderation has done in this process, for metrics. Labels come from fixed sets: a policy's names are not among
/// them.
public final class ModerationMetrics: Sendable {
    private struct Counts {
        var results: [Classification.Status: Int] = [:]
        var decisions: [ModerationAction: Int] = [:]
        var gate: [GateOutcome: Int] = [:]
        var redacted = 0
        var unstored = 0
    }
    private let counts = Mutex(Counts())

    public init() {}

    /// How a call fared that had to wait for a judgement.
    public enum GateOutcome: String, Sendable, Hashable, CaseIterable {
        case passed, refused
        /// Not judged in time, and passed all the same.
        case failedOpen = "failed_open"
        /// Not judged in time, and refused for it.
        case failedClosed = "failed_closed"
    }

    func count(_ batch: ModerationStore.Batch) {
        counts.withLock { counts in
            for result in batch.results { counts.results[result.result.status, default: 0] += 1 }
            for decision in batch.decisions { counts.decisions[decision.verdict.action, default: 0] += 1 }
        }
    }
    func count(_ outcome: GateOutcome) { counts.withLock { $0.gate[outcome, default: 0] += 1 } }
    func countRedacted(_ exchanges: Int) { counts.withLock { $0.redacted += exchanges } }
    func countUnstored(_ results: Int) { counts.withLock { $0.unstored += results } }

    public var results: [(status: Classification.Status, count: Int)] {
        let results = counts.withLock(\.results)
        return [.ok, .error, .timeout].map { ($0, results[$0] ?? 0) }
    }
    public var decisions: [(action: ModerationAction, count: Int)] {
        let decisions = counts.withLock(\.decisions)
        return ModerationAction.allCases.map { ($0, decisions[$0] ?? 0) }
    }
    public var gate: [(outcome: GateOutcome, count: Int)] {
        let gate = counts.withLock(\.gate)
        return GateOutcome.allCases.map { ($0, gate[$0] ?? 0) }
    }
    /// Exchanges whose personal data was replaced before they were stored.
    public var redacted: Int { counts.withLock(\.redacted) }
    /// Results of the gate that were not kept, since too many waited; the job judges again.
    public var unstored: Int { counts.withLock(\.unstored) }
}
