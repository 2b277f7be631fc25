public import GleanerCore
public import HTTPTypes
public import Hummingbird
import Synchronization

/// What a request must show to get to a route.
public enum RouteNeed: Sendable, Hashable {
    /// Nothing: the doors, and files that are the same for everybody.
    case nothing
    /// A key that has the scope.
    case key(Scope)
    /// A key of any scope; the route itself sees to the rest.
    case anyKey
    /// A key that has the scope, or a token that speaks for one exchange.
    case keyOrFeedbackToken(Scope)
    /// A session whose person has such a role, and for changes the session's own token.
    case session(Role.Need)
}

extension RouteNeed: CustomStringConvertible {
    /// `nothing`, `key:read`, `session:lead`, …
    public var description: String {
        switch self {
        case .nothing: "nothing"
        case .key(let scope): "key:\(scope.rawValue)"
        case .anyKey: "key"
        case .keyOrFeedbackToken(let scope): "key:\(scope.rawValue) or feedback token"
        case .session(let need): "session:\(need)"
        }
    }
}

/// What every route needs. A router that has a route which is not here does not start.
public final class RouteNeeds: Sendable {
    private let needs = Mutex<[String: RouteNeed]>([:])

    public init() {}

    /// - Parameter path: as the router says it, with `{name}` for a part that varies.
    public func declare(_ method: HTTPRequest.Method, _ path: String, _ need: RouteNeed) {
        needs.withLock { $0["\(method.rawValue) \(path)"] = need }
    }

    public subscript(method: HTTPRequest.Method, path: String) -> RouteNeed? {
        needs.withLock { $0["\(method.rawValue) \(path)"] }
    }

    public var all: [(route: String, need: RouteNeed)] {
        needs.withLock { $0.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 } }
    }

    /// - Returns: routes that say nothing about who may come, and declared ones that do not exist; both empty when all
    ///   is well.
    public func faults(of router: Router<some RequestContext>) -> (undeclared: [String], absent: [String]) {
        let routes = Set(router.routes.map { "\($0.method.rawValue) \($0.path.description)" })
        let declared = needs.withLock { Set($0.keys) }
        return (routes.subtracting(declared).sorted(), declared.subtracting(routes).sorted())
    }
}

/// Refuses a request whose route needs a key that it does not show, before its handler sees it.
public struct NeedsMet: RouterMiddleware {
    public typealias Context = GleanerContext
    private let needs: RouteNeeds

    public init(_ needs: RouteNeeds) { self.needs = needs }

    @concurrent public func handle(
        _ request: Request, context: GleanerContext,
        next: @concurrent (Request, GleanerContext) async throws -> Response
    ) async throws -> Response {
        switch context.endpointPath.flatMap({ needs[request.method, $0] }) {
        case .key(let scope): _ = try context.caller(with: scope)
        case .anyKey: guard context.caller != nil else { throw AccessError.keyRefused }
        case .keyOrFeedbackToken(let scope): if context.caller != nil { _ = try context.caller(with: scope) }
        // Sessions are the console's own matter; a path that nothing answers is refused by the router.
        case .nothing, .session, nil: break
        }
        return try await next(request, context)
    }
}
