import Crypto
import Foundation
public import GleanerCore
import GleanerHTTP
import HTTPTypes

/// What a client calls one piece of work by, so that sending it twice does it once.
///
/// Scope: the project, the API key and the endpoint. Shape: 1 to 255 printable ASCII characters.
public struct IdempotencyKey: Sendable, Hashable {
    public let project: ID<Project>
    public let key: ID<APIKey>
    /// Over the endpoint, a line feed and the text.
    public let sha256: [UInt8]
    /// Of the request's body.
    public let requestHash: [UInt8]

    /// `nil` when the request carries none.
    init?(_ headers: HTTPFields, _ intent: ExchangeIntent) throws(GatewayError) {
        let text: String?
        do throws(IdempotencyHeader.Invalid) {
            text = try IdempotencyHeader.read(headers)
        } catch {
            throw .headerInvalid(IdempotencyHeader.name.rawName, problem: error.problem)
        }
        guard let text else { return nil }
        guard let key = intent.key else { return nil }
        project = intent.project
        self.key = key
        sha256 = Array(SHA256.hash(data: Array("\(intent.endpoint)\n\(text)".utf8)))
        requestHash = intent.requestHash
    }
}

/// An answer that was given before, as it was on the wire.
public struct KeptAnswer: Sendable, Hashable {
    public let exchange: ID<Exchange>
    public let httpStatus: Int
    /// The provider's headers that Gleaner keeps, names in lower case.
    public let headers: [String: String]
    public let body: [UInt8]
}

/// What a key says about a call.
public enum IdempotencyClaim: Sendable, Hashable {
    /// The call is the first, or the earlier one came to nothing: go on.
    case granted
    case answered(KeptAnswer)
    /// The first call is on its way, here or in another instance.
    case running
    /// The key belongs to another body.
    case otherRequest
}

/// Remembers which exchange does the work of a key.
public protocol IdempotencyKeys: Sendable {
    /// - Throws: when that cannot be known at the moment; then nothing may be sent to a provider.
    func claim(_ key: IdempotencyKey, for exchange: ID<Exchange>) async throws -> IdempotencyClaim

    /// The call that was granted the key was not sent after all.
    func release(_ key: IdempotencyKey, of exchange: ID<Exchange>) async
}
