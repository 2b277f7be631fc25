import GleanerGateway
import GleanerHTTP
import HTTPTypes
import Hummingbird

/// The short road of calls to a model: a key, a place, the gateway. Everything else, and a call that is written in another
/// way than SDKs do, goes by the routes, whose middleware serves pages and people too (docs/adr/0017).
struct WireRoad<Elsewhere: HTTPResponder>: HTTPResponder where Elsewhere.Context == GleanerContext {
    let authentication: Authentication
    let shedding: Shedding
    let errors: ErrorAnswers
    let gateway: Gateway
    let routes: Elsewhere

    @concurrent func respond(to request: Request, context: GleanerContext) async throws -> Response {
        guard Endpoint.isKnown(request.method, request.uri.path) else {
            return try await routes.respond(to: request, context: context)
        }
        do {
            return try await answer(request, context)
        } catch {
            return errors.answer(error, request, context)
        }
    }

    private func answer(_ request: Request, _ context: GleanerContext) async throws -> Response {
        let caller = try await authentication.caller(request.headers)
        return try await shedding.admitting(caller, request.headers) {
            try await gateway.pass(request, by: caller, on: context.channel)
        }
    }
}
