import Crypto
import Foundation
import GleanerCore

/// What a client shows: `gln_` and 64 hexadecimal digits, 256 random bits. Only its SHA-256 is ever stored.
struct APIToken: Sendable {
    private let bytes: [UInt8]

    static func random() -> APIToken {
        var generator = SystemRandomNumberGenerator()
        let digits = (0..<4).map { _ in String(format: "%016lx", UInt64.random(in: 0...UInt64.max, using: &generator)) }
        return APIToken(bytes: Array(("gln_" + digits.joined()).utf8))
    }

    /// `nil` for what cannot be one, so that nonsense never reaches the database.
    init?(parsing text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 68, bytes.prefix(4).elementsEqual("gln_".utf8),
            bytes.dropFirst(4).allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        self.bytes = bytes
    }
    private init(bytes: [UInt8]) { self.bytes = bytes }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    var sha256: [UInt8] { SHA256.digest(of: bytes) }
}
