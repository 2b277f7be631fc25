import Synchronization

/// What became of feedback that waited, in this process, for metrics.
public final class FeedbackMetrics: Sendable {
    private struct Counts {
        var expired = 0
        var failedJoins = 0
    }
    private let counts = Mutex(Counts())

    public init() {}

    func countExpired(_ judgements: Int) { counts.withLock { $0.expired += judgements } }
    func countFailedJoin() { counts.withLock { $0.failedJoins += 1 } }

    /// Judgements deleted since no exchange had their completion id in seven days.
    public var expired: Int { counts.withLock(\.expired) }
    /// Times that waiting feedback could not be joined to exchanges that had landed; the sweep joins it.
    public var failedJoins: Int { counts.withLock(\.failedJoins) }
}
