import Synchronization

/// How many calls got the answer of an earlier one with their key.
public final class ReplayCount: Sendable {
    private let count = Atomic(0)

    public init() {}

    func add() { count.add(1, ordering: .relaxed) }

    public var value: Int { count.load(ordering: .relaxed) }
}
