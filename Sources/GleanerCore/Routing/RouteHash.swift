import Crypto
import Foundation

/// The installation's secret for choosing variants: without it nobody can work out, or pick, a user's variant.
/// Prints as `***`.
public struct RouteSalt: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// 32 random bytes.
    public let bytes: [UInt8]

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    public static func random() -> RouteSalt {
        var generator = SystemRandomNumberGenerator()
        return RouteSalt((0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }

    public var description: String { "***" }
    public var debugDescription: String { "***" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Numbers that every instance draws alike.
enum RouteHash {
    /// What a number is drawn for; each purpose is independent of the others.
    enum Purpose: String {
        case choice, shadow
    }

    /// Above 0 and below 1: the first 8 bytes of HMAC-SHA256(salt, purpose 0x00 route 0x00 variant 0x00 key) as a
    /// big-endian integer, its top 53 bits and a half over 2^53.
    static func unit(_ salt: RouteSalt, _ purpose: Purpose, route: String, variant: String, key: String) -> Double {
        var code = HMAC<SHA256>(key: SymmetricKey(data: salt.bytes))
        // Names hold no zero byte, and the key comes last, so no two inputs run together.
        code.update(data: Array("\(purpose.rawValue)\0\(route)\0\(variant)\0\(key)".utf8))
        let number = code.finalize().prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return (Double(number >> 11) + 0.5) / Double(UInt64(1) << 53)
    }
}
