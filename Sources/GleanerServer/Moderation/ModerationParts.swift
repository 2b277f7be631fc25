import AsyncCurl
import AsyncPostgres
import Foundation
import GleanerCore
import GleanerGateway
import GleanerIngest
import GleanerJobs
import GleanerModeration
import Logging
import ServiceLifecycle

/// Moderation as this server runs it: what is judged in the background, what calls wait for, and what is redacted.
struct ModerationParts: Sendable {
    let policies = CurrentPolicies()
    let metrics = ModerationMetrics()
    let service: ModerationService
    let watch: PolicyWatch
    let recorder: GateRecorder
    let judges: ModerationJudges
    let redactor: ModerationRedactor
    /// For the job worker.
    let handlers: [any JobHandler]

    /// - Parameter flagged: told of exchanges that moderation has flagged.
    init(
        pool: PostgresPool, client: CurlClient, providers: Providers, configuration: ServerConfiguration,
        logger: Logger, flagged: @escaping ExchangesFlagged
    ) {
        let classifiers = Classifiers(client: client, providers: ConfiguredProviders(providers: providers))
        service = ModerationService(pool: pool, classifiers: classifiers, flagged: flagged)
        watch = PolicyWatch(
            store: service.policies, current: policies, configuration: pool.configuration,
            path: configuration.dataDirectory.appendingPathComponent("moderation.json").path, logger: logger)
        recorder = GateRecorder(pool: pool, metrics: metrics, logger: logger)
        judges = ModerationJudges(
            gate: ModerationGate(
                policies: policies, classifiers: classifiers, recorder: recorder, metrics: metrics))
        redactor = ModerationRedactor(
            redaction: ExchangeRedaction(policies: policies, pool: pool, metrics: metrics))
        handlers = [
            ModerateHandler(
                pool: pool, classifiers: classifiers, metrics: metrics,
                concurrency: configuration.moderationConcurrency, flagged: flagged),
            RedecideHandler(pool: pool, metrics: metrics, flagged: flagged),
        ]
    }
}

/// Classifiers ask the providers that calls go to, or others that are configured beside them.
struct ConfiguredProviders: ModerationProviders {
    let providers: Providers

    func endpoint(_ path: String, of provider: String) -> ModerationEndpoint? {
        guard let address = providers[provider]?.address(of: path) else { return nil }
        return ModerationEndpoint(url: address.url, headers: address.headers)
    }
}

extension StoredExchange {
    /// Answers of candidates that nobody was shown are not judged, and neither is what classifiers themselves were asked.
    var isJudged: Bool { endpoint != "/v1/moderations" && WireReading.reads(endpoint) }
}
