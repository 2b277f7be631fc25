import Synchronization

/// Reviews that this process has taken, for metrics. One that is sent twice, since its answer got lost, counts twice.
public final class ReviewMetrics: Sendable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A reviewer's; hidden checks are among them.
        case review
        /// A lead's, on a disputed item.
        case final
    }
    private let counts = Mutex<[Kind: Int]>([:])

    public init() {}

    func count(_ kind: Kind) { counts.withLock { $0[kind, default: 0] += 1 } }

    public var reviews: [(kind: Kind, count: Int)] {
        let counts = counts.withLock { $0 }
        return Kind.allCases.map { ($0, counts[$0] ?? 0) }
    }
}
