public import AsyncCurl
public import GleanerAlerts
import GleanerCore
public import GleanerDatasets
public import GleanerEvaluation
public import GleanerExchanges
public import GleanerFeedback
public import GleanerHTTP
public import GleanerLoop
public import GleanerModeration
public import GleanerReport
public import GleanerReview
public import GleanerTuning
public import Hummingbird

/// The console: pages at `/` for those who sign in.
public struct Console: Sendable {
    private let accounts: AccountService
    private let desk: FrontDesk
    private let renderer: Renderer
    private let assets: AssetRoutes
    private let overview: OverviewPages
    private let elsewhere: OIDCProvider?
    private let feedback: FeedbackPages
    private let review: ReviewDesk
    private let exchanges: ExchangeService
    private let moderation: ModerationService
    private let evaluators: EvaluatorService
    private let models: ModelRooms
    private let alerts: AlertService

    /// - Parameters:
    ///   - feedback: what people said, and
    ///   - raters: whose word is left out.
    ///   - reports: what the overview tells.
    ///   - chartScript: Chart.js, where the system has it.
    ///   - models: datasets, fine-tunes, evaluations and canaries.
    ///   - publicURL: where browsers know this console, when that is not what they send as `Host`.
    ///   - oidc: a sign-in elsewhere, beside names and passwords.
    ///   - client: speaks to it.
    /// - Throws: when a template cannot be parsed, which tests rule out.
    public init(
        accounts: AccountService, exchanges: ExchangeService, feedback: FeedbackStream, raters: RaterStore,
        review: ReviewDesk, moderation: ModerationService, evaluators: EvaluatorService, models: ModelRooms,
        alerts: AlertService, reports: ReportService, chartScript: [UInt8]? = nil, publicURL: String? = nil,
        oidc: OIDCConfiguration? = nil,
        client: CurlClient
    ) throws {
        self.accounts = accounts
        self.exchanges = exchanges
        self.feedback = FeedbackPages(stream: feedback, raters: raters)
        self.review = review
        self.moderation = moderation
        self.evaluators = evaluators
        self.models = models
        self.alerts = alerts
        assets = AssetRoutes(chartScript: chartScript)
        overview = OverviewPages(reports: reports, hasChartScript: chartScript != nil)
        desk = FrontDesk(
            sessions: accounts.sessions, cookie: SessionCookie(), origins: Set(publicURL.map { [$0] } ?? []))
        elsewhere = oidc.map { OIDCProvider(configuration: $0, client: client) }
        renderer = Renderer(templates: try Templates())
    }

    public func add(to group: RouterGroup<GleanerContext>, needs: RouteNeeds) {
        assets.add(to: group)
        needs.declare(.get, "/assets/{file}", .nothing)
        SignInRoutes(accounts: accounts, desk: desk, renderer: renderer, provider: elsewhere?.configuration.name)
            .add(to: group, needs: needs)
        if let elsewhere {
            OIDCRoutes(provider: elsewhere, accounts: accounts, desk: desk, renderer: renderer)
                .add(to: group, needs: needs)
        }
        let console = ConsoleRouter(group: group, needs: needs, desk: desk, renderer: renderer)
        HomePages(accounts: accounts).add(to: console)
        overview.add(to: console)
        AccountPages(accounts: accounts).add(to: console)
        feedback.add(to: console)
        RaterPages(store: feedback.raters).add(to: console)
        PeoplePages(accounts: accounts).add(to: console)
        ReviewPages(desk: review).add(to: console)
        ComparePages(desk: review).add(to: console)
        QueuePages(desk: review).add(to: console)
        DisputePages(desk: review).add(to: console)
        GoldPages(desk: review).add(to: console)
        RubricPages(desk: review).add(to: console)
        QualityPages(desk: review).add(to: console)
        EvaluatorPages(service: evaluators, rubrics: review.rubrics).add(to: console)
        ExchangesPages(exchanges: exchanges, sampling: review.sampling, evaluators: evaluators).add(to: console)
        ModerationPages(service: moderation).add(to: console)
        models.add(to: console)
        AlertPages(service: alerts).add(to: console)
        // Whatever else a browser asks for is told that there is no such page.
        needs.declare(.get, "/**", .nothing)
        group.get("**") { [renderer] request, context -> Response in
            try renderer.refusal(HTTPError(.notFound), request, context)
        }
    }
}

/// The way from judged exchanges to a model that takes traffic.
public struct ModelRooms: Sendable {
    private let datasets: DatasetService
    private let tuning: TuningService
    private let evaluations: EvaluationService
    private let canaries: CanaryService
    private let loops: LoopService

    /// - Parameter datasets: knows what personal data is, as builds need.
    public init(
        datasets: DatasetService, tuning: TuningService, evaluations: EvaluationService, canaries: CanaryService,
        loops: LoopService
    ) {
        self.datasets = datasets
        self.tuning = tuning
        self.evaluations = evaluations
        self.canaries = canaries
        self.loops = loops
    }

    func add(to console: ConsoleRouter) {
        DatasetPages(service: datasets).add(to: console)
        DatasetPreviewPages(service: datasets).add(to: console)
        DatasetVersionPages(service: datasets, tuning: tuning).add(to: console)
        TuningPages(service: tuning, datasets: datasets).add(to: console)
        TuningJobPages(service: tuning).add(to: console)
        EvaluationPages(service: evaluations).add(to: console)
        CanaryPages(service: canaries).add(to: console)
        LoopPages(service: loops).add(to: console)
    }
}
