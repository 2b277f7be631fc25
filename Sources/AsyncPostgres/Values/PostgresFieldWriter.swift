public import FoundationEssentials

/// Takes values in Postgres's binary format, each behind its length: the elements of an array, or the fields of a row.
///
/// Which type a place takes is the caller's to know.
public protocol PostgresFieldWriter {
    /// A value of `length` bytes, which `write` appends.
    mutating func field(_ length: Int, _ write: (inout [UInt8]) -> Void)
    mutating func null()
    /// A value cannot be written; told to whoever wants the result.
    mutating func fail(_ error: PostgresError)
}

extension PostgresFieldWriter {
    public mutating func append(_ value: Int16?) {
        guard let value else { return null() }
        field(2) { $0.append(network: value) }
    }
    public mutating func append(_ value: Int32?) {
        guard let value else { return null() }
        field(4) { $0.append(network: value) }
    }
    public mutating func append(_ value: Int64?) {
        guard let value else { return null() }
        field(8) { $0.append(network: value) }
    }
    public mutating func append(_ value: Double?) {
        guard let value else { return null() }
        field(8) { $0.append(network: value.bitPattern) }
    }
    public mutating func append(_ value: Bool) { field(1) { $0.append(value ? 1 : 0) } }
    public mutating func append(_ value: UUID?) {
        guard let value else { return null() }
        field(16) { bytes in unsafe withUnsafeBytes(of: value.uuid) { unsafe bytes.append(contentsOf: $0) } }
    }
    /// For `bytea`.
    public mutating func append(_ value: [UInt8]?) {
        guard let value else { return null() }
        field(value.count) { $0.append(contentsOf: value) }
    }
    /// Text with U+0000 fails.
    public mutating func append(_ value: String?) {
        guard var value else { return null() }
        value.withUTF8 { text in field(text.count) { unsafe $0.append(contentsOf: text) } }
        if value.holdsNUL { fail(.nulInText) }
    }
    public mutating func append(_ value: JSONB?) {
        guard let value else { return null() }
        field(value.bytes.count + 1) { value.encode(into: &$0) }
    }
    public mutating func append(_ value: Date) {
        do throws(PostgresError) {
            append(try value.postgresMicroseconds())
        } catch {
            fail(error)
        }
    }
    /// For an array column.
    public mutating func append(_ values: [String]) {
        do throws(PostgresError) {
            let bytes = try PostgresArray(values).encoded()
            field(bytes.count) { $0 += bytes }
        } catch {
            fail(error)
        }
    }
}

extension [UInt8] {
    /// As `append(bigEndian:)`, in one piece.
    mutating func append<Integer: FixedWidthInteger>(network value: Integer) {
        unsafe Swift.withUnsafeBytes(of: value.bigEndian) { unsafe append(contentsOf: $0) }
    }
}
