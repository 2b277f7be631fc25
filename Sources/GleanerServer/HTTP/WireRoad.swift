import GleanerGateway
import GleanerHTTP
import HTTPTypes
import Hummingbird
import Logging

/// The short road of calls to a model: a key, a place, the gateway. Everything else, and a call that is written in another
/// way than SDKs do, goes by the routes, whose middleware serves pages and people too (docs/adr/0017).
struct WireRoad<Elsewhere: HTTPResponder>: ClientResponder where Elsewhere.Context == GleanerContext {
    let authentication: Authentication
    let shedding: Shedding
    let errors: ErrorAnswers
    let gateway: Gateway
    let routes: RoutedRequests<Elsewhere>

    func respond(to request: Request, from client: ClientConnection, logger: Logger) async throws -> Response {
        guard Endpoint.isKnown(request.method, request.uri.path) else {
            return try await routes.respond(to: request, from: client, logger: logger)
        }
        do {
            return try await answer(request, client)
        } catch {
            return errors.answer(error, request, routes.context(of: client, logger))
        }
    }

    private func answer(_ request: Request, _ client: ClientConnection) async throws -> Response {
        let caller = try await authentication.caller(request.headers)
        return try await shedding.admitting(caller, request.headers) {
            try await gateway.pass(request, by: caller, on: client.channel, wire: client.wire)
        }
    }
}
