import CSQLite

/// One connection to a database file. One thread uses it, from `init` to the last release.
///
/// Statements are prepared once and kept for the connection's life: the texts come from this program and are few.
public final class SQLiteConnection {
    /// How a checkpoint treats the writers and readers of other connections.
    public enum Checkpoint: Sendable {
        /// Moves what nobody is in the way of.
        case passive
        /// Waits for writers and readers, moves all, and empties the log file.
        case truncate
    }

    private let handle: ConnectionHandle
    private var statements: [String: SQLiteStatement] = [:]

    /// - Parameters:
    ///   - busyTimeout: milliseconds to wait for the lock of another connection.
    /// - Throws: when the file cannot be opened. That it is no database shows at the first statement.
    public init(path: String, readOnly: Bool = false, busyTimeout: Int32 = 5_000) throws(SQLiteError) {
        handle = try ConnectionHandle(path: path, readOnly: readOnly)
        handle.setBusyTimeout(busyTimeout)
    }

    /// The statement for `sql`, unbound. Asking for it again ends what was being done with it.
    public func statement(_ sql: String) throws(SQLiteError) -> SQLiteStatement {
        if let known = statements[sql] {
            known.reset()
            return known
        }
        let statement = SQLiteStatement(try handle.prepare(sql))
        statements[sql] = statement
        return statement
    }

    /// Runs one or more statements that return nothing of interest.
    public func execute(_ script: String) throws(SQLiteError) { try handle.execute(script) }

    /// The first column of the first row, `nil` when there is no row.
    public func integer(_ sql: String) throws(SQLiteError) -> Int64? {
        let statement = try statement(sql)
        defer { statement.reset() }
        return try statement.step() ? statement.integer(0) : nil
    }

    /// Runs `body` in one transaction; it is rolled back when `body` or the commit fails.
    public func transaction(_ body: () throws(SQLiteError) -> Void) throws(SQLiteError) {
        try statement("BEGIN IMMEDIATE").run()
        do {
            try body()
            try statement("COMMIT").run()
        } catch {
            // Some errors have ended the transaction already; then this is the one that fails, and says nothing new.
            if handle.isInTransaction { try? statement("ROLLBACK").run() }
            throw error
        }
    }

    /// Rows changed by the last INSERT, UPDATE or DELETE.
    public var changes: Int { handle.changes }

    /// Frames in the write-ahead log after the last commit; 0 when the next one begins it anew.
    public var loggedFrames: Int { handle.loggedFrames }

    /// Moves pages from the log into the database file.
    /// - Returns: frames in the log, and how many of them are in the database file now.
    @discardableResult
    public func checkpoint(_ mode: Checkpoint) throws(SQLiteError) -> (log: Int, moved: Int) {
        try handle.checkpoint(mode == .passive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE)
    }

    deinit { statements.removeAll() }
}
