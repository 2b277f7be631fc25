import AsyncCurl
import GleanerCore
import NIOCore

/// Where classifiers of a network are: providers as the server has them configured. A policy names one; it never says
/// an address.
public protocol ModerationProviders: Sendable {
    /// - Parameter path: below `/v1`, such as `moderations`.
    /// - Returns: `nil` when no provider has that name.
    func endpoint(_ path: String, of provider: String) -> ModerationEndpoint?
}

/// An address and what to show there.
public struct ModerationEndpoint: Sendable {
    public let url: String
    /// Credentials among them; never logged.
    public let headers: [(name: String, value: String)]

    public init(url: String, headers: [(name: String, value: String)]) {
        self.url = url
        self.headers = headers
    }
}

/// Asks one endpoint, and reads its answer as JSON.
struct ClassifierCall: Sendable {
    /// `nil` where nothing may be asked.
    let client: CurlClient?
    let providers: any ModerationProviders
    let provider: String

    /// An answer above this is none.
    private static let largestAnswer = 4 << 20

    /// Why there is no answer.
    struct Failure: Error {
        let failure: Classification.Failure
        /// The provider has looked at what it was sent, and does not want it: less of it may do.
        var isOfContent = false

        init(_ failure: Classification.Failure) { self.failure = failure }
    }

    func ask(
        _ path: String, _ body: JSONValue, within timeout: Duration
    ) async -> Result<JSONValue, Failure> {
        guard let client, let endpoint = providers.endpoint(path, of: provider) else {
            return .failure(Failure(.providerUnknown))
        }
        guard let bytes = try? body.canonicalBytes() else { return .failure(Failure(.refused)) }
        let request = CurlRequest(
            method: "POST", url: endpoint.url, headers: endpoint.headers + [("Content-Type", "application/json")],
            body: ByteBuffer(bytes: bytes),
            deadlines: CurlDeadlines(
                connect: min(timeout, .seconds(5)), firstByte: timeout, idle: timeout, total: timeout))
        do throws(CurlError) {
            let response = try await client.start(request).response()
            var answer = ByteBuffer()
            let pieces = response.body.makeAsyncIterator()
            while let piece = try await pieces.next() {
                answer.writeImmutableBuffer(piece)
                guard answer.readableBytes <= Self.largestAnswer else {
                    response.cancel()
                    return .failure(Failure(.unreadable))
                }
            }
            return Self.read(status: response.status, answer)
        } catch {
            return .failure(Failure(error.isTimeout ? .timedOut : .unreachable))
        }
    }

    private static func read(status: Int, _ body: ByteBuffer) -> Result<JSONValue, Failure> {
        switch status {
        case 200..<300:
            guard let value = try? JSONValue(parsing: body.readableBytesView) else {
                return .failure(Failure(.unreadable))
            }
            return .success(value)
        case 408, 504: return .failure(Failure(.timedOut))
        case 429: return .failure(Failure(.rateLimited))
        case 500...: return .failure(Failure(.serverError))
        default:
            var failure = Failure(.refused)
            failure.isOfContent = [400, 413, 422].contains(status)
            return .failure(failure)
        }
    }
}

extension CurlError {
    fileprivate var isTimeout: Bool { if case .timeout = self { true } else { false } }
}
