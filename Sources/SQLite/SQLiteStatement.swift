import CSQLite
import Glibc

/// Owns a `sqlite3_stmt`, and keeps its connection alive.
@safe struct StatementHandle: ~Copyable {
    let raw: OpaquePointer
    let connection: ConnectionHandle

    init(owning raw: OpaquePointer, of connection: ConnectionHandle) {
        unsafe self.raw = raw
        self.connection = connection
    }
    deinit { unsafe sqlite3_finalize(raw) }
}

/// A prepared statement: values are bound from 1, columns are read from 0.
///
/// What a bind refuses (out of memory, a value of 1 GB) is thrown by the next `run` or `step`.
public final class SQLiteStatement {
    private let handle: StatementHandle
    private var bindFailure: Int32 = SQLITE_OK

    init(_ handle: consuming StatementHandle) { self.handle = handle }

    // MARK: Binding

    public func bind(_ index: Int32, _ value: Int64?) {
        if let value {
            note(unsafe sqlite3_bind_int64(handle.raw, index, value))
        } else {
            bindNull(index)
        }
    }
    public func bind(_ index: Int32, _ value: Int?) { bind(index, value.map(Int64.init)) }

    public func bind(_ index: Int32, _ value: String?) {
        guard var value else { return bindNull(index) }
        let code = value.withUTF8 { text in
            unsafe text.withMemoryRebound(to: CChar.self) { text in
                unsafe csqlite_bind_text_copy(handle.raw, index, text.baseAddress, Int32(text.count))
            }
        }
        note(code)
    }

    /// The bytes are copied.
    public func bind(_ index: Int32, _ value: [UInt8]?) {
        guard let value else { return bindNull(index) }
        let code = unsafe value.withUnsafeBytes { bytes in
            unsafe csqlite_bind_blob_copy(handle.raw, index, bytes.baseAddress, Int32(bytes.count))
        }
        note(code)
    }

    public func bindNull(_ index: Int32) { note(unsafe sqlite3_bind_null(handle.raw, index)) }

    private func note(_ code: Int32) { if bindFailure == SQLITE_OK { bindFailure = code } }

    // MARK: Running

    /// Runs the statement to its end.
    public func run() throws(SQLiteError) {
        defer { reset() }
        while try step() {}
    }

    /// Runs it with one long value bound in place, which is not copied.
    public func run(_ index: Int32, borrowing bytes: UnsafeRawBufferPointer) throws(SQLiteError) {
        // An empty blob must have an address, or SQLite takes it for NULL.
        let count = Int32(bytes.count)
        let address = bytes.baseAddress
        if let address = unsafe address, count > 0 {
            note(unsafe sqlite3_bind_blob(handle.raw, index, address, count, nil))
        } else {
            note(unsafe sqlite3_bind_zeroblob(handle.raw, index, 0))
        }
        // The statement must not keep the address.
        defer { unsafe sqlite3_bind_null(handle.raw, index) }
        try run()
    }

    /// Goes to the next row.
    /// - Returns: `false` after the last one.
    public func step() throws(SQLiteError) -> Bool {
        guard bindFailure == SQLITE_OK else { throw handle.connection.error(bindFailure) }
        // SQLite does not note the errno of a COMMIT that fails.
        errno = 0
        switch unsafe sqlite3_step(handle.raw) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            let number = errno
            throw handle.connection.error(code, errno: number)
        }
    }

    /// Ends the reading of rows; values stay bound.
    public func reset() {
        unsafe sqlite3_reset(handle.raw)
        bindFailure = SQLITE_OK
    }

    // MARK: Columns of the current row

    public func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(handle.raw, column) == SQLITE_NULL }
    public func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle.raw, column) }
    public func integerIfPresent(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

    public func isInteger(_ column: Int32) -> Bool { unsafe sqlite3_column_type(handle.raw, column) == SQLITE_INTEGER }

    /// Bytes that are not UTF-8 are replaced.
    public func text(_ column: Int32) -> String {
        withBytes(column) { bytes in
            unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
        }
    }
    public func textIfPresent(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    /// A copy; empty when NULL.
    public func bytes(_ column: Int32) -> [UInt8] {
        withBytes(column) { bytes in unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) } }
    }

    /// Lends the bytes, which the next step takes away; empty when NULL.
    public func withBytes<Value>(_ column: Int32, _ body: (Span<UInt8>) -> Value) -> Value {
        guard let address = unsafe sqlite3_column_blob(handle.raw, column) else { return body(Span()) }
        let count = Int(unsafe sqlite3_column_bytes(handle.raw, column))
        let bytes = unsafe UnsafeBufferPointer(start: address.assumingMemoryBound(to: UInt8.self), count: count)
        return body(unsafe Span(_unsafeElements: bytes))
    }
    public func bytesIfPresent(_ column: Int32) -> [UInt8]? { isNull(column) ? nil : bytes(column) }
}
