import Glibc
import SQLite
import Synchronization

/// When commits reach the disk: SQLite writes them into its log, and here the log is synced.
///
/// A disk takes longest of all that happens before a call is sent. So it begins with an intent as soon as that is written,
/// works on it while the call is made ready, and is waited for right before the first byte leaves (docs/adr/0022).
final class JournalSync: Sendable {
    fileprivate struct State {
        /// `nil` while the journal is closed, and where a commit need not survive the machine.
        var log: LogFile?
        var isBehind = false
        var failure: SQLiteError?
    }
    private let state = Mutex(State())

    /// Something that was committed may not be on the disk yet.
    var isBehind: Bool { state.withLock(\.isBehind) }

    /// From now on commits go to `log`.
    func use(_ log: LogFile?) { state.withLock { $0.log = log } }

    /// A commit is in the log, or what went before it: the disk may begin with it.
    func begin() {
        state.withLock { state in
            guard let log = state.log else { return }
            state.isBehind = true
            log.beginSync()
        }
    }

    /// Returns when all that was committed is on the disk.
    /// - Parameter isNew: something has been committed of which `begin` was not told.
    /// - Returns: whether there was anything to wait for.
    /// - Throws: from the first failure on always: the kernel may have thrown away what it could not write, and the next sync
    ///   would not say so.
    @discardableResult
    func finish(isNew: Bool = false) throws(SQLiteError) -> Bool {
        try state.withLock { state in
            Result { () throws(SQLiteError) in try state.finish(isNew: isNew) }
        }.get()
    }
}

extension JournalSync.State {
    fileprivate mutating func finish(isNew: Bool) throws(SQLiteError) -> Bool {
        if let failure { throw failure }
        guard let log, isNew || isBehind else { return false }
        isBehind = true
        let number = log.sync()
        guard number == 0 else {
            let failure = SQLiteError.syncFailed(errno: number)
            self.failure = failure
            throw failure
        }
        isBehind = false
        return true
    }
}

extension SQLiteError {
    /// Without the number as `systemError`: whatever it is, what is on the disk is unknown.
    fileprivate static func syncFailed(errno number: Int32) -> SQLiteError {
        SQLiteError(code: ioError, message: "cannot sync the journal's log: \(String(cString: strerror(number)))")
    }
}
