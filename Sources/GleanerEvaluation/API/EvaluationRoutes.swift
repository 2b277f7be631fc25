import Foundation
import GleanerCore
public import GleanerHTTP
import HTTPTypes
public import Hummingbird

/// `/api/evaluations…`: the gate.
public struct EvaluationRoutes: Sendable {
    private let service: EvaluationService

    public init(service: EvaluationService) { self.service = service }

    public func add(to router: some RouterMethods<GleanerContext>) {
        router.get("evaluations", use: list)
        router.post("evaluations", use: start)
        router.get("evaluations/:id", use: show)
        router.get("evaluations/:id/verdict", use: verdict)
        router.post("evaluations/:id/conclude", use: conclude)
    }

    /// Scope `datasets`. Without `"confirm": true` → 200 with the estimate, and nothing is spent; with it → 202.
    func start(_ request: Request, context: GleanerContext) async throws -> Response {
        let caller = try context.caller(with: .datasets)
        let body = try await request.decode(as: EvaluationBodies.Start.self, context: context)
        guard body.isConfirmed else {
            let estimate = try await service.estimate(body.request, in: caller.project)
            return try EvaluationBodies.Estimated(estimate).response(from: request, context: context)
        }
        let evaluation = try await service.start(body.request, in: caller.project, by: caller.keyName)
        var response = try EvaluationBodies.One(evaluation).response(from: request, context: context)
        response.status = .accepted
        return response
    }

    /// Scope `read`: reports hold no texts. Newest first.
    func list(_ request: Request, context: GleanerContext) async throws -> EvaluationBodies.Page {
        let caller = try context.caller(with: .read)
        let (limit, before): (Int, ID<Evaluation>?) = try Paging.read(request)
        return EvaluationBodies.Page(
            try await service.evaluations(of: caller.project, before: before, limit: limit), limit: limit)
    }

    func show(_ request: Request, context: GleanerContext) async throws -> EvaluationBodies.One {
        let caller = try context.caller(with: .read)
        return EvaluationBodies.One(try await service.evaluation(id(context), of: caller.project))
    }

    /// The verdict as Markdown.
    func verdict(_ request: Request, context: GleanerContext) async throws -> Response {
        let caller = try context.caller(with: .read)
        let evaluation = try await service.evaluation(id(context), of: caller.project)
        guard let page = evaluation.markdown else { throw EvaluationError.notFinished(evaluation.state.rawValue) }
        return Response(
            status: .ok, headers: [.contentType: "text/markdown; charset=utf-8"],
            body: .init(byteBuffer: .init(string: page)))
    }

    /// Scope `datasets`. → 202: the verdict is written without waiting for more verdicts of people.
    func conclude(_ request: Request, context: GleanerContext) async throws -> Response {
        let caller = try context.caller(with: .datasets)
        let evaluation = try await service.conclude(id(context), of: caller.project, by: caller.keyName)
        var response = try EvaluationBodies.One(evaluation).response(from: request, context: context)
        response.status = .accepted
        return response
    }

    private func id(_ context: GleanerContext) throws -> ID<Evaluation> {
        let text = try context.parameters.require("id")
        guard let id = ID<Evaluation>(text) else { throw EvaluationError.evaluationUnknown(text) }
        return id
    }
}

/// `limit` and `before` of a list.
enum Paging {
    static func read<Entity>(_ request: Request) throws -> (limit: Int, before: ID<Entity>?) {
        let query = try QueryItems(request.uri.query, only: ["limit", "before"])
        return (try query.limit(), try query.id("before"))
    }
}
