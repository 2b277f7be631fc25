/// One row of a result.
public struct PostgresRow: Sendable {
    private let storage: PostgresResult.Storage
    private let row: Int

    init(storage: PostgresResult.Storage, row: Int) {
        self.storage = storage
        self.row = row
    }

    /// - Throws: `noSuchColumn`, `wrongType`, or `unexpectedNull` unless `Value` is an `Optional`.
    public func decode<Value: PostgresDecodable>(
        _ column: String, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        guard let index = storage.columns.firstIndex(where: { $0.name == column }) else { throw .noSuchColumn(column) }
        return try decode(index, as: type)
    }

    /// - Parameter index: counted from 0.
    public func decode<Value: PostgresDecodable>(
        _ index: Int, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        guard storage.columns.indices.contains(index) else { throw .noSuchColumn("\(index)") }
        let column = storage.columns[index]
        let cell = storage.cells[row * storage.columns.count + index]
        do throws(PostgresError) {
            if cell.length < 0 { return try Value.decodeNull() }
            let buffer = storage.bytes
            let bytes = buffer.span.extracting(cell.start..<(cell.start + cell.length))
            return try Value.decode(bytes, type: column.type)
        } catch {
            throw error.inColumn(column.name)
        }
    }

    /// `nil` for NULL.
    public func decodeIfPresent<Value: PostgresDecodable>(
        _ column: String, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value? {
        try decode(column, as: Value?.self)
    }

    /// `nil` for NULL.
    public func decodeIfPresent<Value: PostgresDecodable>(
        _ index: Int, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value? {
        try decode(index, as: Value?.self)
    }
}

extension PostgresError {
    /// Decoding knows the value, the row knows the column.
    fileprivate func inColumn(_ column: String) -> PostgresError {
        switch self {
        case .wrongType(_, let expected, let got): .wrongType(column: column, expected: expected, got: got)
        case .unexpectedNull: .unexpectedNull(column: column)
        default: self
        }
    }
}
