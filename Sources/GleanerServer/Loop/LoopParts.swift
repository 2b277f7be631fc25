public import AsyncPostgres
import GleanerCore
import GleanerDatasets
public import GleanerEvaluation
public import GleanerGateway
import GleanerJobs
public import GleanerLoop
import GleanerRouting
public import GleanerTuning
public import Logging

/// Loops as this server runs them.
public struct LoopParts: Sendable {
    public let service: LoopService
    let keeper: LoopKeeper
    /// For the job worker.
    let handler: LoopHandler

    public init(
        pool: PostgresPool, providers: Providers, tuning: TuningService, evaluations: EvaluationService,
        canaries: CanaryService, interval: Duration, logger: Logger
    ) {
        let datasets = ServedLoopDatasets(service: DatasetService(pool: pool, personalData: PersonalDataRules()))
        let neighbours = LoopNeighbours(
            datasets: datasets, tuner: ServedLoopTuner(service: tuning),
            gate: ServedLoopGate(service: evaluations) { providers.names },
            canaries: ServedLoopCanaries(service: canaries),
            variants: ServedLoopVariants(
                service: RouteService(store: PostgresRouteStore(pool: pool)) { providers.names }))
        service = LoopService(pool: pool, neighbours: neighbours)
        keeper = LoopKeeper(pool: pool, datasets: datasets, interval: interval, logger: logger)
        handler = LoopHandler(pool: pool, neighbours: neighbours, interval: interval)
    }
}
