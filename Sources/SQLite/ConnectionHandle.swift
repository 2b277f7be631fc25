import CSQLite
import Glibc

/// Owns a `sqlite3`: one owner, closed once.
@safe final class ConnectionHandle {
    private let raw: OpaquePointer
    /// Frames in the write-ahead log after the last commit; SQLite's hook writes here.
    private let frames: UnsafeMutablePointer<Int32>

    init(path: String, readOnly: Bool) throws(SQLiteError) {
        let flags =
            (readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) | SQLITE_OPEN_NOMUTEX
            | SQLITE_OPEN_EXRESCODE
        var opened: OpaquePointer?
        let code = unsafe sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let opened = unsafe opened else {
            let message = unsafe opened.map { unsafe String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            unsafe sqlite3_close_v2(opened)
            throw SQLiteError(code: code, message: message)
        }
        unsafe raw = opened
        unsafe frames = .allocate(capacity: 1)
        unsafe frames.initialize(to: 0)
        // A hook of one's own also turns automatic checkpoints off, whose errors nobody would hear of.
        unsafe sqlite3_wal_hook(
            raw,
            { frames, _, _, count in
                unsafe frames?.assumingMemoryBound(to: Int32.self).pointee = count
                return SQLITE_OK
            }, frames)
    }

    /// Statements that are still held keep the connection until they are finalized.
    deinit {
        unsafe sqlite3_wal_hook(raw, nil, nil)
        unsafe sqlite3_close_v2(raw)
        unsafe frames.deallocate()
    }

    func setBusyTimeout(_ milliseconds: Int32) { unsafe sqlite3_busy_timeout(raw, milliseconds) }
    var isInTransaction: Bool { unsafe sqlite3_get_autocommit(raw) == 0 }
    var loggedFrames: Int { Int(unsafe frames.pointee) }
    var changes: Int { Int(unsafe sqlite3_changes(raw)) }

    /// - Parameter number: the errno of the call that failed, in case SQLite has not kept it.
    func error(_ code: Int32, errno number: Int32 = 0) -> SQLiteError {
        let kept = unsafe sqlite3_system_errno(raw)
        let isInput = [SQLITE_IOERR, SQLITE_CANTOPEN].contains(code & 0xFF)
        let system = kept == 0 && isInput ? number : kept
        // SQLite's own words are the same for a full disk and a closed descriptor.
        let reason = system != 0 && isInput ? ": \(unsafe String(cString: strerror(system)))" : ""
        return SQLiteError(
            code: code, message: unsafe String(cString: sqlite3_errmsg(raw)) + reason, systemError: system)
    }

    func prepare(_ sql: String) throws(SQLiteError) -> StatementHandle {
        var prepared: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(raw, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let prepared = unsafe prepared else { throw error(code) }
        return unsafe StatementHandle(owning: prepared, of: self)
    }

    func execute(_ script: String) throws(SQLiteError) {
        let code = unsafe sqlite3_exec(raw, script, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code) }
    }

    func checkpoint(_ mode: Int32) throws(SQLiteError) -> (log: Int, moved: Int) {
        var (log, moved): (Int32, Int32) = (0, 0)
        let code = unsafe sqlite3_wal_checkpoint_v2(raw, nil, mode, &log, &moved)
        guard code == SQLITE_OK else { throw error(code) }
        // Nothing left in it: the next commit begins at the front.
        unsafe frames.pointee = log == moved ? 0 : log
        return (Int(log), Int(moved))
    }
}
