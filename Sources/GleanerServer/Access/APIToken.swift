import Crypto
import Foundation

/// What a client shows: `gln_` and 64 hexadecimal digits, 256 random bits. Only its SHA-256 is ever stored.
struct APIToken: Sendable {
    let text: String

    static func random() -> APIToken {
        var generator = SystemRandomNumberGenerator()
        let digits = (0..<4).map { _ in String(format: "%016lx", UInt64.random(in: 0...UInt64.max, using: &generator)) }
        return APIToken(text: "gln_" + digits.joined())
    }

    /// `nil` for what cannot be one, so that nonsense never reaches the database.
    init?(parsing text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 68, bytes.starts(with: Array("gln_".utf8)),
            bytes.dropFirst(4).allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        self.text = String(text)
    }
    private init(text: String) { self.text = text }

    var sha256: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }
}
