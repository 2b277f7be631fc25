import AsyncPostgres
import GleanerCore
import GleanerGateway
import GleanerHTTP
import HTTPTypes
import Hummingbird
import Logging

/// Turns whatever a handler throws into an answer: OpenAI's shape under `/v1`, ours elsewhere.
///
/// The text of an unforeseen error goes to the log, never to a client.
struct ErrorAnswers: RouterMiddleware {
    typealias Context = GleanerContext
    let refusals: RefusalCounts

    @concurrent func handle(
        _ request: Request, context: GleanerContext,
        next: @concurrent (Request, GleanerContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            return answer(error, request, context)
        }
    }

    @inline(never)
    func answer(_ error: any Error, _ request: Request, _ context: GleanerContext) -> Response {
        let explanation = Self.explain(error, request)
        refusals.count(explanation.code)
        log(explanation, error, request, context.logger)
        let body: ErrorBody = request.uri.path.hasPrefix("/v1") ? .openAI : .gleaner(requestID: context.id)
        let retryAfter = (error as? any Retryable).map {
            HTTPFields([.init(name: .retryAfter, value: "\($0.retryAfter)")])
        }
        return body.response(explanation, headers: retryAfter ?? [:])
    }

    static func explain(_ error: any Error, _ request: Request) -> Explanation {
        switch error {
        case let error as any Explained: error.explanation
        case let error as PostgresError where error.isTransient: databaseAway
        case let error as HTTPError where error.status == .notFound: unknownPath(request)
        case let error as HTTPError where error.status == .contentTooLarge: tooLarge
        case let error as HTTPError where (400..<500).contains(error.status.code):
            Explanation(
                status: error.status.code, code: "bad_request", what: "The request cannot be used.",
                why: error.body ?? error.status.reasonPhrase, fix: "See docs/reference/api.md for this path.")
        default: unforeseen
        }
    }

    private func log(_ explanation: Explanation, _ error: any Error, _ request: Request, _ logger: Logger) {
        var metadata: Logger.Metadata = [
            "http.path": "\(request.uri.path.prefix(200))", "error.code": "\(explanation.code)",
            "http.status": "\(explanation.status)",
        ]
        if explanation.status >= 500 {
            metadata["error"] = "\(error)"
            logger.error("a request failed", metadata: metadata)
        } else {
            logger.info("a request was refused", metadata: metadata)
        }
    }

    private static let databaseAway = Explanation(
        status: 503, code: "database_unavailable", what: "This cannot be done at the moment.",
        why: "PostgreSQL does not answer.", fix: "Try again in a few seconds; see /readyz on the admin listener.")
    private static let tooLarge = Explanation(
        status: 413, code: "request_too_large", what: "The request body is too large.",
        why: "Bodies of /api may have at most 4 MiB.", fix: "Send several smaller requests.")
    private static let unforeseen = Explanation(
        status: 500, code: "internal_error", what: "Gleaner failed to answer this.", why: "The cause is in its log.",
        fix: "Try again; if it stays, report it with the request id.")
    private static func unknownPath(_ request: Request) -> Explanation {
        Explanation(
            status: 404, code: "unknown_path", what: "There is nothing at this path.",
            why: "No route matches \(request.method.rawValue) \(request.uri.path.prefix(200)).",
            fix: "docs/reference/api.md lists every path.")
    }
}
