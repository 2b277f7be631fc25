import GleanerAlerts
import GleanerConsole
import GleanerDatasets
import GleanerErasure
import GleanerEvaluation
import GleanerExchanges
import GleanerFeedback
import GleanerGateway
import GleanerHTTP
import GleanerImport
import GleanerLoop
import GleanerModeration
import GleanerReport
import GleanerReview
import GleanerRouting
import GleanerTuning
import Hummingbird

/// Every path of the public listener, on one page.
struct Routes: Sendable {
    let authentication: Authentication
    let errors: ErrorAnswers
    let shedding: Shedding
    let crossOriginFeedback: CrossOriginFeedback
    let gateway: Gateway
    let exchanges: ExchangeRoutes
    let log: ExchangeLogRoutes
    let traces: TraceRoutes
    let prices: PriceRoutes
    let feedback: FeedbackRoutes
    let review: ReviewRoutes
    let datasets: DatasetRoutes
    let policies: PolicyRoutes
    let routes: RouteRoutes
    let jobs: JobRoutes
    let erasures: ErasureRoutes
    let moderation: ModerationRoutes
    let tuning: TuningRoutes
    let evaluations: EvaluationRoutes
    let evaluators: EvaluatorRoutes
    let canaries: CanaryRoutes
    let loops: LoopRoutes
    let alerts: AlertRoutes
    let report: ReportRoutes
    let releases: ReleaseRoutes
    let console: Console
    let needs = RouteNeeds()

    /// Answers whatever comes.
    func responder() -> some ClientResponder {
        WireRoad(
            authentication: authentication, shedding: shedding, errors: errors, gateway: gateway,
            routes: RoutedRequests(router().buildResponder()))
    }

    /// - Precondition: every route says who may come: one that does not is a mistake of ours, and nothing is served.
    func router() -> Router<GleanerContext> {
        needs.declareAPI()
        let router = Router(context: GleanerContext.self)
        router.add(middleware: SecurityHeaders())
        // Outside of errors: a page may read why it was refused.
        router.add(middleware: crossOriginFeedback)
        router.add(middleware: errors)
        router.add(middleware: authentication)
        // /v1/chat/completions, /v1/models
        GatewayRoutes(gateway).add(to: router.group("v1").add(middleware: shedding))
        // POST /v1/traces
        traces.add(to: router.group("v1").add(middleware: OffLoop()))
        let api = router.group("api").add(middleware: OffLoop()).add(middleware: NeedsMet(needs))
        // /api/exchanges, /api/exchanges/{id}…
        exchanges.add(to: api)
        // POST /api/exchanges
        log.add(to: api)
        // /api/prices
        prices.add(to: api)
        // /api/feedback…, /api/exchanges/{id}/feedback
        feedback.add(to: api)
        // /feedback.js
        feedback.addPage(to: router)
        // /api/reviews…, /api/rubrics…, /api/comparisons…, /api/sampling-rules…, /api/samples/pick, /api/estimates
        review.add(to: api)
        // /api/datasets…
        datasets.add(to: api)
        // /api/policies…, /api/benchmarks…
        policies.add(to: api)
        // /api/routes…
        routes.add(to: api)
        // /api/jobs…
        jobs.add(to: api)
        // /api/erasures…
        erasures.add(to: api)
        // /api/moderation…
        moderation.add(to: api)
        // /api/tuning…
        tuning.add(to: api)
        // /api/evaluations…
        evaluations.add(to: api)
        // /api/evaluators…
        evaluators.add(to: api)
        // /api/canaries…, /api/decisions
        canaries.add(to: api)
        // /api/loops…
        loops.add(to: api)
        // /api/alerts…, /api/alert-rules…, /api/alert-silences…
        alerts.add(to: api)
        // /api/report, /api/releases
        report.add(to: api)
        releases.add(to: api)
        // /, /sign-in, /assets and the pages
        console.add(to: router.group().add(middleware: OffLoop()), needs: needs)
        let faults = needs.faults(of: router)
        precondition(
            faults.undeclared.isEmpty && faults.absent.isEmpty,
            "routes without a declared need: \(faults.undeclared); declared but absent: \(faults.absent)")
        return router
    }
}
