/// A statement in the shape libpq takes it: its values one after another in a single buffer.
///
/// Made on the caller's thread, so that copying a large batch does not hold up other connections.
struct BoundStatement: Sendable {
    let text: String
    let types: [UInt32]
    let lengths: [Int32]
    /// Where each value begins in `bytes`; `nil` for NULL.
    let starts: [Int?]
    let bytes: [UInt8]
    /// Prepared once on each connection, and only executed from then on.
    let isKept: Bool

    /// The protocol counts parameters in 16 bits, and the server keeps no value of 1 GB or more.
    private static let (mostValues, longestValue) = (65_535, 1 << 30)

    /// - Throws: what encoding a value threw; `server` with state 54000 when there are too many values or one is too
    ///   long.
    init(_ sql: SQL, isKept: Bool = false) throws(PostgresError) {
        let (text, values) = try sql.checked()
        guard values.count <= Self.mostValues, values.allSatisfy({ ($0.bytes?.count ?? 0) < Self.longestValue }) else {
            throw .server(.init(sqlState: "54000", message: "too many values, or one of 1 GB", statement: text))
        }
        self.text = text
        self.isKept = isKept
        types = values.map(\.type.rawValue)
        lengths = values.map { Int32($0.bytes?.count ?? 0) }
        var starts: [Int?] = []
        var bytes: [UInt8] = []
        // One spare byte: an empty value must still have an address, or libpq takes it for NULL.
        bytes.reserveCapacity(values.reduce(1) { $0 + ($1.bytes?.count ?? 0) })
        for value in values {
            starts.append(value.bytes == nil ? nil : bytes.count)
            if let value = value.bytes { bytes += value }
        }
        bytes.append(0)
        self.starts = starts
        self.bytes = bytes
    }
}
