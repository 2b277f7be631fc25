import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs
import Logging
import OTLP
import ServiceLifecycle

/// Sends feedback, reviews and figures of evaluators as they come, each at least once however often the process is
/// restarted: the position moves on once a collector has taken a page. One process at a time does it.
struct EvaluationExport: Service {
    /// Events of one page; several moments of a millisecond may make it longer.
    static let pageLimit = 500

    let deliver: @Sendable (OTLPLogsExport) async -> OTLPSender.Answer
    let resource: OTLPResource
    let pool: PostgresPool
    /// Between two looks. Rows are made a moment before they are committed, so what is younger than this waits: others may
    /// still come before it.
    let interval: Duration
    let counts: TelemetryCounts
    let logger: Logger
    var now: @Sendable () -> Date = { Date() }

    func run() async throws { await repeating(every: interval) { await lookOnce() } }

    /// Sends what there is, until the collector does not take it.
    func lookOnce() async {
        do {
            try await pool.alone(as: "gleaner.telemetry") {
                let positions = PostgresTelemetryPositions(pool: pool)
                let end = now().addingTimeInterval(-Double(interval.nanoseconds) / 1e9)
                try await positions.expect(feedbackUntil: end)
                for news in try await positions.news(until: end) {
                    guard try await send(news, until: end, positions) else { return }
                }
                for project in try await positions.awaiting() {
                    guard try await sendJoined(of: project, positions) else { return }
                }
            }
        } catch {
            guard !Task.isCancelled else { return }
            logger.warning("judgements could not be exported; it is tried again", metadata: ["error": "\(error)"])
        }
    }

    /// - Returns: whether the collector takes more.
    private func send(
        _ news: PostgresTelemetryPositions.News, until end: Date, _ positions: PostgresTelemetryPositions
    ) async throws -> Bool {
        var position = news.position
        while !Task.isCancelled {
            let page = try await news.stream.page(
                of: news.project, behind: position, until: end, limit: Self.pageLimit, on: pool)
            guard await send(page.events) else { return false }
            if news.stream == .feedback {
                try await positions.forget(page.events.compactMap(\.feedback), in: news.project)
            }
            try await positions.move(news.stream, in: news.project, to: page.position)
            position = page.position
            if page.isLast { return true }
        }
        return false
    }

    private func sendJoined(of project: ID<Project>, _ positions: PostgresTelemetryPositions) async throws -> Bool {
        while !Task.isCancelled {
            let joined = try await EvaluationStream.joined(in: project, limit: Self.pageLimit, on: pool)
            guard await send(joined.flatMap(\.events)) else { return false }
            try await positions.forget(joined.map(\.feedback), in: project)
            if joined.count < Self.pageLimit { return true }
        }
        return false
    }

    /// - Returns: `false` when they are to be sent again. What a collector refuses for good is counted and passed over.
    private func send(_ events: [EvaluationEvent]) async -> Bool {
        guard !events.isEmpty else { return true }
        let time = now()
        var scope = OTLPScopeLogs()
        scope.scope = OTLPSender.scope
        scope.logRecords = events.map { $0.record(at: time) }
        var resource = OTLPResourceLogs()
        resource.resource = self.resource
        resource.scopeLogs = [scope]
        var export = OTLPLogsExport()
        export.resourceLogs = [resource]
        let answer = await deliver(export)
        counts.note(answer, to: events.count, .logs)
        switch answer {
        case .taken: return true
        case .later: return false
        case .refused(let status):
            logger.warning(
                "the collector refused judgements", metadata: ["http.response.status_code": "\(status)"])
            return true
        }
    }
}

extension EvaluationEvent {
    fileprivate var feedback: UUID? { source == .feedback ? UUID(uuidString: id) : nil }
}
