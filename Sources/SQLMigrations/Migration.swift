import Crypto

/// One file of SQL that changes the schema, unchanged once it has been shipped.
public struct Migration: Sendable, Hashable {
    /// The file's name without `.sql`, such as `0002_exchanges`. Names sort in the order they are applied.
    public let name: String
    /// UTF-8. Run as one transaction, so it must not hold BEGIN or COMMIT.
    public let sql: [UInt8]
    /// SHA-256 of `sql`, 32 bytes.
    let digest: [UInt8]

    public init(name: String, sql: [UInt8]) {
        self.name = name
        self.sql = sql
        digest = Array(SHA256.hash(data: sql))
    }

    /// SHA-256 of `sql` in hexadecimal.
    public var checksum: String { digest.hexadecimal }
}

extension [UInt8] {
    var hexadecimal: String { map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }.joined() }
}
