import Foundation
import GleanerCore
public import GleanerHTTP
public import Hummingbird

/// `/api/canaries…` and `/api/decisions`.
public struct CanaryRoutes: Sendable {
    private let service: CanaryService

    public init(service: CanaryService) { self.service = service }

    public func add(to router: some RouterMethods<GleanerContext>) {
        router.get("canaries", use: list)
        router.post("canaries", use: start)
        router.get("canaries/:id", use: show)
        router.get("canaries/:id/points", use: points)
        router.get("canaries/:id/decisions", use: decisions)
        router.post("canaries/:id/pin", use: pin)
        router.post("canaries/:id/unpin", use: unpin)
        router.post("canaries/:id/promote", use: promote)
        router.post("canaries/:id/rollback", use: rollBack)
        router.post("canaries/:id/end", use: end)
        router.get("decisions", use: allDecisions)
    }

    /// Scope `routes` → 201.
    func start(_ request: Request, context: GleanerContext) async throws -> Response {
        let caller = try context.caller(with: .routes)
        let body = try await request.decode(as: CanaryBodies.Start.self, context: context)
        let canary = try await service.start(body.request, in: caller.project, by: caller.keyName)
        var response = try CanaryBodies.One(canary).response(from: request, context: context)
        response.status = .created
        return response
    }

    // MARK: Reading, scope `read`

    /// Newest first.
    func list(_ request: Request, context: GleanerContext) async throws -> CanaryBodies.Page {
        let caller = try context.caller(with: .read)
        let (limit, before): (Int, ID<Canary>?) = try Paging.read(request)
        return CanaryBodies.Page(
            try await service.canaries(of: caller.project, before: before, limit: limit), limit: limit)
    }

    /// With its newest 50 decisions.
    func show(_ request: Request, context: GleanerContext) async throws -> CanaryBodies.One {
        let caller = try context.caller(with: .read)
        let canary = try await service.canary(id(context), of: caller.project)
        return CanaryBodies.One(
            canary, decisions: try await service.decisions(of: caller.project, canary: canary.id))
    }

    /// The confidence sequences over time, at most `limit` points (200) of each metric and step.
    func points(_ request: Request, context: GleanerContext) async throws -> CanaryBodies.Points {
        let caller = try context.caller(with: .read)
        let query = try QueryItems(request.uri.query, only: ["limit"])
        let limit = try query.count("limit", standard: 200, in: 2...2000)
        return CanaryBodies.Points(try await service.points(id(context), of: caller.project, limit: limit))
    }

    func decisions(_ request: Request, context: GleanerContext) async throws -> CanaryBodies.Decisions {
        let caller = try context.caller(with: .read)
        let (limit, before): (Int, ID<Decision>?) = try Paging.read(request)
        let canary = try await service.canary(id(context), of: caller.project).id
        return CanaryBodies.Decisions(
            try await service.decisions(of: caller.project, canary: canary, before: before, limit: limit), limit: limit)
    }

    /// Of canaries and gates, newest first.
    func allDecisions(_ request: Request, context: GleanerContext) async throws -> CanaryBodies.Decisions {
        let caller = try context.caller(with: .read)
        let (limit, before): (Int, ID<Decision>?) = try Paging.read(request)
        return CanaryBodies.Decisions(
            try await service.decisions(of: caller.project, before: before, limit: limit), limit: limit)
    }

    // MARK: A person's word, scope `routes`

    func pin(_ request: Request, context: GleanerContext) async throws -> CanaryBodies.One {
        try await command(request, context) { try await service.pin($0, in: $1, by: $2, note: $3) }
    }
    func unpin(_ request: Request, context: GleanerContext) async throws -> CanaryBodies.One {
        try await command(request, context) { try await service.unpin($0, in: $1, by: $2, note: $3) }
    }
    func promote(_ request: Request, context: GleanerContext) async throws -> CanaryBodies.One {
        try await command(request, context) { try await service.promote($0, in: $1, by: $2, note: $3) }
    }
    func rollBack(_ request: Request, context: GleanerContext) async throws -> CanaryBodies.One {
        try await command(request, context) { try await service.rollBack($0, in: $1, by: $2, note: $3) }
    }
    func end(_ request: Request, context: GleanerContext) async throws -> CanaryBodies.One {
        try await command(request, context) { try await service.end($0, in: $1, by: $2, note: $3) }
    }

    private func command(
        _ request: Request, _ context: GleanerContext,
        _ body: (ID<Canary>, ID<Project>, String, String) async throws -> Canary
    ) async throws -> CanaryBodies.One {
        let caller = try context.caller(with: .routes)
        let note = try await request.decode(as: CanaryBodies.Note.self, context: context).note
        return CanaryBodies.One(try await body(id(context), caller.project, caller.keyName, note))
    }

    private func id(_ context: GleanerContext) throws -> ID<Canary> {
        let text = try context.parameters.require("id")
        guard let id = ID<Canary>(text) else { throw EvaluationError.canaryUnknown(text) }
        return id
    }
}
