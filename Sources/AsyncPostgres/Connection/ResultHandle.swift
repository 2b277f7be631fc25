import CLibpq

/// Owns a `PGresult`: one owner, cleared once.
@safe struct ResultHandle: ~Copyable {
    enum Kind { case rows, done, copyIn, copyOut, error, other }

    private let raw: OpaquePointer

    @unsafe init(owning raw: OpaquePointer) { unsafe self.raw = raw }
    deinit { unsafe PQclear(raw) }

    var kind: Kind {
        switch unsafe PQresultStatus(raw) {
        case PGRES_TUPLES_OK: .rows
        case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: .done
        case PGRES_COPY_IN: .copyIn
        case PGRES_COPY_OUT: .copyOut
        case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE, PGRES_NONFATAL_ERROR: .error
        default: .other
        }
    }

    /// Everything in the result, copied.
    func copied() -> PostgresResult {
        let rowCount = unsafe PQntuples(raw)
        let columnCount = unsafe PQnfields(raw)
        let columns = (0..<columnCount).map { column in
            unsafe PostgresResult.Column(
                name: String(cString: PQfname(raw, column)), type: PostgresType(rawValue: PQftype(raw, column)))
        }
        var cells: [PostgresResult.Cell] = []
        cells.reserveCapacity(Int(rowCount) * Int(columnCount))
        var size = 0
        for row in 0..<rowCount {
            for column in 0..<columnCount {
                let isNull = unsafe PQgetisnull(raw, row, column) == 1
                let length = isNull ? -1 : Int(unsafe PQgetlength(raw, row, column))
                cells.append(PostgresResult.Cell(start: size, length: length))
                size += max(length, 0)
            }
        }
        // Without the question every thread would write a zero into the one empty array that all share.
        let bytes =
            size == 0
            ? []
            : unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                for (index, cell) in cells.enumerated() where cell.length > 0 {
                    let (row, column) = index.quotientAndRemainder(dividingBy: Int(columnCount))
                    guard let value = unsafe PQgetvalue(raw, Int32(row), Int32(column)) else { continue }
                    unsafe UnsafeMutableRawBufferPointer(buffer).baseAddress?
                        .advanced(by: cell.start).copyMemory(from: value, byteCount: cell.length)
                }
                count = size
            }
        return PostgresResult(
            storage: PostgresResult.Storage(columns: columns, bytes: bytes, cells: cells), rowCount: Int(rowCount),
            affected: unsafe Int(String(cString: PQcmdTuples(raw))) ?? 0,
            commandTag: unsafe String(cString: PQcmdStatus(raw)))
    }

    func error(of statement: String) -> PostgresError.ServerError {
        PostgresError.ServerError(
            sqlState: field("C") ?? "", severity: field("V") ?? field("S") ?? "ERROR",
            message: field("M") ?? libpqMessage,
            detail: field("D"), hint: field("H"), constraint: field("n"), table: field("t"), column: field("c"),
            statement: statement)
    }

    /// What libpq itself says when the error is its own, such as a connection that broke.
    private var libpqMessage: String { unsafe String(cString: PQresultErrorMessage(raw)) }

    /// - Parameter code: of "Error and Notice Message Fields" in the protocol's description.
    private func field(_ code: Unicode.Scalar) -> String? {
        unsafe PQresultErrorField(raw, Int32(code.value)).map { unsafe String(cString: $0) }
    }
}
