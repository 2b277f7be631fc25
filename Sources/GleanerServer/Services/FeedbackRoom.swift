import AsyncPostgres
import GleanerCore
import GleanerFeedback
import GleanerGateway
import Logging
import ServiceLifecycle

/// Everything about feedback that a server runs.
struct FeedbackRoom: Sendable {
    let store: PostgresFeedbackStore
    let service: FeedbackService
    let tokens: FeedbackTokens
    let stream: FeedbackStream
    let raters: RaterStore
    let crossOrigin: CrossOriginFeedback
    let metrics = FeedbackMetrics()

    /// - Parameters:
    ///   - redactor: of what people write.
    ///   - told: of what others may want to act on.
    init(
        _ configuration: ServerConfiguration, pool: PostgresPool, redactor: any FeedbackRedactor, logger: Logger,
        told: @escaping @Sendable (FeedbackNews) async -> Void = { _ in }
    ) {
        store = PostgresFeedbackStore(pool: pool)
        service = FeedbackService(
            store: store, redactor: redactor, metrics: metrics, logger: logger, told: told)
        tokens = FeedbackTokens(
            store: PostgresFeedbackSecrets(pool: pool), lifetime: configuration.feedbackTokenLifetime)
        stream = FeedbackStream(pool: pool)
        raters = RaterStore(pool: pool)
        crossOrigin = CrossOriginFeedback(origins: configuration.feedbackOrigins)
    }

    var routes: FeedbackRoutes {
        FeedbackRoutes(service: service, tokens: tokens, stream: stream, raters: raters)
    }

    /// For the gateway, which knows nothing of tokens.
    var mint: FeedbackTokenMint {
        { [tokens] in tokens.token(for: $0.id, of: $0.project, endUser: $0.endUser, received: $0.receivedAt) }
    }

    /// What runs beside the requests, once the schema is there.
    func services(_ schema: SchemaReadiness, pool: PostgresPool, logger: Logger) -> [any Service] {
        [
            AfterSchema(schema: schema, inner: EarlyFeedbackSweep(service: service, logger: logger)),
            AfterSchema(schema: schema, inner: FeedbackSecretWatch(tokens: tokens, logger: logger)),
            AfterSchema(schema: schema, inner: RaterWatch(pool: pool, logger: logger)),
        ]
    }
}
