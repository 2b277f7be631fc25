import Synchronization

/// Where a paged read is: which split, after which line.
final class PageCursor: Sendable {
    private let state: Mutex<(splits: [String], line: Int)>

    init(splits: [String]) { state = Mutex((splits, 0)) }

    /// `nil` at the end.
    var place: (split: String, after: Int)? {
        state.withLock { state in state.splits.first.map { ($0, state.line) } }
    }
    func advance(to line: Int) { state.withLock { $0.line = line } }
    func nextSplit() {
        state.withLock { state in
            state.splits.removeFirst()
            state.line = 0
        }
    }
}
