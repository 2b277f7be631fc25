/// A Swift value that can be bound to a parameter.
///
/// Shape: a conforming type gives either `encoded()` or, to save an allocation per array element, `encode(into:)`.
public protocol PostgresEncodable: Sendable {
    static var postgresType: PostgresType { get }
    var isNull: Bool { get }
    /// The value in Postgres's binary format.
    func encoded() throws(PostgresError) -> [UInt8]
    /// Appends the same bytes to `bytes`.
    func encode(into bytes: inout [UInt8]) throws(PostgresError)
}

extension PostgresEncodable {
    public var isNull: Bool { false }
    public func encode(into bytes: inout [UInt8]) throws(PostgresError) { bytes += try encoded() }
}

/// A Swift value that can be read from a column.
public protocol PostgresDecodable: Sendable {
    /// - Parameter bytes: the value in Postgres's binary format.
    /// - Throws: `PostgresError.wrongType` with an empty column name, which the row fills in.
    static func decode(_ bytes: Span<UInt8>, type: PostgresType) throws(PostgresError) -> Self
    /// What NULL means for this type.
    /// - Throws: `PostgresError.unexpectedNull` with an empty column name, unless the type is an `Optional`.
    static func decodeNull() throws(PostgresError) -> Self
}

extension PostgresDecodable {
    public static func decodeNull() throws(PostgresError) -> Self { throw .unexpectedNull(column: "") }

    static func mismatch(_ type: PostgresType) -> PostgresError {
        .wrongType(column: "", expected: "\(Self.self)", got: type.rawValue)
    }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    public static var postgresType: PostgresType { Wrapped.postgresType }
    public var isNull: Bool { self?.isNull ?? true }
    public func encoded() throws(PostgresError) -> [UInt8] {
        guard let value = self else { return [] }
        return try value.encoded()
    }
    public func encode(into bytes: inout [UInt8]) throws(PostgresError) {
        guard let value = self else { return }
        try value.encode(into: &bytes)
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    public static func decode(_ bytes: Span<UInt8>, type: PostgresType) throws(PostgresError) -> Self {
        try Wrapped.decode(bytes, type: type)
    }
    public static func decodeNull() throws(PostgresError) -> Self { nil }
}
