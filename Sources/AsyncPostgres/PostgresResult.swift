/// What a statement returned: its rows, and how many rows it touched.
///
/// Shape: all values lie one after another in one buffer, copied out of libpq once. Rows point into it.
public struct PostgresResult: Sendable, RandomAccessCollection {
    struct Column: Sendable {
        let name: String
        let type: PostgresType
    }
    /// Where a value lies in the buffer; a negative length is NULL.
    struct Cell: Sendable {
        let start: Int
        let length: Int
    }
    final class Storage: Sendable {
        let columns: [Column]
        let bytes: [UInt8]
        let cells: [Cell]
        init(columns: [Column], bytes: [UInt8], cells: [Cell]) {
            self.columns = columns
            self.bytes = bytes
            self.cells = cells
        }
    }
    private let storage: Storage
    private let rowCount: Int
    /// Rows inserted, updated, deleted, selected, moved, fetched or copied; 0 for other statements.
    public let affected: Int
    /// "INSERT 0 5", "COMMIT".
    let commandTag: String

    init(storage: Storage, rowCount: Int, affected: Int, commandTag: String) {
        self.storage = storage
        self.rowCount = rowCount
        self.affected = affected
        self.commandTag = commandTag
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { rowCount }
    public subscript(position: Int) -> PostgresRow {
        precondition(indices.contains(position), "row \(position) of \(rowCount)")
        return PostgresRow(storage: storage, row: position)
    }
    /// Names of the columns in order.
    public var columns: [String] { storage.columns.map(\.name) }
}
