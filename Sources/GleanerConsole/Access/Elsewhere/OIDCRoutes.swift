import GleanerCore
import GleanerHTTP
import HTTPTypes
import Hummingbird
import Logging

/// `/sign-in/oidc`: to the provider and back.
struct OIDCRoutes: Sendable {
    let provider: OIDCProvider
    let accounts: AccountService
    let desk: FrontDesk
    let renderer: Renderer

    func add(to router: some RouterMethods<GleanerContext>, needs: RouteNeeds) {
        needs.declare(.get, "/sign-in/oidc", .nothing)
        needs.declare(.get, "/sign-in/oidc/callback", .nothing)
        router.get("sign-in/oidc") { request, context -> Response in
            do { return try await begin(request) } catch { return try renderer.refusal(error, request, context) }
        }
        router.get("sign-in/oidc/callback") { request, context -> Response in
            do {
                return try await finish(request)
            } catch {
                if let error = error as? OIDCError {
                    context.logger.notice(
                        "a sign-in elsewhere failed", metadata: ["error.code": "\(error.explanation.code)"])
                }
                var response = try renderer.refusal(error, request, context)
                response.headers.append(.init(name: .setCookie, value: OIDCFlow.removal))
                return response
            }
        }
    }

    private func begin(_ request: Request) async throws -> Response {
        let query = request.uri.queryParameters
        let flow = OIDCFlow(
            next: query["next"].map(String.init) ?? "/", invitation: query["token"].flatMap { Secret(parsing: $0) })
        var headers = Renderer.headers
        headers[.location] = try await provider.address(of: flow)
        headers.append(.init(name: .setCookie, value: flow.setCookie))
        return Response(status: .seeOther, headers: headers)
    }

    private func finish(_ request: Request) async throws -> Response {
        let query = request.uri.queryParameters
        guard let state = query["state"], let flow = OIDCFlow(request, state: String(state)) else {
            throw OIDCError.flowOver
        }
        guard query["error"] == nil, let code = query["code"], !code.isEmpty else { throw OIDCError.refusedThere }
        let identity = try await provider.identity(code: String(code), flow: flow)
        let secret = try await accounts.enter(
            identity, of: provider.configuration, invitation: flow.invitation.flatMap { Secret(parsing: $0) })
        var response = renderer.redirect(flow.next)
        response.headers.append(.init(name: .setCookie, value: desk.cookie.set(secret)))
        response.headers.append(.init(name: .setCookie, value: OIDCFlow.removal))
        return response
    }
}
