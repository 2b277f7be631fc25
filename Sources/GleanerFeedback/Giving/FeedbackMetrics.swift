import GleanerCore
import Synchronization

/// What became of feedback that waited, in this process, for metrics.
public final class FeedbackMetrics: Sendable {
    private struct Counts {
        var expired = 0
        var failedJoins = 0
        var given: [String: Int] = [:]
    }
    private let counts = Mutex(Counts())
    /// `Judgement.kind` of every judgement there can be.
    private static let kinds = [
        "thumb", "score", "comment", "correction", "flag", "tags", "preference", "regenerated", "copied", "abandoned",
    ]

    public init() {}

    func countGiven(_ feedback: [GivenFeedback]) {
        counts.withLock { counts in
            for judgement in feedback { counts.given[judgement.judgement.kind, default: 0] += 1 }
        }
    }
    func countExpired(_ judgements: Int) { counts.withLock { $0.expired += judgements } }
    func countFailedJoin() { counts.withLock { $0.failedJoins += 1 } }

    /// Judgements kept, by kind; of each kind there is a number.
    public var given: [(kind: String, count: Int)] {
        let given = counts.withLock(\.given)
        return Self.kinds.map { ($0, given[$0] ?? 0) }
    }
    /// Judgements deleted since no exchange had their completion id in seven days.
    public var expired: Int { counts.withLock(\.expired) }
    /// Times that waiting feedback could not be joined to exchanges that had landed; the sweep joins it.
    public var failedJoins: Int { counts.withLock(\.failedJoins) }
}
