import GleanerCore
import GleanerHTTP
import HTTPTypes
import Hummingbird

/// Sets the caller of a request that shows a key. One that shows none goes on, and its route decides.
struct Authentication: RouterMiddleware {
    typealias Context = GleanerContext
    let ring: KeyRing

    @concurrent func handle(
        _ request: Request, context: GleanerContext,
        next: @concurrent (Request, GleanerContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.caller = try await caller(request.headers)
        return try await next(request, context)
    }

    /// - Throws: `AccessError` when the key that is shown is not accepted.
    /// - Returns: `nil` when none is shown.
    func caller(_ headers: HTTPFields) async throws(AccessError) -> Caller? {
        guard let token = Self.token(headers) else { return nil }
        return try await ring.caller(token)
    }

    /// Where the SDKs of OpenAI, Anthropic and Azure put it.
    private static func token(_ headers: HTTPFields) -> Substring? {
        if let authorization = headers.value(of: .authorization) {
            let parts = authorization.split(separator: " ", maxSplits: 1)
            // A page's proof is no key; the one route that takes it checks it.
            if parts.first?.lowercased() == "feedback" { return nil }
            guard parts.count == 2, parts[0].lowercased() == "bearer" else { return "" }
            return parts[1]
        }
        return (headers.value(of: anthropicKey) ?? headers.value(of: azureKey))?[...]
    }
    private static let anthropicKey = HTTPField.Name("X-Api-Key")!
    private static let azureKey = HTTPField.Name("Api-Key")!
}
