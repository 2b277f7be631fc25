import GleanerHTTP
import HTTPTypes
import Hummingbird

/// What a browser is told with every answer outside `/v1`: run and load only this console's own files, nowhere else.
///
/// A handler that sets one of them itself (a download, `feedback.js`) keeps what it set.
struct SecurityHeaders: RouterMiddleware {
    typealias Context = GleanerContext

    private static let fields: [(HTTPField.Name, String)] = [
        (
            .contentSecurityPolicy,
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
                + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        ),
        (.xContentTypeOptions, "nosniff"),
        (HTTPField.Name("Referrer-Policy")!, "no-referrer"),
        (HTTPField.Name("Cross-Origin-Opener-Policy")!, "same-origin"),
        (HTTPField.Name("Cross-Origin-Resource-Policy")!, "same-origin"),
        (HTTPField.Name("Permissions-Policy")!, "camera=(), microphone=(), geolocation=(), payment=()"),
    ]

    @concurrent func handle(
        _ request: Request, context: GleanerContext,
        next: @concurrent (Request, GleanerContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        // Clients of the model's wire are no browsers.
        guard !request.uri.path.hasPrefix("/v1") else { return response }
        for (name, value) in Self.fields where response.headers[name] == nil { response.headers[name] = value }
        return response
    }
}
