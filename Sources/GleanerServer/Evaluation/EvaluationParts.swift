import AsyncCurl
import AsyncPostgres
import Foundation
public import GleanerCore
public import GleanerEvaluation
import GleanerGateway
import GleanerIngest
import GleanerJobs
import GleanerModeration
import GleanerReview
public import GleanerRouting
import Logging

/// Gate and canaries as this server runs them.
struct EvaluationParts: Sendable {
    let service: EvaluationService
    let canaries: CanaryService
    let keeper: CanaryKeeper
    let people: PeopleKeeper
    /// For the job worker.
    let handler: GateHandler
    let evaluatorHandlers: [any JobHandler]
    let evaluatorMetrics = EvaluatorMetrics()

    init(
        pool: PostgresPool, client: CurlClient, providers: Providers, prices: PriceBook, moderation: ModerationService,
        configuration: ServerConfiguration, logger: Logger
    ) {
        let book = BookedPrices(book: prices)
        let reviewers = ComparingReviewers(pairs: GatePairs(pool: pool))
        service = EvaluationService(pool: pool, prices: book) { providers.names }
        handler = GateHandler(
            pool: pool, client: client, providers: ConfiguredProviders(providers: providers), prices: book,
            moderator: PolicyModerator(service: moderation), people: reviewers)
        let bench = EvaluatorBench(
            client: client, providers: ConfiguredProviders(providers: providers),
            outside: configuration.outsideEvaluators)
        evaluatorHandlers = [
            EvaluateHandler(pool: pool, bench: bench, metrics: evaluatorMetrics),
            BackfillHandler(pool: pool, bench: bench, metrics: evaluatorMetrics),
        ]
        people = PeopleKeeper(pool: pool, people: reviewers, interval: configuration.canaryInterval, logger: logger)
        let weights = ServedRouteWeights(
            service: RouteService(store: PostgresRouteStore(pool: pool)) { providers.names })
        canaries = CanaryService(pool: pool, routes: weights)
        keeper = CanaryKeeper(
            pool: pool, routes: weights, interval: configuration.canaryInterval, logger: logger)
    }
}

extension ConfiguredProviders: EvaluationProviders {
    func endpoint(_ path: String, of provider: String) -> EvaluationEndpoint? {
        guard let address = providers[provider]?.address(of: path) else { return nil }
        return EvaluationEndpoint(url: address.url, headers: address.headers)
    }
}

/// Ingest's prices, as they stand now.
struct BookedPrices: ModelPrices {
    let book: PriceBook

    func rates(of model: String, from provider: String) async throws -> (input: Double, output: Double)? {
        book.current.price(of: model, from: provider, at: Date()).map { ($0.rates.input, $0.rates.output) }
    }
}

/// Judges answers that no exchange holds, by the project's policy in force.
struct PolicyModerator: AnswerModerator {
    let service: ModerationService

    func flags(_ answer: String, in project: ID<Project>) async throws -> Bool? {
        switch try await service.check(answer, as: .response, in: project).verdict.action {
        case .allow: false
        case .unknown: nil
        case .flag, .redact, .block: true
        }
    }
}

/// The routes as canaries edit them: like anybody else, in versions that say who and why.
public struct ServedRouteWeights: RouteWeights {
    static let author = "gleaner:canary"
    private let service: RouteService

    public init(service: RouteService) { self.service = service }

    public func route(_ name: String, in project: ID<Project>) async throws -> (route: Route, version: Int64)? {
        do {
            return try await service.route(name, of: project)
        } catch RouteError.routeUnknown {
            return nil
        }
    }

    public func set(
        _ weights: [String: Double], of route: String, in project: ID<Project>, note: String, expected: Int64
    ) async throws -> Int64? {
        do {
            return try await service.setWeights(
                weights, of: route, in: project, RouteEdit(author: Self.author, note: note, expected: expected)
            ).version
        } catch RouteError.versionConflict {
            return nil
        }
    }

    public func edits(since version: Int64, in project: ID<Project>) async throws -> [SeenRouteEdit] {
        try await service.versions(of: project, limit: 500).filter { $0.version > version }.map {
            SeenRouteEdit(version: $0.version, author: $0.author, note: $0.note, at: $0.createdAt)
        }
    }
}
