import AsyncCurl
import AsyncPostgres
import GleanerAlerts
import GleanerMail
import Logging

/// Alerts as this server runs them.
struct AlertParts: Sendable {
    let service: AlertService
    let keeper: AlertKeeper
    /// For the job worker.
    let handler: AlertHandler
    let metrics = AlertMetrics()

    init(
        pool: PostgresPool, client: CurlClient, mailer: SMTPMailer?, configuration: ServerConfiguration, logger: Logger
    ) {
        let sender = AlertSender(
            channels: configuration.alertChannels, client: client, mail: mailer,
            console: configuration.publicURL)
        let interval = configuration.alertInterval
        service = AlertService(pool: pool, channels: sender.names)
        keeper = AlertKeeper(pool: pool, sender: sender, metrics: metrics, interval: interval, logger: logger)
        handler = AlertHandler(pool: pool, sender: sender, metrics: metrics, interval: interval)
    }
}
