public import AsyncPostgres
public import Logging

/// Everything people review with, over one pool: what the routes, the console and the command line share.
public struct ReviewDesk: Sendable {
    public let queue: ReviewService
    public let rubrics: RubricService
    public let gold: GoldService
    public let disputes: Disputes
    public let sampling: SamplingService
    public let agreement: AgreementService
    public let estimates: EstimateService
    public let comparisons: ComparisonService
    /// What pages show of estimates, agreement and progress. To be run.
    public let reports: ComputedReports

    public init(
        pool: PostgresPool, sampling: SamplingService, signals: any SignalSource = NoSignals(), logger: Logger? = nil
    ) {
        let settings = SettingsStore(pool: pool)
        let rubrics = RubricStore(pool: pool)
        queue = ReviewService(pool: pool, settings: settings, rubrics: rubrics)
        self.rubrics = RubricService(rubrics: rubrics, settings: settings)
        gold = GoldService(pool: pool, settings: settings, rubrics: rubrics)
        disputes = Disputes(pool: pool, settings: settings, rubrics: rubrics)
        self.sampling = sampling
        agreement = AgreementService(pool: pool)
        estimates = EstimateService(pool: pool, signals: signals)
        comparisons = ComparisonService(pool: pool)
        reports = ComputedReports(
            estimates: estimates, agreement: agreement, queue: queue, comparisons: comparisons, logger: logger)
    }
}
