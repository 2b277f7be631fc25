import GleanerDatasets
import GleanerFeedback
import GleanerGateway
import GleanerHTTP
import GleanerImport
import GleanerReview
import GleanerRouting
import Hummingbird

/// Every path of the public listener, on one page.
struct Routes: Sendable {
    let authentication: Authentication
    let errors: ErrorAnswers
    let shedding: Shedding
    let gateway: GatewayRoutes
    let exchanges: ExchangeRoutes
    let log: ExchangeLogRoutes
    let prices: PriceRoutes
    let feedback: FeedbackRoutes
    let review: ReviewRoutes
    let datasets: DatasetRoutes
    let routes: RouteRoutes

    func router() -> Router<GleanerContext> {
        let router = Router(context: GleanerContext.self)
        router.add(middleware: errors)
        router.add(middleware: authentication)
        // /v1/chat/completions, /v1/models
        gateway.add(to: router.group("v1").add(middleware: shedding))
        let api = router.group("api").add(middleware: OffLoop())
        // /api/exchanges, /api/exchanges/{id}
        exchanges.add(to: api)
        // POST /api/exchanges
        log.add(to: api)
        // /api/prices
        prices.add(to: api)
        // /api/feedback, /api/exchanges/{id}/feedback
        feedback.add(to: api)
        // /api/reviews…, /api/sampling-rules
        review.add(to: api)
        // /api/datasets…
        datasets.add(to: api)
        // /api/routes…
        routes.add(to: api)
        return router
    }
}
