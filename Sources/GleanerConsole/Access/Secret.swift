import Crypto
import GleanerCore

/// 256 random bits that somebody shows: a session's cookie or an invitation's link. Only its SHA-256 is stored.
struct Secret: Sendable {
    /// 64 hexadecimal digits.
    let text: String

    static func random() -> Secret {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return Secret(text: bytes.hexadecimal)
    }

    /// `nil` for what cannot be one, so that nonsense never reaches the database.
    init?(parsing text: some StringProtocol) {
        guard text.utf8.count == 64,
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        self.text = String(text)
    }
    private init(text: String) { self.text = text }

    var sha256: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }

    /// What forms of the session carry: only who holds the cookie can make it, and it does not tell the cookie.
    var csrf: String {
        HMAC<SHA256>.authenticationCode(for: Array("csrf".utf8), using: SymmetricKey(data: Array(text.utf8)))
            .hexadecimal
    }
}

/// Whether two texts are equal, in a time that does not depend on where they differ.
func areEqual(_ a: String, _ b: String) -> Bool {
    let (a, b) = (Array(a.utf8), Array(b.utf8))
    guard a.count == b.count else { return false }
    return zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
}
