import AsyncCurl
import Crypto
import Foundation
import JWTKit
import NIOCore
import Synchronization

/// The provider's side of a sign-in elsewhere: where to send people, and whom it says they are.
final class OIDCProvider: Sendable {
    /// Who somebody is there.
    struct Identity: Sendable, Hashable {
        let subject: String
        let userName: String?
        let email: String?
        let name: String?
    }

    private struct Endpoints: Decodable, Sendable {
        let issuer: String
        let authorization_endpoint: String
        let token_endpoint: String
        let jwks_uri: String
    }
    private struct Tokens: Decodable {
        let id_token: String
    }

    let configuration: OIDCConfiguration
    private let client: CurlClient
    private let known = Mutex<(endpoints: Endpoints, at: ContinuousClock.Instant)?>(nil)

    init(configuration: OIDCConfiguration, client: CurlClient) {
        self.configuration = configuration
        self.client = client
    }

    /// Where a browser goes to begin.
    func address(of flow: OIDCFlow) async throws -> String {
        let parameters = [
            ("response_type", "code"), ("client_id", configuration.clientID), ("redirect_uri", configuration.callback),
            ("scope", "openid profile email"), ("state", flow.state), ("nonce", flow.nonce),
            ("code_challenge", flow.challenge), ("code_challenge_method", "S256"),
        ]
        let base = try await endpoints().authorization_endpoint
        return base + (base.contains("?") ? "&" : "?") + Self.form(parameters)
    }

    /// Whom the code that a browser brought back stands for.
    /// - Throws: `OIDCError`.
    func identity(code: String, flow: OIDCFlow) async throws -> Identity {
        let endpoints = try await endpoints()
        let form = Self.form([
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", configuration.callback),
            ("client_id", configuration.clientID), ("client_secret", configuration.clientSecret.text),
            ("code_verifier", flow.verifier),
        ])
        let answer = try await fetch(
            "POST", endpoints.token_endpoint, body: form,
            headers: [("Content-Type", "application/x-www-form-urlencoded")])
        guard let tokens = try? JSONDecoder().decode(Tokens.self, from: answer) else {
            throw OIDCError.providerUnusable("Its token answer holds no id_token")
        }
        let keys = try await signingKeys(endpoints)
        guard let claims = try? await keys.verify(tokens.id_token, as: IdentityClaims.self),
            claims.isFor(configuration, nonce: flow.nonce)
        else { throw OIDCError.tokenRefused }
        return Identity(
            subject: claims.sub.value, userName: claims.preferred_username,
            email: claims.email_verified?.value == true ? claims.email : nil, name: claims.name)
    }

    /// Keys with which it signs: public ones alone, so that no token can be signed with what everybody can read.
    private func signingKeys(_ endpoints: Endpoints) async throws -> JWTKeyCollection {
        struct Raw: Decodable {
            let keys: [Lenient]
            struct Lenient: Decodable {
                let key: JWK?
                init(from decoder: any Decoder) { key = try? JWK(from: decoder) }
            }
        }
        guard let raw = try? JSONDecoder().decode(Raw.self, from: try await fetch("GET", endpoints.jwks_uri)) else {
            throw OIDCError.providerUnusable("Its keys cannot be read")
        }
        let collection = JWTKeyCollection()
        var count = 0
        for var key in raw.keys.compactMap(\.key) {
            // Some leave the algorithm out; then it is the one that every provider must know.
            if key.algorithm == nil, key.keyType == .rsa { key.algorithm = .rs256 }
            if key.algorithm == nil, key.keyType == .ecdsa { key.algorithm = .es256 }
            guard (try? await collection.add(jwk: key)) != nil else { continue }
            count += 1
        }
        guard count > 0 else { throw OIDCError.providerUnusable("It has no key that could sign") }
        return collection
    }

    /// Read again every hour.
    private func endpoints() async throws -> Endpoints {
        if let known = known.withLock({ $0 }), ContinuousClock.now - known.at < .seconds(3600) {
            return known.endpoints
        }
        let answer = try await fetch("GET", configuration.discovery)
        guard let endpoints = try? JSONDecoder().decode(Endpoints.self, from: answer) else {
            throw OIDCError.providerUnusable("Its discovery document cannot be read")
        }
        guard endpoints.issuer == configuration.issuer else {
            throw OIDCError.providerUnusable("Its discovery document is another issuer's")
        }
        // Plain HTTP only where the issuer itself is: on this machine.
        let isPlain = configuration.issuer.hasPrefix("http://")
        for address in [endpoints.authorization_endpoint, endpoints.token_endpoint, endpoints.jwks_uri] {
            guard address.hasPrefix("https://") || (isPlain && address.hasPrefix("http://")) else {
                throw OIDCError.providerUnusable("One of its addresses is not https")
            }
        }
        known.withLock { $0 = (endpoints, .now) }
        return endpoints
    }

    private func fetch(
        _ method: String, _ url: String, body: String? = nil, headers: [(name: String, value: String)] = []
    ) async throws -> Data {
        do {
            let response = try await client.send(
                CurlRequest(
                    method: method, url: url, headers: headers + [("Accept", "application/json")],
                    body: body.map { ByteBuffer(string: $0) },
                    deadlines: .init(
                        connect: .seconds(5), firstByte: .seconds(10), idle: .seconds(10), total: .seconds(15))))
            let bytes = try await response.collect(upTo: 1 << 20)
            guard response.status == 200 else {
                throw OIDCError.providerUnusable("It answered \(response.status)")
            }
            return Data(bytes.readableBytesView)
        } catch let error as OIDCError {
            throw error
        } catch {
            throw OIDCError.providerAway
        }
    }

    private static func form(_ fields: [(String, String)]) -> String {
        fields.map { "\($0)=\(Renderer.encode($1))" }.joined(separator: "&")
    }
}

/// What an id token says. Signature and times are checked by JWTKit and here, the rest by `isFor`.
struct IdentityClaims: JWTPayload {
    let iss: IssuerClaim
    let sub: SubjectClaim
    let aud: AudienceClaim
    let exp: ExpirationClaim
    let iat: IssuedAtClaim
    let nonce: String?
    let azp: String?
    let preferred_username: String?
    let email: String?
    let email_verified: BoolClaim?
    let name: String?

    func verify(using algorithm: some JWTAlgorithm) throws {
        try exp.verifyNotExpired()
        // Clocks differ a little.
        guard iat.value.timeIntervalSinceNow < 120 else {
            throw JWTError.claimVerificationFailure(failedClaim: iat, reason: "issued in the future")
        }
    }

    func isFor(_ configuration: OIDCConfiguration, nonce expected: String) -> Bool {
        iss.value == configuration.issuer && aud.value.contains(configuration.clientID)
            && (aud.value.count == 1 || azp == configuration.clientID)
            && nonce.map { areEqual($0, expected) } == true && !sub.value.isEmpty && sub.value.utf8.count <= 255
            && !sub.value.utf8.contains(0)
    }
}
