import GleanerCore
import NIOCore

/// What waits for the journal's next commit. A value: entries and deletions in, a batch out.
struct JournalQueue {
    /// Entries that are written together or not at all, and who waits for them.
    struct Pending: Sendable {
        let entries: [JournalEntry]
        /// Who waits for them settles them.
        var isSettled = false
        var continuation: CheckedContinuation<Result<Void, JournalError>, Never>?
    }
    typealias Batch = (pending: [Pending], deletions: [Int64])

    /// As many are worth a place in a commit that callers wait for.
    private static let manyDeletions = 64

    private var pending: [Pending] = []
    /// What Postgres has and the file still holds. Losing this list only repeats a delivery, so nobody waits for it.
    private var deletions: [Int64] = []
    private var isFlushQueued = false
    private var isTidyQueued = false
    private var isTidyDue = false

    var hasDeletions: Bool { !deletions.isEmpty }

    /// - Returns: whether a flush is to be asked for; else one is on its way.
    mutating func add(_ new: Pending) -> Bool {
        pending.append(new)
        defer { isFlushQueued = true }
        return !isFlushQueued
    }

    /// - Returns: whether a time for deletions is to be set; else there is one.
    mutating func add(deletions new: [Int64]) -> Bool {
        deletions += new
        defer { isTidyQueued = true }
        return !isTidyQueued
    }

    /// The time for deletions has come.
    mutating func tidy() {
        isTidyQueued = false
        isTidyDue = true
    }

    /// The next batch. A few deletions wait for a time of their own, so that no caller waits for them; many go with what is
    /// written.
    mutating func take(andDeletions: Bool = true) -> Batch {
        defer {
            pending.removeAll()
            isFlushQueued = false
        }
        guard andDeletions, isTidyDue || deletions.count >= Self.manyDeletions else { return (pending, []) }
        isTidyDue = false
        return (pending, takeDeletions())
    }

    mutating func takeDeletions() -> [Int64] {
        defer { deletions.removeAll() }
        return deletions
    }

    /// Deliveries may be repeated; the list waits for a better time.
    mutating func putBack(_ earlier: [Int64]) { deletions = earlier + deletions }
}

extension JournalQueue.Pending {
    /// Begins an exchange, which may be refused; everything else ends what was begun.
    var isNew: Bool {
        if case .open = entries.first { true } else { false }
    }

    /// Of bodies.
    var bytes: Int64 {
        entries.reduce(0) { sum, entry in
            switch entry {
            case .open(_, _, let body), .checkpoint(_, _, let body), .close(_, _, let body):
                sum + Int64(body.readableBytes)
            }
        }
    }
}
