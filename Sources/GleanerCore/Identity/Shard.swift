import Crypto
import Foundation

/// Where an exchange and all that hangs on it lives: 0…4095, the first 12 bits of
/// SHA-256(project id, 0x00, conversation).
///
/// A conversation stays together. An exchange without one gets a shard at random.
public struct Shard: Sendable, Hashable {
    public static let count: Int16 = 4096
    public let value: Int16

    /// Takes the low 12 bits.
    public init(_ value: Int16) { self.value = value & 0x0FFF }

    public static func random() -> Shard { Shard(Int16.random(in: 0..<count)) }

    public init(project: ID<Project>, conversation: String?) {
        guard let conversation else {
            self = .random()
            return
        }
        let digest = SHA256.digest(of: project.bytes + [0] + conversation.utf8)
        self.init(Int16(digest[0]) << 4 | Int16(digest[1] >> 4))
    }
}
