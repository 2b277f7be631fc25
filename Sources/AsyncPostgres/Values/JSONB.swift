/// A JSON document as UTF-8 bytes, bound as `jsonb`. Postgres checks it; what it stores is equal, not identical
/// (key order, repeated keys and the spelling of numbers are lost), so exact bytes belong in `bytea`.
public struct JSONB: Sendable, Hashable, PostgresEncodable, PostgresDecodable {
    public let bytes: [UInt8]
    public init(bytes: [UInt8]) { self.bytes = bytes }
    public init(_ text: String) { bytes = Array(text.utf8) }

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The one version of `jsonb`'s binary format there is.
    private static let version: UInt8 = 1

    public static var postgresType: PostgresType { .jsonb }
    public func encoded() -> [UInt8] { [Self.version] + bytes }
    public func encode(into target: inout [UInt8]) {
        target.append(Self.version)
        target += bytes
    }
    public static func decode(_ bytes: Span<UInt8>, type: PostgresType) throws(PostgresError) -> JSONB {
        switch type {
        case .json: return JSONB(bytes: [UInt8](copying: bytes))
        case .jsonb:
            guard bytes.count > 1, bytes[0] == version else { throw mismatch(type) }
            return JSONB(bytes: [UInt8](copying: bytes.extracting(1...)))
        default: throw mismatch(type)
        }
    }
}
