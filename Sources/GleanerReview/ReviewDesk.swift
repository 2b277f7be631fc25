public import AsyncPostgres
public import GleanerCore
public import Logging

/// To be told, after the commit, of an exchange whose correction came from a review, or was taken back with one.
public typealias CorrectionNews = @Sendable (ID<Exchange>, ID<Project>) async -> Void

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
    public let metrics: ReviewMetrics

    public init(
        pool: PostgresPool, sampling: SamplingService, signals: any SignalSource = NoSignals(), logger: Logger? = nil,
        corrected: @escaping CorrectionNews = { _, _ in }
    ) {
        let settings = SettingsStore(pool: pool)
        let rubrics = RubricStore(pool: pool)
        let metrics = ReviewMetrics()
        self.metrics = metrics
        queue = ReviewService(pool: pool, settings: settings, rubrics: rubrics, metrics: metrics, corrected: corrected)
        self.rubrics = RubricService(rubrics: rubrics, settings: settings)
        gold = GoldService(pool: pool, settings: settings, rubrics: rubrics)
        disputes = Disputes(
            pool: pool, settings: settings, rubrics: rubrics, metrics: metrics, corrected: corrected)
        self.sampling = sampling
        agreement = AgreementService(pool: pool)
        estimates = EstimateService(pool: pool, signals: signals)
        comparisons = ComparisonService(pool: pool)
        reports = ComputedReports(
            estimates: estimates, agreement: agreement, queue: queue, comparisons: comparisons, logger: logger)
    }
}
