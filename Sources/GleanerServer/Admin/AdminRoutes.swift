import AsyncPostgres
import Foundation
import GleanerAlerts
import GleanerCore
import GleanerEvaluation
import GleanerFeedback
import GleanerGateway
import GleanerHTTP
import GleanerIngest
import GleanerJobs
import GleanerModeration
import GleanerMonitoring
import GleanerReview
import GleanerTelemetry
import Hummingbird
import NIOCore

/// `/livez`, `/readyz`, `/metrics` and `/surface`, on a listener of their own.
struct AdminRoutes: Sendable {
    struct Readiness: Codable, Sendable {
        /// `ready`: takes and stores exchanges. `degraded`: takes them, and they wait in the journal. `unready`: neither.
        /// `stopping`: finishes what is open.
        let status: String
        /// `disk` or `process`, as configured; `weak` when PostgreSQL has fsync or synchronous_commit off.
        let durability: String
        let postgres: Bool
        let schema: Bool
        /// `writable`, `disk_full`, `unwritable` or `failed`.
        let journal: String
        let journalBytes: Int64
        let ledger: LedgerCounts
        let gap: Int64

        enum CodingKeys: String, CodingKey {
            case status, durability, postgres, schema, journal, ledger, gap
            case journalBytes = "journal_bytes"
        }
    }

    let journal: Journal
    let journalLimit: Int64
    let pool: PostgresPool
    let schema: SchemaReadiness
    let open: OpenExchanges
    let shadows: Shadows
    let replays: ReplayCount
    let refusals: RefusalCounts
    let limits: ExchangeLimits
    let connections: Connections
    let memoryLimit: Int
    let needs: RouteNeeds
    let jobs: JobMetrics
    let moderation: ModerationMetrics
    let feedback: FeedbackMetrics
    let reviews: ReviewMetrics
    let rollups: RollupMetrics
    let alerts: AlertMetrics
    let evaluators: EvaluatorMetrics
    let registry: PrometheusRegistry
    /// `nil`: nothing is exported.
    let telemetry: Telemetry?

    func add(to router: some RouterMethods<GleanerContext>) {
        router.get("livez") { _, _ in "alive\n" }
        router.get("readyz", use: ready)
        router.get("metrics", use: metrics)
        router.get("surface", use: surface)
    }

    /// Every route of the public listener, and what it asks for.
    struct Surface: Encodable, ResponseEncodable {
        struct Route: Encodable {
            let route: String
            let need: String
        }
        let routes: [Route]
    }
    func surface(_ request: Request, _ context: GleanerContext) -> Surface {
        Surface(routes: needs.all.map { .init(route: $0.route, need: $0.need.description) })
    }

    func ready(_ request: Request, _ context: GleanerContext) async throws -> Response {
        let durability = try? await DatabaseDurability.ask(pool, timeout: .seconds(1))
        let postgres = durability != nil
        let bytes = journal.waitingBytes
        let health = journal.health
        let hasRoom = bytes < journalLimit && health == .writable && limits.memory < .high
        let isStopping = limits.isStopping
        let readiness = Readiness(
            status: isStopping ? "stopping" : !hasRoom ? "unready" : postgres && schema.isReady ? "ready" : "degraded",
            durability: durability?.isWeak == true ? "weak" : journal.durability.rawValue, postgres: postgres,
            schema: schema.isReady, journal: health.rawValue, journalBytes: bytes,
            ledger: journal.counts, gap: journal.counts.gap)
        var response = try context.responseEncoder.encode(readiness, from: request, context: context)
        // Degraded still keeps every exchange, so a load balancer may send more.
        if isStopping || !hasRoom || (!schema.isReady && !postgres) { response.status = .serviceUnavailable }
        return response
    }

