import Synchronization

/// How a run of a job ended, for metrics.
public enum JobOutcome: String, Sendable, Hashable, CaseIterable {
    case done, retried, dead
    /// Another had taken it before the end could be told.
    case lost
    /// Given back, because the worker stopped.
    case released
}

/// What the workers of this process have counted, and how many jobs waited when they last looked.
public final class JobMetrics: Sendable {
    private struct State {
        var runs: [JobKind: [JobOutcome: Int]] = [:]
        var standing: [JobStanding] = []
    }
    private let state: Mutex<State>

    /// - Parameter kinds: those whose counts are shown from the start, as 0.
    public init(kinds: [JobKind]) {
        state = Mutex(State(runs: Dictionary(kinds.map { ($0, [:]) }) { first, _ in first }))
    }

    /// Runs since the start, by kind and by how they ended.
    public var runs: [(kind: JobKind, outcome: JobOutcome, count: Int)] {
        let runs = state.withLock(\.runs)
        return runs.keys.sorted { $0.rawValue < $1.rawValue }.flatMap { kind in
            JobOutcome.allCases.map { (kind, $0, runs[kind]?[$0] ?? 0) }
        }
    }

    public var standing: [JobStanding] { state.withLock(\.standing) }

    func count(_ outcome: JobOutcome, of kind: JobKind) {
        state.withLock { $0.runs[kind, default: [:]][outcome, default: 0] += 1 }
    }

    func saw(_ standing: [JobStanding]) { state.withLock { $0.standing = standing } }
}
