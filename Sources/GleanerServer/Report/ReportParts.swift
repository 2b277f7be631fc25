import AsyncPostgres
import GleanerConsole
import GleanerCore
import GleanerJobs
import GleanerMail
import GleanerReport
import Logging

/// Reports as this server makes them, and sends each week's when it is told to.
struct ReportParts: Sendable {
    let service: ReportService
    let keeper: WeeklyReportKeeper?
    /// For the job worker.
    let handlers: [any JobHandler]

    init(
        pool: PostgresPool, queue: JobQueue, keys: PostgresKeyStore, mailer: SMTPMailer?,
        configuration: ServerConfiguration, logger: Logger
    ) throws {
        service = ReportService(pool: pool)
        let settings = configuration.report
        guard let schedule = settings.weekly, let mailer else {
            (keeper, handlers) = (nil, [])
            return
        }
        keeper = WeeklyReportKeeper(queue: queue, logger: logger) {
            WeeklyReportPlan(
                schedule: schedule, recipients: settings.recipients,
                project: try await keys.existingProject(named: settings.project))
        }
        handlers = [
            WeeklyReportHandler(
                reports: service, press: try PrintedReport(base: configuration.publicURL),
                post: MailedReport(sender: mailer))
        ]
    }
}
