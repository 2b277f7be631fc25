import Glibc

extension String: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .text }

    /// - Throws: `PostgresError.nulInText`: Postgres's text holds no U+0000. Keep such bytes in `bytea`.
    public func encoded() throws(PostgresError) -> [UInt8] {
        var bytes: [UInt8] = []
        try encode(into: &bytes)
        return bytes
    }

    public func encode(into bytes: inout [UInt8]) throws(PostgresError) {
        if holdsNUL { throw .nulInText }
        bytes += utf8
    }

    /// Reads text, names, `json`, and the enums and text-like types a database defines itself.
    public static func decode(_ bytes: Span<UInt8>, type: PostgresType) throws(PostgresError) -> String {
        switch type {
        case .text, .varchar, .bpchar, .name, .json: break
        case let type where type.isUserDefined: break
        default: throw mismatch(type)
        }
        guard let text = try? UTF8Span(validating: bytes) else { throw mismatch(type) }
        return String(copying: text)
    }
}

extension String {
    /// Whether U+0000 is in it. Statements and long texts are asked this with every exchange.
    var holdsNUL: Bool {
        let found = utf8.withContiguousStorageIfAvailable { text in
            guard let start = text.baseAddress, !text.isEmpty else { return false }
            return unsafe memchr(start, 0, text.count) != nil
        }
        return found ?? utf8.contains(0)
    }
}
