import GleanerCore
public import GleanerHTTP
import HTTPTypes
public import Hummingbird

/// Lets pages of configured origins post feedback and load `feedback.js`; nobody else's, and nothing but that.
///
/// Answers of these two paths carry the headers whatever becomes of the request, errors included: without them a page
/// cannot read why it was refused. No credentials are ever allowed: a page shows a token, never a cookie.
public struct CrossOriginFeedback: RouterMiddleware {
    public typealias Context = GleanerContext
    private let origins: FeedbackOrigins

    public init(origins: FeedbackOrigins) { self.origins = origins }

    @concurrent public func handle(
        _ request: Request, context: GleanerContext,
        next: @concurrent (Request, GleanerContext) async throws -> Response
    ) async throws -> Response {
        guard let methods = Self.paths[request.uri.path] else { return try await next(request, context) }
        let verdict = origins.verdict(request.headers[.origin], host: request.head.authority)
        var response =
            if request.method == .options {
                Response(status: .noContent)
            } else if verdict == .refused, request.method == .post {
                ErrorBody.gleaner(requestID: context.id).response(OriginRefused().explanation)
            } else {
                try await next(request, context)
            }
        // The same answer must not be kept for another page.
        response.headers[.vary] = "Origin"
        guard case .allowed(let origin) = verdict else { return response }
        response.headers[.accessControlAllowOrigin] = origin
        if request.method == .options {
            response.headers[.accessControlAllowMethods] = methods
            response.headers[.accessControlAllowHeaders] = "Authorization, Content-Type, Idempotency-Key"
            response.headers[.accessControlMaxAge] = "600"
        } else {
            response.headers[.accessControlExposeHeaders] = "Retry-After, X-Gleaner-Idempotent-Replay"
        }
        return response
    }

    private static let paths = ["/api/feedback": "POST", "/feedback.js": "GET"]
}

struct OriginRefused: Explained, Hashable {
    var explanation: Explanation {
        Explanation(
            status: 403, code: "origin_refused", what: "Feedback from this page is not taken.",
            why: "Its origin is not among those that are configured.",
            fix: "Add it to GLEANER_FEEDBACK_ORIGINS, as scheme://host or scheme://host:port.")
    }
}
