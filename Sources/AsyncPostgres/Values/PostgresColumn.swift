public import FoundationEssentials

/// An array parameter that is filled value by value: one column of `INSERT … SELECT FROM unnest($1, $2, …)`.
///
/// The same bytes as `PostgresArray`, without an array of elements, nor a generic call for each of them, in between.
public struct PostgresColumn: Sendable {
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

    // MARK: Values; which element type takes them is the caller's to know

    public mutating func append(_ value: Int16?) {
        guard let value else { return appendNull() }
        begin(2)
        bytes.append(network: value)
    }
    public mutating func append(_ value: Int32?) {
        guard let value else { return appendNull() }
        begin(4)
        bytes.append(network: value)
    }
    public mutating func append(_ value: Int64?) {
        guard let value else { return appendNull() }
        begin(8)
        bytes.append(network: value)
    }
    public mutating func append(_ value: Double?) {
        guard let value else { return appendNull() }
        begin(8)
        bytes.append(network: value.bitPattern)
    }
    public mutating func append(_ value: Bool) {
        begin(1)
        bytes.append(value ? 1 : 0)
    }
    public mutating func append(_ value: UUID?) {
        guard let value else { return appendNull() }
        begin(16)
        unsafe withUnsafeBytes(of: value.uuid) { unsafe bytes.append(contentsOf: $0) }
    }
    /// For `bytea`.
    public mutating func append(_ value: [UInt8]?) {
        guard let value else { return appendNull() }
        begin(value.count)
        bytes.append(contentsOf: value)
    }
    /// Text with U+0000 is remembered and thrown by `value()`.
    public mutating func append(_ value: String?) {
        guard var value else { return appendNull() }
        let hasNUL = value.withUTF8 { text in
            begin(text.count)
            unsafe bytes.append(contentsOf: text)
            return text.contains(0)
        }
        if hasNUL { failure = failure ?? .nulInText }
    }
    public mutating func append(_ value: JSONB?) {
        guard let value else { return appendNull() }
        let start = bytes.count
        begin(0)
        value.encode(into: &bytes)
        bytes.overwrite(at: start, bigEndian: Int32(bytes.count - start - 4))
    }
    public mutating func append(_ value: Date) {
        begin(8)
        do throws(PostgresError) {
            try value.encode(into: &bytes)
        } catch {
            failure = failure ?? error
        }
    }

    public mutating func appendNull() {
        hasNull = true
        count += 1
        bytes.append(network: Int32(-1))
    }

    private mutating func begin(_ length: Int) {
        count += 1
        bytes.append(network: Int32(truncatingIfNeeded: length))
    }

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

extension [UInt8] {
    /// As `append(bigEndian:)`, in one piece.
    fileprivate mutating func append<Integer: FixedWidthInteger>(network value: Integer) {
        unsafe Swift.withUnsafeBytes(of: value.bigEndian) { unsafe append(contentsOf: $0) }
    }
}