    func metrics(_ request: Request, _ context: GleanerContext) async throws -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: standing.text + registry.text)))
    }

    /// Everything that `/metrics` prints, for those who do not read print.
    var readings: [MetricReading] { standing.readings + registry.readings }

    /// What is read when it is asked for.
    private var standing: MetricsText {
        let counts = journal.counts
        var text = MetricsText()
        text.family(
            "gleaner_exchanges", .gauge, "Exchanges by where they are.",
            [
                ([("state", "open")], Double(counts.open)), ([("state", "journaled")], Double(counts.journaled)),
            ])
        text.family(
            "gleaner_exchanges_total", .counter, "Exchanges since the start, by what became of them.",
            [
                ([("outcome", "received")], Double(counts.received)), ([("outcome", "stored")], Double(counts.stored)),
                ([("outcome", "quarantined")], Double(counts.quarantined)),
                ([("outcome", "interrupted")], Double(counts.interrupted)),
            ])
        text.family(
            "gleaner_conservation_gap", .gauge, "received - stored - quarantined - journaled - open; must be 0.",
            [
                ([], Double(counts.gap))
            ])
        text.family(
            "gleaner_journal_bytes", .gauge, "Bytes of bodies not in Postgres yet.",
            [([], Double(journal.waitingBytes))])
        let damage = journal.damage
        text.family(
            "gleaner_journal_damage_total", .counter,
            "What the start found damaged in the journal, by what became of it.",
            [
                ([("outcome", "page_mended")], Double(damage.mended)),
                ([("outcome", "page_kept")], Double(damage.kept)),
                ([("outcome", "page_dropped")], Double(damage.dropped)),
                ([("outcome", "row_lost")], Double(damage.lostRows)),
                ([("outcome", "file_rebuilt")], damage.isRebuilt ? 1 : 0),
            ])
        let health = journal.health
        text.family(
            "gleaner_journal_health", .gauge, "1 for the state the journal is in.",
            JournalHealth.allCases.map { ([("state", $0.rawValue)], $0 == health ? 1 : 0) })
        text.family("gleaner_open_streams", .gauge, "Answers on their way to clients.", [([], Double(open.count))])
        text.family(
            "gleaner_shed_total", .counter, "Calls turned away by a limit, before anything was spent.",
            limits.shed.map { ([("reason", $0.reason.rawValue)], Double($0.count)) })
        text.family(
            "gleaner_connections", .gauge, "Connections of clients.", [([], Double(connections.open))])
        text.family(
            "gleaner_connections_refused_total", .counter, "Connections cut before a handler saw a request.",
            connections.refused.map { ([("reason", $0.0.label)], Double($0.1)) })
        text.family(
            "gleaner_client_stall_closed_total", .counter, "Clients cut since they took no byte of their answer.",
            [([], Double(connections.stalled))])
        text.family(
            "gleaner_shadows_dropped_total", .counter, "Copies to candidates not sent: too many were under way.",
            [([], Double(shadows.dropped))])
        text.family(
            "gleaner_idempotent_replays_total", .counter, "Calls answered again without spending.",
            [([], Double(replays.value))])
        text.family(
            "gleaner_upstream_errors_total", .counter, "What providers did wrong.",
            open.upstreamErrors.map { ([("kind", $0.kind.rawValue)], Double($0.count)) })
        text.family(
            "gleaner_memory_bytes", .gauge, "Resident memory of the process.", [([], Double(SystemMemory.used()))])
        text.family(
            "gleaner_memory_limit_bytes", .gauge, "Load is shed from 80 % of this.", [([], Double(memoryLimit))])
        let pool = pool.statistics
        text.family(
            "gleaner_postgres_connections", .gauge, "Connections of the pool.",
            [
                ([("state", "idle")], Double(pool.idle)), ([("state", "leased")], Double(pool.leased)),
                ([("state", "waiting")], Double(pool.waiting)),
            ])
        text.family(
            "gleaner_refused_total", .counter, "Requests answered with an error of ours, by code.",
            refusals.snapshot.map { ([("code", $0.code)], Double($0.count)) })
        let standing = jobs.standing
        text.family(
            "gleaner_jobs", .gauge, "Background jobs that are not done, by kind and state; counted every 15 s.",
            standing.map { ([("kind", $0.kind.rawValue), ("state", $0.state.rawValue)], Double($0.count)) })
        text.family(
            "gleaner_job_oldest_due_seconds", .gauge, "How long the first waiting job of a kind has been due.",
            standing.filter { $0.state == .waiting }.map { ([("kind", $0.kind.rawValue)], $0.oldestDueSeconds) })
        text.family(
            "gleaner_job_runs_total", .counter, "Runs of background jobs, by kind and how they ended.",
            jobs.runs.map {
                ([("kind", $0.kind.rawValue), ("outcome", $0.outcome.rawValue)], Double($0.count))
            })
        text.family(
            "gleaner_moderation_results_total", .counter, "Answers of classifiers.",
            moderation.results.map { ([("status", $0.status.rawValue)], Double($0.count)) })
        text.family(
            "gleaner_moderation_decisions_total", .counter, "Decisions of policies that changed something.",
            moderation.decisions.map { ([("action", $0.action.rawValue)], Double($0.count)) })
        text.family(
            "gleaner_moderation_gate_total", .counter, "Judgements that calls waited for.",
            moderation.gate.map { ([("outcome", $0.outcome.rawValue)], Double($0.count)) })
        text.family(
            "gleaner_moderation_unstored_total", .counter, "Results of the gate that were not kept.",
            [([], Double(moderation.unstored))])
        text.family(
            "gleaner_redacted_exchanges_total", .counter, "Exchanges stored with placeholders for personal data.",
            [([], Double(moderation.redacted))])
        text.family(
            "gleaner_feedback_total", .counter, "Judgements of users that were kept, by kind.",
            feedback.given.map { ([("kind", $0.kind)], Double($0.count)) })
        text.family(
            "gleaner_reviews_total", .counter, "Reviews that were given.",
            reviews.reviews.map { ([("kind", $0.kind.rawValue)], Double($0.count)) })
        text.family(
            "gleaner_review_backlog", .gauge, "What waits in the annotation queues, counted every minute.",
            rollups.backlog.map { ([("state", $0.state)], Double($0.count)) })
        text.family(
            "gleaner_review_backlog_oldest_seconds", .gauge, "How long the oldest of it has waited.",
            rollups.backlog.map { ([("state", $0.state)], $0.oldestSeconds) })
        text.family(
            "gleaner_exchanges_erased_total", .counter, "Exchanges that were erased, of the whole installation.",
            [([], Double(rollups.erased))])
        text.family(
            "gleaner_feedback_expired_total", .counter,
            "Judgements deleted since no exchange had their completion id in seven days.",
            [([], Double(feedback.expired))])
        text.family(
            "gleaner_feedback_failed_joins_total", .counter,
            "Times that early feedback could not be joined at once; it is tried again.",
            [([], Double(feedback.failedJoins))])
        text.family(
            "gleaner_rollup_hours_total", .counter, "Hours of projects that were counted anew, by pass.",
            rollups.hours.map { ([("pass", $0.pass)], Double($0.count)) })
        text.family(
            "gleaner_rollup_ended_timestamp_seconds", .gauge, "When a pass over rollups last ended, since 1970.",
            rollups.ended.map { ([("pass", $0.pass)], $0.seconds) })
        text.family(
            "gleaner_rollup_hours_behind", .gauge, "Hours of projects that are not counted yet, by what of them.",
            rollups.behind.map { ([("part", $0.part)], Double($0.hours)) })
        text.family(
            "gleaner_rollup_failures_total", .counter, "Passes over rollups that failed; they are tried again.",
            [([], Double(rollups.failures))])
        text.family(
            "gleaner_alerts_open", .gauge, "Alerts that somebody was told of and that are not over, by severity.",
            alerts.open.map { ([("severity", $0.severity)], Double($0.count)) })
        text.family(
            "gleaner_alert_deliveries_total", .counter, "Attempts to tell a channel, by its kind and how they ended.",
            alerts.deliveries.map { ([("kind", $0.kind), ("outcome", $0.outcome)], Double($0.count)) })
        text.family(
            "gleaner_alert_looked_timestamp_seconds", .gauge,
            "When this process last looked at all alert rules, since 1970; 0 while another does.",
            [([], alerts.looked)])
        text.family(
            "gleaner_alert_look_failures_total", .counter, "Looks at a rule that failed; they are tried again.",
            [([], Double(alerts.failures))])
        text.family(
            "gleaner_evaluator_results_total", .counter,
            "Exchanges that evaluators were asked about, by kind of evaluator and what came of it.",
            evaluators.counts.map { ([("kind", $0.kind), ("outcome", $0.outcome.rawValue)], Double($0.count)) })
        text.family(
            "gleaner_evaluator_lag_seconds", .gauge, "How long the oldest exchange has waited to be evaluated.",
            evaluators.lag.map { [([], $0 / .seconds(1))] } ?? [])
        text.family(
            "gleaner_durability_disk", .gauge, "1 when every exchange is fsynced, 0 with GLEANER_DURABILITY=process.",
            [
                ([], journal.durability == .disk ? 1 : 0)
            ])
        if let telemetry { Self.add(telemetry, to: &text) }
        return text
    }

    private static func add(_ telemetry: Telemetry, to text: inout MetricsText) {
        let counts = telemetry.counts
        text.family(
            "gleaner_otlp_sent_total", .counter, "Data points, spans and events that the collector has taken.",
            counts.sent.map { ([("signal", $0.signal.rawValue)], Double($0.count)) })
        text.family(
            "gleaner_otlp_dropped_total", .counter, "The same that did not leave, and will not.",
            counts.dropped.map {
                ([("signal", $0.signal.rawValue), ("reason", $0.reason?.rawValue ?? "")], Double($0.count))
            })
        text.family(
            "gleaner_otlp_failures_total", .counter, "Requests to the collector that did not succeed.",
            counts.failures.map { ([("signal", $0.signal.rawValue)], Double($0.count)) })
        text.family(
            "gleaner_otlp_waiting", .gauge, "Calls that wait to leave as spans.",
            [([], Double(telemetry.spans?.count ?? 0))])
    }
}

/// Families as they stand, and Prometheus' text of them.
struct MetricsText {
    private(set) var readings: [MetricReading] = []

    mutating func family(
        _ name: String, _ kind: MetricReading.Kind, _ help: String,
        _ samples: [(labels: [(String, String)], value: Double)]
    ) {
        readings.append(
            MetricReading(
                name: name, kind: kind, help: help, points: samples.map { .init($0.labels, .number($0.value)) }))
    }

    var text: String {
        var text = ""
        for family in readings {
            text += "# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.kind.rawValue)\n"
            for point in family.points {
                guard case .number(let value) = point.value else { continue }
                let labels = point.labels.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ",")
                text += "\(family.name)\(labels.isEmpty ? "" : "{\(labels)}") \(value)\n"
            }
        }
        return text
    }
}
