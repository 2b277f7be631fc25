public import FoundationEssentials

extension [UInt8]: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .bytea }
    public func encoded() -> [UInt8] { self }
    public func encode(into bytes: inout [UInt8]) { bytes += self }
    public static func decode(_ bytes: Span<UInt8>, type: PostgresType) throws(PostgresError) -> [UInt8] {
        guard type == .bytea else { throw mismatch(type) }
        return [UInt8](copying: bytes)
    }
}

extension Data: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .bytea }
    public func encoded() -> [UInt8] { [UInt8](self) }
    public func encode(into bytes: inout [UInt8]) { bytes += self }
    public static func decode(_ bytes: Span<UInt8>, type: PostgresType) throws(PostgresError) -> Data {
        Data(try [UInt8].decode(bytes, type: type))
    }
}

extension UUID: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .uuid }
    public func encoded() -> [UInt8] {
        let u = uuid
        return [
            u.0, u.1, u.2, u.3, u.4, u.5, u.6, u.7, u.8, u.9, u.10, u.11, u.12, u.13, u.14, u.15,
        ]
    }
    public static func decode(_ bytes: Span<UInt8>, type: PostgresType) throws(PostgresError) -> UUID {
        guard type == .uuid, bytes.count == 16 else { throw mismatch(type) }
        return UUID(
            uuid: (
                bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7],
                bytes[8], bytes[9], bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]
            ))
    }
}

extension [UInt8] {
    init(copying span: Span<UInt8>) {
        self = unsafe span.withUnsafeBufferPointer { unsafe [UInt8]($0) }
    }
}
