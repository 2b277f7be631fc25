/// What a route decided for one exchange.
public struct RoutePlan: Sendable, Hashable {
    public let choice: RouteChoice
    /// The chosen variant, then its fallbacks; never empty, none twice.
    public let attempts: [Variant]
    public let policy: RoutePolicy
    /// Candidates that get a copy of this exchange.
    public let shadows: [Variant]

    public init(choice: RouteChoice, attempts: [Variant], policy: RoutePolicy, shadows: [Variant] = []) {
        self.choice = choice
        self.attempts = attempts
        self.policy = policy
        self.shadows = shadows
    }
}

/// The routes in force in this process.
public protocol LiveRoutes: Sendable {
    /// Answers from memory; does not wait.
    /// - Parameters:
    ///   - model: as the client sent it.
    ///   - stickyKey: the end user, else the conversation, else `nil`.
    /// - Returns: `nil` when the project has no route of this name.
    func plan(project: ID<Project>, model: String, stickyKey: String?, exchange: ID<Exchange>) -> RoutePlan?

    /// Names of the project's routes, sorted: models that a client may ask for.
    func names(project: ID<Project>) -> [String]
}

/// No routes: every call goes to the default provider as it came.
public struct NoRoutes: LiveRoutes {
    public init() {}
    public func plan(project: ID<Project>, model: String, stickyKey: String?, exchange: ID<Exchange>) -> RoutePlan? {
        nil
    }
    public func names(project: ID<Project>) -> [String] { [] }
}
