public import Foundation

/// The identity of one `Entity`: a UUID, version 7 when Gleaner minted it, so that ids sort by time.
///
/// Source: RFC 9562 §5.7. The 12 bits after the timestamp (`rand_a`) carry the `Shard`, so an id alone says where its
/// row lives.
public struct ID<Entity>: Sendable, Hashable, Comparable, Codable, LosslessStringConvertible {
    public let uuid: UUID

    public init(_ uuid: UUID) { self.uuid = uuid }

    /// Accepts the 36-character form, upper or lower case; nothing else.
    public init?(_ description: String) {
        guard description.utf8.count == 36, let uuid = UUID(uuidString: description) else { return nil }
        self.uuid = uuid
    }

    public var description: String { uuid.lowercased }

    public static func < (a: Self, b: Self) -> Bool { a.uuid.halves < b.uuid.halves }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = Self(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a UUID")
        }
        self = id
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// The 16 bytes in network order.
    public var bytes: [UInt8] {
        let b = uuid.uuid
        return [b.0, b.1, b.2, b.3, b.4, b.5, b.6, b.7, b.8, b.9, b.10, b.11, b.12, b.13, b.14, b.15]
    }

    /// `nil` unless there are exactly 16 bytes.
    public init?(bytes b: some Collection<UInt8>) {
        guard b.count == 16 else { return nil }
        let b = Array(b)
        uuid = UUID(
            uuid: (
                b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]
            ))
    }

    public var isVersion7: Bool { uuid.uuid.6 >> 4 == 7 && uuid.uuid.8 >> 6 == 2 }

    /// Milliseconds since 1970, as the first 48 bits say.
    public var timestamp: Date {
        Date(timeIntervalSince1970: Double(uuid.halves.0 >> 16) / 1000)
    }

    public var shard: Shard { Shard(Int16(uuid.halves.0 & 0x0FFF)) }
}

extension UUID {
    /// The 16 bytes as two numbers that sort as they do.
    fileprivate var halves: (UInt64, UInt64) {
        withUnsafeBytes(of: uuid) { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }
}

extension ID {
    /// A fresh id on a shard of its own choosing.
    public static func new() -> Self { Self(UUIDv7.shared.make(shard: .random())) }

    /// A fresh id on `shard`.
    public static func new(on shard: Shard) -> Self { Self(UUIDv7.shared.make(shard: shard)) }
}
