import Crypto
public import Foundation
public import GleanerCore
public import GleanerJobs
public import Logging
public import ServiceLifecycle

/// A report as it goes out.
public struct ReportLetter: Sendable, Hashable {
    public let subject: String
    public let text: String
    public let html: String

    public init(subject: String, text: String, html: String) {
        self.subject = subject
        self.text = text
        self.html = html
    }
}

/// Turns a report into a letter.
public protocol ReportPress: Sendable {
    func letter(_ report: Report, _ work: OpenWork) throws -> ReportLetter
}

/// Carries a letter to somebody.
public protocol ReportPost: Sendable {
    /// - Parameter id: the same when the same letter is sent to the same person again.
    func send(_ letter: ReportLetter, to recipient: String, id: UUID) async throws
}

/// When the report of the week goes to whom.
public struct WeeklyReportPlan: Sendable, Hashable {
    public let schedule: WeeklySchedule
    public let recipients: [String]
    /// Whose exchanges it is about.
    public let project: ID<Project>

    public init(schedule: WeeklySchedule, recipients: [String], project: ID<Project>) {
        self.schedule = schedule
        self.recipients = recipients
        self.project = project
    }
}

/// Asks for the report of each week, once however many instances do.
public struct WeeklyReportKeeper: Service {
    /// One that is later than this is let go. Done jobs are kept for a day after they end, so within it a week that was sent is
    /// known, and never asked for twice.
    static let latest: TimeInterval = 20 * 3600

    private let queue: JobQueue
    private let interval: Duration
    private let logger: Logger
    private let plan: @Sendable () async throws -> WeeklyReportPlan

    /// - Parameter plan: read at every look, since its project may be made after the start.
    public init(
        queue: JobQueue, interval: Duration = .seconds(60), logger: Logger,
        plan: @escaping @Sendable () async throws -> WeeklyReportPlan
    ) {
        self.queue = queue
        self.interval = interval
        self.logger = logger
        self.plan = plan
    }

    public func run() async throws {
        await repeating(every: interval) {
            do {
                try await look(now: Date())
            } catch {
                if !Task.isCancelled {
                    logger.warning("the weekly report could not be asked for", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    func look(now: Date) async throws {
        let plan = try await plan()
        let due = plan.schedule.newest(before: now)
        guard now.timeIntervalSince(due) <= Self.latest else { return }
        try await queue.enqueue(
            NewJob(
                kind: WeeklyReportHandler.kind, project: plan.project,
                payload: .object([
                    "due": .string(due.ISO8601Format()), "recipients": .array(plan.recipients.map { .string($0) }),
                ]), idempotencyKey: due.ISO8601Format()))
    }
}

/// Makes and sends one.
public struct WeeklyReportHandler: JobHandler {
    public static let kind: JobKind = "report.weekly"
    public var kind: JobKind { Self.kind }

    private let reports: ReportService
    private let press: any ReportPress
    private let post: any ReportPost

    public init(reports: ReportService, press: any ReportPress, post: any ReportPost) {
        self.reports = reports
        self.press = press
        self.post = post
    }

    public func run(_ job: RunningJob) async throws {
        guard let project = job.lease.project, let text = job.payload["due"]?.stringValue,
            let due = try? Date(text, strategy: .iso8601)
        else { throw JobFailure.permanent(reason: "the job does not say which week") }
        let recipients = (job.payload["recipients"]?.arrayValue ?? []).compactMap(\.stringValue)
        let query = ReportQuery(range: ReportRange(days: 7, before: due), comparison: .previous)
        let letter = try press.letter(
            try await reports.report(query, of: project), try await reports.openWork(of: project))
        // What a server has been given cannot be taken back: who was sent to is written down at once, so that a job begun
        // anew leaves them out. Between the two lies the only moment in which a crash sends a second letter; its id is the first
        // one's, by which mailboxes tell.
        var sent = Set((job.lease.progress?["sent"]?.arrayValue ?? []).compactMap(\.stringValue))
        var failure: (any Error)?
        for recipient in recipients where !sent.contains(recipient) {
            do {
                try await post.send(letter, to: recipient, id: Self.id(job.lease.job, recipient))
            } catch {
                // One that cannot be reached keeps it from nobody else; what may yet succeed is tried again first.
                if failure == nil || failure is JobFailure { failure = error }
                continue
            }
            sent.insert(recipient)
            try await job.report(.object(["sent": .array(sent.sorted().map { .string($0) })]))
        }
        if let failure { throw failure }
    }

    /// From the job's and the recipient's name, so that it is the same again.
    static func id(_ job: ID<Job>, _ recipient: String) -> UUID {
        var bytes = Array(SHA256.hash(data: Array("\(job) \(recipient)".utf8)).prefix(16))
        // Version 8: of somebody's own making.
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        return ID<Job>(bytes: bytes)?.uuid ?? job.uuid
    }
}
