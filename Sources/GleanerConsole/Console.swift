public import AsyncPostgres
public import GleanerCore
public import GleanerHTTP
public import Hummingbird

/// The console: pages at `/` for those who sign in.
public struct Console: Sendable {
    private let accounts: AccountService
    private let desk: FrontDesk
    private let renderer: Renderer
    private let assets = AssetRoutes()

    /// - Parameter origins: further ones under which browsers know this console.
    /// - Throws: when a template cannot be parsed, which tests rule out.
    public init(accounts: AccountService, origins: Set<String> = []) throws {
        self.accounts = accounts
        desk = FrontDesk(sessions: accounts.sessions, cookie: SessionCookie(), origins: origins)
        renderer = Renderer(templates: try Templates())
    }

    public func add(to group: RouterGroup<GleanerContext>, needs: RouteNeeds) {
        assets.add(to: group)
        needs.declare(.get, "/assets/{file}", .nothing)
        SignInRoutes(accounts: accounts, desk: desk, renderer: renderer, provider: nil).add(to: group, needs: needs)
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
