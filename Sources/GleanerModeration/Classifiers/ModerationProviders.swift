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

    func ask(
        _ path: String, _ body: JSONValue, within timeout: Duration
    ) async -> Result<JSONValue, Classification.Failure> {
        guard let client, let endpoint = providers.endpoint(path, of: provider) else {
            return .failure(.providerUnknown)
        }
        guard let bytes = try? body.canonicalBytes() else { return .failure(.refused) }
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
                    return .failure(.unreadable)
                }
            }
            return Self.read(status: response.status, answer)
        } catch {
            return .failure(error.isTimeout ? .timedOut : .unreachable)
        }
    }

    private static func read(status: Int, _ body: ByteBuffer) -> Result<JSONValue, Classification.Failure> {
        switch status {
        case 200..<300:
            guard let value = try? JSONValue(parsing: body.readableBytesView) else { return .failure(.unreadable) }
            return .success(value)
        case 408, 504: return .failure(.timedOut)
        case 429: return .failure(.rateLimited)
        case 500...: return .failure(.serverError)
        default: return .failure(.refused)
        }
    }
}

extension Classification.Failure: Error {}

extension CurlError {
    fileprivate var isTimeout: Bool { if case .timeout = self { true } else { false } }
}
