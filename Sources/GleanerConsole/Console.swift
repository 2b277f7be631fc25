public import AsyncCurl
public import GleanerCore
public import GleanerHTTP
public import Hummingbird

/// The console: pages at `/` for those who sign in.
public struct Console: Sendable {
    private let accounts: AccountService
    private let desk: FrontDesk
    private let renderer: Renderer
    private let assets = AssetRoutes()
    private let elsewhere: OIDCProvider?

    /// - Parameters:
    ///   - publicURL: where browsers know this console, when that is not what they send as `Host`.
    ///   - oidc: a sign-in elsewhere, beside names and passwords.
    ///   - client: speaks to it.
    /// - Throws: when a template cannot be parsed, which tests rule out.
    public init(
        accounts: AccountService, publicURL: String? = nil, oidc: OIDCConfiguration? = nil, client: CurlClient
    ) throws {
        self.accounts = accounts
        desk = FrontDesk(
            sessions: accounts.sessions, cookie: SessionCookie(), origins: Set(publicURL.map { [$0] } ?? []))
        elsewhere = oidc.map { OIDCProvider(configuration: $0, client: client) }
        renderer = Renderer(templates: try Templates())
    }

    public func add(to group: RouterGroup<GleanerContext>, needs: RouteNeeds) {
        assets.add(to: group)
        needs.declare(.get, "/assets/{file}", .nothing)
        SignInRoutes(accounts: accounts, desk: desk, renderer: renderer, provider: elsewhere?.configuration.name)
            .add(to: group, needs: needs)
        if let elsewhere {
            OIDCRoutes(provider: elsewhere, accounts: accounts, desk: desk, renderer: renderer)
                .add(to: group, needs: needs)
        }
        let console = ConsoleRouter(group: group, needs: needs, desk: desk, renderer: renderer)
        HomePages(accounts: accounts).add(to: console)
        AccountPages(accounts: accounts).add(to: console)
        PeoplePages(accounts: accounts).add(to: console)
        // Whatever else a browser asks for is told that there is no such page.
        needs.declare(.get, "/**", .nothing)
        group.get("**") { [renderer] request, context -> Response in
            try renderer.refusal(HTTPError(.notFound), request, context)
        }
    }
}
