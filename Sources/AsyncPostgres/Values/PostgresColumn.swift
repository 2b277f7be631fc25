/// An array parameter that is filled value by value: one column of `INSERT … SELECT FROM unnest($1, $2, …)`.
///
/// The same bytes as `PostgresArray`, without an array of elements, nor a generic call for each of them, in between.
public struct PostgresColumn: Sendable, PostgresFieldWriter {
    private let element: PostgresType
    private var bytes: [UInt8]
    private var count: Int32 = 0
    private var hasNull = false
    private var failure: PostgresError?

    /// Dimensions, whether there are NULLs, element type, number of elements, lower bound.
    private static let headerSize = 20

    /// - Parameter capacity: bytes to begin with.
    public init(of element: PostgresType, capacity: Int = 256) {
        self.element = element
        bytes = []
        bytes.reserveCapacity(Self.headerSize + capacity)
        bytes.append(contentsOf: repeatElement(0, count: Self.headerSize))
    }

    public mutating func field(_ length: Int, _ write: (inout [UInt8]) -> Void) {
        count += 1
        bytes.append(network: Int32(truncatingIfNeeded: length))
        write(&bytes)
    }
    public mutating func null() {
        hasNull = true
        count += 1
        bytes.append(network: Int32(-1))
    }
    public mutating func fail(_ error: PostgresError) { failure = failure ?? error }

    /// Source: `array_recv` in PostgreSQL's `arrayfuncs.c`.
    /// - Throws: what encoding a value threw; `server` with state 54000 when it is too long for Postgres.
    public func value() throws(PostgresError) -> PostgresValue {
        if let failure { throw failure }
        guard let type = element.array else {
            preconditionFailure("no array type is known for OID \(element.rawValue)")
        }
        var bytes = bytes
        bytes.overwrite(at: 0, bigEndian: count == 0 ? 0 : 1)
        bytes.overwrite(at: 4, bigEndian: hasNull ? 1 : 0)
        bytes.overwrite(at: 8, bigEndian: Int32(bitPattern: element.rawValue))
        bytes.overwrite(at: 12, bigEndian: count)
        bytes.overwrite(at: 16, bigEndian: 1)
        return PostgresValue(type: type, bytes: count == 0 ? Array(bytes[..<12]) : bytes)
    }
}

/// Rows turned on their side: their fields go to one column after the other.
public struct PostgresColumns: Sendable, PostgresFieldWriter {
    private var columns: [PostgresColumn]
    private var place = 0

    public init(of elements: [PostgresType]) { columns = elements.map { PostgresColumn(of: $0) } }

    private mutating func next() -> Int {
        defer { place = place + 1 == columns.count ? 0 : place + 1 }
        return place
    }
    public mutating func field(_ length: Int, _ write: (inout [UInt8]) -> Void) {
        columns[next()].field(length, write)
    }
    public mutating func null() { columns[next()].null() }
    public mutating func fail(_ error: PostgresError) { columns[next()].fail(error) }

    public func values() throws(PostgresError) -> [PostgresValue] {
        var values: [PostgresValue] = []
        for column in columns { values.append(try column.value()) }
        return values
    }
}
