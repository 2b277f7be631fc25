import CSQLite

/// What SQLite answered instead of doing what it was asked.
public struct SQLiteError: Error, Sendable, Hashable {
    /// The extended result code, <https://sqlite.org/rescode.html>: 13 full, 8 read-only, 10 I/O, 11 corrupt.
    public let code: Int32
    /// SQLite's words; they quote no values.
    public let message: String

    /// `errno` of the system call that failed; 0 when none is known.
    public let systemError: Int32

    public init(code: Int32, message: String, systemError: Int32 = 0) {
        self.code = code
        self.message = message
        self.systemError = systemError
    }

    /// The low byte of the code: the kind of failure, without its detail.
    public var primary: Int32 { code & 0xFF }

    public static let wrongStatement: Int32 = SQLITE_ERROR
    public static let ioError: Int32 = SQLITE_IOERR
    public static let full: Int32 = SQLITE_FULL
    public static let readOnly: Int32 = SQLITE_READONLY
    public static let cannotOpen: Int32 = SQLITE_CANTOPEN
    public static let corrupt: Int32 = SQLITE_CORRUPT
    public static let notADatabase: Int32 = SQLITE_NOTADB
    public static let busy: Int32 = SQLITE_BUSY
}
