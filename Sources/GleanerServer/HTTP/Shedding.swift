import GleanerCore
import GleanerGateway
import GleanerHTTP
import HTTPTypes
import Hummingbird

/// Admits calls under `/v1`, or answers 429 or 503 before anything of them is read, stored or spent.
///
/// A call without a key goes on: its route refuses it.
struct Shedding: RouterMiddleware {
    typealias Context = GleanerContext
    let limits: ExchangeLimits

    @concurrent func handle(
        _ request: Request, context: GleanerContext,
        next: @concurrent (Request, GleanerContext) async throws -> Response
    ) async throws -> Response {
        try await admitting(context.caller, request.headers) { try await next(request, context) }
    }

    /// - Throws: `ShedError` instead of running `body`, and whatever that throws.
    func admitting(
        _ caller: Caller?, _ headers: HTTPFields, _ body: () async throws -> Response
    ) async throws -> Response {
        guard let caller else { return try await body() }
        let admission = try limits.admit(caller, body: Self.bodyLength(headers))
        // The handler's answer keeps the admission while it streams; a whole answer lets it go here.
        return try await Admission.$current.withValue(admission, operation: body)
    }

    private static func bodyLength(_ headers: HTTPFields) -> Int? {
        if let length = headers.value(of: .contentLength) { return Int(length) }
        return headers.contains(.transferEncoding) ? nil : 0
    }
}
