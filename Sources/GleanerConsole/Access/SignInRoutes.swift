import GleanerCore
import GleanerHTTP
import HTTPTypes
import Hummingbird

/// The doors: `/sign-in`, `/welcome` for links, `/sign-out`.
struct SignInRoutes: Sendable {
    struct SignInView: Sendable {
        var name = ""
        var next = "/"
        var problem: String?
        var provider: String?
    }
    struct WelcomeView: Sendable {
        let token: String
        /// Whose link it is; `nil` for the first admin, who says so here.
        let handle: String?
        let isFirst: Bool
        /// The sign-in elsewhere, for those who are invited by name.
        let provider: String?
        var chosenHandle = ""
        var chosenName = ""
        var problem: String?
        let minimum = Password.minimumCharacters
    }

    let accounts: AccountService
    let desk: FrontDesk
    let renderer: Renderer
    /// The name of the sign-in elsewhere, when one is configured.
    let provider: String?

    func add(to router: some RouterMethods<GleanerContext>, needs: RouteNeeds) {
        for path in ["/sign-in", "/welcome"] {
            needs.declare(.get, path, .nothing)
            needs.declare(.post, path, .nothing)
        }
        needs.declare(.post, "/sign-out", .session(.anyone))
        router.get("sign-in") { request, context in try await guarded(request, context, showSignIn) }
        router.post("sign-in") { request, context in try await guarded(request, context, signIn) }
        router.get("welcome") { request, context in try await guarded(request, context, showWelcome) }
        router.post("welcome") { request, context in try await guarded(request, context, welcome) }
        router.post("sign-out") { request, context in try await guarded(request, context, signOut) }
    }

    private func guarded(
        _ request: Request, _ context: GleanerContext,
        _ answer: (Request, GleanerContext) async throws -> Response
    ) async throws -> Response {
        do { return try await answer(request, context) } catch { return try renderer.refusal(error, request, context) }
    }

    // MARK: Signing in

    private func showSignIn(_ request: Request, _ context: GleanerContext) async throws -> Response {
        let next = request.uri.queryParameters["next"].map(String.init) ?? "/"
        return page(SignInView(next: next, provider: provider), request, .ok)
    }

    private func signIn(_ request: Request, _ context: GleanerContext) async throws -> Response {
        try desk.check(origin: request)
        let form = try await Form.read(request)
        try form.allow("name", "password", "next")
        var view = SignInView(name: try form.text("name") ?? "", next: try form.text("next") ?? "/", provider: provider)
        do {
            // Passwords are taken as they are, spaces included.
            let password = form.values("password").first ?? ""
            let secret = try await accounts.signIn(view.name, password, from: address(context))
            return entered(secret, view.next)
        } catch let error as AccountError {
            view.problem = error.explanation.sentences
            return page(view, request, .init(code: error.explanation.status))
        }
    }

    private func page(_ view: SignInView, _ request: Request, _ status: HTTPResponse.Status) -> Response {
        renderer.bare("sign-in", title: "Sign in", view: view, theme: Theme(request), status: status)
    }

    // MARK: Links

    private func showWelcome(_ request: Request, _ context: GleanerContext) async throws -> Response {
        let token = request.uri.queryParameters["token"].map(String.init) ?? ""
        return renderer.bare("welcome", title: "Welcome", view: try await welcomeView(token), theme: Theme(request))
    }

    private func welcome(_ request: Request, _ context: GleanerContext) async throws -> Response {
        try desk.check(origin: request)
        let form = try await Form.read(request)
        try form.allow("token", "handle", "name", "password", "again")
        let token = try form.required("token")
        var view = try await welcomeView(token)
        view.chosenHandle = try form.text("handle") ?? ""
        view.chosenName = try form.text("name") ?? ""
        do {
            let secret = try await accounts.accept(
                token, password: form.values("password").first ?? "", again: form.values("again").first ?? "",
                handle: try form.text("handle"), name: try form.text("name"))
            return entered(secret, "/")
        } catch let error as AccountError where error != .invitationOver {
            view.problem = error.explanation.sentences
            return renderer.bare(
                "welcome", title: "Welcome", view: view, theme: Theme(request),
                status: .init(code: error.explanation.status))
        }
    }

    private func welcomeView(_ token: String) async throws -> WelcomeView {
        guard let secret = Secret(parsing: token), let invited = try await accounts.people.invited(secret) else {
            throw AccountError.invitationOver
        }
        return WelcomeView(
            token: token, handle: invited?.handle.description, isFirst: invited == nil,
            provider: invited == nil ? nil : provider)
    }

    // MARK: Leaving

    private func signOut(_ request: Request, _ context: GleanerContext) async throws -> Response {
        let form = try await Form.read(request)
        let visit = try await desk.visit(request, context, need: .anyone, form: form)
        try await accounts.sessions.end(visit.session)
        var response = renderer.redirect("/sign-in")
        response.headers.append(.init(name: .setCookie, value: desk.cookie.removal))
        return response
    }

    private func entered(_ secret: Secret, _ next: String) -> Response {
        var response = renderer.redirect(next)
        response.headers.append(.init(name: .setCookie, value: desk.cookie.set(secret)))
        return response
    }

    private func address(_ context: GleanerContext) -> String {
        context.channel.remoteAddress?.ipAddress ?? "unknown"
    }
}
