import GleanerHTTP
import Hummingbird

/// Runs what computes or reads much on the shared pool: a connection's own thread serves all the others, too.
struct OffLoop: RouterMiddleware {
    typealias Context = GleanerContext

    @concurrent func handle(
        _ request: Request, context: GleanerContext,
        next: @concurrent (Request, GleanerContext) async throws -> Response
    ) async throws -> Response {
        try await withTaskExecutorPreference(globalConcurrentExecutor) {
            var response = try await next(request, context)
            let body = response.body
            if body.contentLength == nil {
                response.body = ResponseBody { writer in
                    let own = writer
                    try await withTaskExecutorPreference(globalConcurrentExecutor) { try await body.write(own) }
                }
            }
            return response
        }
    }
}
