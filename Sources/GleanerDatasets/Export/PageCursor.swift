import Synchronization

/// Where a paged read is: which split, after which example, and how many lines that has made.
final class PageCursor: Sendable {
    struct Place: Sendable {
        let split: String
        let after: Int
        let lines: Int
    }

    private let state: Mutex<(splits: [String], after: Int, lines: Int)>

    init(splits: [String]) { state = Mutex((splits, 0, 0)) }

    /// `nil` at the end.
    var place: Place? {
        state.withLock { state in
            state.splits.first.map { Place(split: $0, after: state.after, lines: state.lines) }
        }
    }
    func advance(to example: Int, lines: Int) {
        state.withLock { state in
            state.after = example
            state.lines += lines
        }
    }
    func nextSplit() {
        state.withLock { state in
            state.splits.removeFirst()
            (state.after, state.lines) = (0, 0)
        }
    }
}
