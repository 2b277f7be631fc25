import Crypto
import Foundation
import Hummingbird

/// One sign-in on its way: what only the browser that began it knows, in a cookie for ten minutes.
struct OIDCFlow: Sendable {
    static let cookie = "__Host-gleaner-oidc"
    static let lasts = 600

    let state: String
    let nonce: String
    let verifier: String
    /// Where the page that asked for the sign-in wants to go.
    let next: String
    /// Of an invitation that this sign-in answers.
    let invitation: String?

    init(next: String, invitation: Secret?) {
        state = Secret.random().text
        nonce = Secret.random().text
        verifier = Secret.random().text
        self.next = Renderer.isOwnPath(next) ? next : "/"
        self.invitation = invitation?.text
    }

    /// PKCE: whoever brings the code must show what this is the hash of.
    var challenge: String {
        Data(SHA256.hash(data: Array(verifier.utf8)))
            .base64EncodedString(options: [.base64URLAlphabet, .omitPaddingCharacter])
    }

    var setCookie: String {
        let value = [state, nonce, verifier, invitation ?? "", Renderer.encode(next)].joined(separator: ".")
        return "\(Self.cookie)=\(value); Path=/; Max-Age=\(Self.lasts); Secure; HttpOnly; SameSite=Lax"
    }
    static let removal = "\(cookie)=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"

    /// The flow that this browser has begun, if `state` is its.
    init?(_ request: Request, state shown: String) {
        guard
            let parts = request.cookies[Self.cookie]?.value
                .split(separator: ".", omittingEmptySubsequences: false).map(String.init),
            parts.count == 5, areEqual(parts[0], shown), parts[0].count == 64
        else { return nil }
        (state, nonce, verifier) = (parts[0], parts[1], parts[2])
        invitation = parts[3].isEmpty ? nil : parts[3]
        let there = parts[4].removingPercentEncoding ?? "/"
        next = Renderer.isOwnPath(there) ? there : "/"
    }
}
