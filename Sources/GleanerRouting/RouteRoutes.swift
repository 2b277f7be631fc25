import Foundation
import GleanerCore
public import GleanerHTTP
import HTTPTypes
public import Hummingbird

/// `/api/routes…`
public struct RouteRoutes: Sendable {
    private let service: RouteService

    public init(service: RouteService) { self.service = service }

    /// - Parameter router: answers under `/api`.
    public func add(to router: some RouterMethods<GleanerContext>) {
        router.get("routes", use: list)
        router.get("routes/versions", use: versions)
        router.post("routes/rollback", use: rollBack)
        router.get("routes/:name", use: show)
        router.put("routes/:name", use: put)
        router.delete("routes/:name", use: delete)
        router.post("routes/:name/weights", use: setWeights)
    }

    /// `version=` shows an earlier one.
    func list(_ request: Request, context: GleanerContext) async throws -> Response {
        let caller = try context.caller(with: .routes)
        guard let asked = request.uri.queryParameters["version"] else {
            return try await answer(service.current(caller.project), request, context)
        }
        guard let version = Int64(asked) else { throw RouteError.versionUnknown(String(asked)) }
        return try await answer(service.version(version, of: caller.project), request, context)
    }

    func show(_ request: Request, context: GleanerContext) async throws -> Response {
        let caller = try context.caller(with: .routes)
        let (route, version) = try await service.route(name(context), of: caller.project)
        return try tagged(RouteBodies.One(version: version, route: route), version, request, context)
    }

    func versions(_ request: Request, context: GleanerContext) async throws -> RouteBodies.Versions {
        let caller = try context.caller(with: .routes)
        let query = try QueryItems(request.uri.query)
        let before = try query["before"].map { text in
            guard let version = Int64(text) else { throw QueryError.invalid("before", problem: "is not a version") }
            return version
        }
        return RouteBodies.Versions(
            try await service.versions(of: caller.project, before: before, limit: query.limit()))
    }

    /// Makes or replaces a route → 200 with all routes and their new version.
    func put(_ request: Request, context: GleanerContext) async throws -> Response {
        let caller = try context.caller(with: .routes)
        var route = try await request.decode(as: Route.self, context: context)
        let name = try name(context)
        if route.name.isEmpty { route.name = name }
        guard route.name == name else { throw RouteError.nameDiffers(path: name, body: route.name) }
        return try await answer(service.put(route, in: caller.project, edit(request, caller)), request, context)
    }

    func delete(_ request: Request, context: GleanerContext) async throws -> Response {
        let caller = try context.caller(with: .routes)
        return try await answer(
            service.delete(name(context), in: caller.project, edit(request, caller)), request, context)
    }

    func setWeights(_ request: Request, context: GleanerContext) async throws -> Response {
        let caller = try context.caller(with: .routes)
        let body = try await request.decode(as: RouteBodies.Weights.self, context: context)
        return try await answer(
            service.setWeights(body.weights, of: name(context), in: caller.project, edit(request, caller)), request,
            context)
    }

    func rollBack(_ request: Request, context: GleanerContext) async throws -> Response {
        let caller = try context.caller(with: .routes)
        let body = try await request.decode(as: RouteBodies.Rollback.self, context: context)
        return try await answer(
            service.rollBack(to: body.version, in: caller.project, edit(request, caller)), request, context)
    }

    // MARK: Reading and answering

    /// A name with `/` in it comes as `%2F`.
    private func name(_ context: GleanerContext) throws -> String {
        let name = try context.parameters.require("name")
        return name.removingPercentEncoding ?? name
    }

    /// `If-Match: "7"`: the version that the editor has seen. `note=` goes with the version.
    private func edit(_ request: Request, _ caller: Caller) throws -> RouteEdit {
        var expected: Int64?
        if let tag = request.headers[.ifMatch], tag != "*" {
            guard let version = Int64(tag.trimmingCharacters(in: CharacterSet(charactersIn: "\" "))) else {
                throw RouteError.versionUnknown(tag)
            }
            expected = version
        }
        return RouteEdit(
            author: caller.keyName, note: request.uri.queryParameters["note"].map(String.init) ?? "",
            expected: expected)
    }

    private func answer(_ version: RouteVersion, _ request: Request, _ context: GleanerContext) throws -> Response {
        try tagged(RouteBodies.All(version), version.version, request, context)
    }

    private func tagged(
        _ body: some Encodable, _ version: Int64, _ request: Request, _ context: GleanerContext
    ) throws -> Response {
        var response = try context.responseEncoder.encode(body, from: request, context: context)
        response.headers[.eTag] = "\"\(version)\""
        return response
    }
}
