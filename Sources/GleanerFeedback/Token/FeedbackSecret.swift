import Crypto

/// One of the installation's secrets: signs tokens and knows its own again.
struct FeedbackSecret: Sendable {
    typealias ID = UInt32

    let id: ID
    private let key: SymmetricKey
    /// Has taken the key in, which is half of a signature's work; each signature goes on from a copy.
    private let keyed: HMAC<SHA256>

    /// - Parameter bytes: 256 random bits.
    init(id: ID, bytes: [UInt8]) {
        self.id = id
        key = SymmetricKey(data: bytes)
        keyed = HMAC(key: key)
    }

    func sign(_ token: FeedbackToken) -> String {
        var signed = token.content(signedBy: id)
        var code = keyed
        code.update(data: signed)
        code.finalize().withUnsafeBytes { signed.append(contentsOf: $0) }
        return Base64URL.encode(signed)
    }

    /// In constant time.
    func hasSigned(_ sealed: SealedToken) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(sealed.signature, authenticating: sealed.content, using: key)
    }

    static func random() -> [UInt8] { SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) } }
}

/// A token as it came in: in the right form, and not believed yet.
struct SealedToken: Sendable {
    let key: FeedbackSecret.ID
    let content: ArraySlice<UInt8>
    let signature: ArraySlice<UInt8>
    /// What it says of itself.
    let token: FeedbackToken

    init?(_ text: String) {
        guard text.utf8.count == 124, let bytes = Base64URL.decode(text), bytes.count == FeedbackToken.bytes,
            let token = FeedbackToken(content: bytes.prefix(FeedbackToken.signedBytes))
        else { return nil }
        content = bytes.prefix(FeedbackToken.signedBytes)
        signature = bytes.suffix(FeedbackToken.bytes - FeedbackToken.signedBytes)
        key = content[1..<5].reduce(0) { $0 << 8 | UInt32($1) }
        self.token = token
    }
}
