import Foundation
import GleanerCore
public import GleanerHTTP
public import Hummingbird

/// `/api/tuning/…`.
public struct TuningRoutes: Sendable {
    struct Page: Encodable, ResponseEncodable {
        let jobs: [TuningJobBody]
        /// Pass as `before` for the next page; `null` on the last one.
        let next: ID<TuningJob>?
        let retirements: [Retirement]
    }
    struct Events: Encodable, ResponseEncodable {
        let events: [TuningEvent]
    }
    struct Unconfirmed: Encodable, ResponseEncodable {
        let estimate: TuningEstimate
        /// Repeat it, together with the same request, to start the job.
        let confirm: String
    }
    struct Prices: Encodable, ResponseEncodable {
        let prices: [TuningPrice]
    }
    struct Models: Encodable, ResponseEncodable {
        let models: [TunedModelBody]
    }
    struct Deleted: Encodable, ResponseEncodable {
        let deleted: [String]
    }
    struct Retirements: Encodable, ResponseEncodable {
        let retirements: [Retirement]
    }

    private let service: TuningService
    private let keeper: TuningFileKeeper

    public init(service: TuningService, keeper: TuningFileKeeper) {
        self.service = service
        self.keeper = keeper
    }

    /// - Parameter router: answers under `/api`.
    public func add(to router: some RouterMethods<GleanerContext>) {
        router.post("tuning/estimates", use: estimate)
        router.get("tuning/jobs", use: list)
        router.post("tuning/jobs", use: start)
        router.get("tuning/jobs/:id", use: find)
        router.get("tuning/jobs/:id/events", use: events)
        router.post("tuning/jobs/:id/cancel", use: cancel)
        router.delete("tuning/jobs/:id/files", use: deleteFiles)
        router.get("tuning/models", use: models)
        router.get("tuning/retirements", use: retirements)
        router.get("tuning/prices", use: prices)
        router.put("tuning/prices", use: setPrice)
    }

    /// Scope `datasets`.
    func estimate(_ request: Request, _ context: GleanerContext) async throws -> TuningEstimate {
        let caller = try context.caller(with: .datasets)
        let body = try await request.decode(as: TuningBody.self, context: context)
        return try await service.estimate(body.request, in: caller.project)
    }

    /// Scope `admin`: it spends money. → 201 with the job; without `confirm` → 200 with the estimate, and nothing is done.
    func start(_ request: Request, _ context: GleanerContext) async throws -> Response {
        let caller = try context.caller(with: .admin)
        let body = try await request.decode(as: TuningBody.self, context: context)
        guard let confirm = body.confirm else {
            let estimate = try await service.estimate(body.request, in: caller.project)
            return try Unconfirmed(estimate: estimate, confirm: estimate.confirm).response(
                from: request, context: context)
        }
        let job = try await service.start(body.request, confirm: confirm, by: caller.keyName, in: caller.project)
        return try EditedResponse(status: .created, response: TuningJobBody(job)).response(
            from: request, context: context)
    }

    func list(_ request: Request, _ context: GleanerContext) async throws -> Page {
        let caller = try context.caller(with: .read)
        let query = try QueryItems(request.uri.query)
        let limit = try query.limit()
        let jobs = try await service.jobs(in: caller.project, before: query.id("before"), limit: limit)
        return Page(
            jobs: jobs.map { TuningJobBody($0) }, next: jobs.count == limit ? jobs.last?.id : nil,
            retirements: try await service.retirements(in: caller.project))
    }

    func find(_ request: Request, _ context: GleanerContext) async throws -> TuningJobBody {
        let caller = try context.caller(with: .read)
        return TuningJobBody(try await service.detail(id(context), in: caller.project))
    }

    func events(_ request: Request, _ context: GleanerContext) async throws -> Events {
        let caller = try context.caller(with: .read)
        return Events(events: try await service.detail(id(context), in: caller.project).events)
    }

    /// Scope `admin`.
    func cancel(_ request: Request, _ context: GleanerContext) async throws -> TuningJobBody {
        let caller = try context.caller(with: .admin)
        return TuningJobBody(try await service.cancel(id(context), by: caller.keyName, in: caller.project))
    }

    /// Scope `admin`.
    func deleteFiles(_ request: Request, _ context: GleanerContext) async throws -> Deleted {
        let caller = try context.caller(with: .admin)
        do {
            return Deleted(deleted: try await keeper.deleteFiles(of: id(context), in: caller.project))
        } catch let fault as DriverFault {
            throw TuningError.trainerRefused(fault.words)
        }
    }

    func models(_ request: Request, _ context: GleanerContext) async throws -> Models {
        let caller = try context.caller(with: .read)
        return Models(models: try await service.models(in: caller.project).map(TunedModelBody.init))
    }

    func retirements(_ request: Request, _ context: GleanerContext) async throws -> Retirements {
        let caller = try context.caller(with: .read)
        return Retirements(retirements: try await service.retirements(in: caller.project))
    }

    func prices(_ request: Request, _ context: GleanerContext) async throws -> Prices {
        _ = try context.caller(with: .read)
        return Prices(prices: try await service.prices())
    }

    /// Scope `admin`.
    func setPrice(_ request: Request, _ context: GleanerContext) async throws -> Prices {
        _ = try context.caller(with: .admin)
        try await service.set(try await request.decode(as: TuningPrice.self, context: context))
        return Prices(prices: try await service.prices())
    }

    private func id(_ context: GleanerContext) throws -> ID<TuningJob> {
        guard let id = ID<TuningJob>(try context.parameters.require("id")) else {
            throw BodyError(field: "id", problem: "is not a tuning job's id")
        }
        return id
    }
}
