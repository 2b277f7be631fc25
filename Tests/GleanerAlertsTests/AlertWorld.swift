import AsyncCurl
import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs
import GleanerTestSupport
import Logging
import NIOPosix

@testable import GleanerAlerts

/// Rules of a project on real PostgreSQL, with rollups as they would have been counted.
struct AlertWorld: Sendable {
    let pool: PostgresPool
    let project: ID<Project>
    let service: AlertService
    let store: PostgresAlertStore
    static let now = QuietTests.start.addingTimeInterval(10 * 86_400 + 1800)

    init(channels: [String] = ["ops", "manager"]) async throws {
        pool = TestDatabase.current.pool
        project = .new()
        service = AlertService(pool: pool, channels: channels)
        store = PostgresAlertStore(pool: pool)
        try await pool.query(
            "INSERT INTO gleaner.projects (id, name, created_at) VALUES (\(project.uuid), \(project.description), now())"
        )
        for pass in ["exchanges", "judgements", "evaluators"] {
            try await pool.query(
                """
                INSERT INTO gleaner.rollup_passes (name, ended_at) VALUES (\(pass), '2100-01-01 00:00:00+00')
                ON CONFLICT (name) DO UPDATE SET ended_at = EXCLUDED.ended_at
                """)
        }
    }

    /// Exchanges of a variant, of which some failed.
    func count(
        _ rows: [Series.Row], minutes: Int16 = 5, variant: String = "", source: String = "gateway",
        language: String = "hi-en"
    ) async throws {
        try await pool.query(
            """
            INSERT INTO gleaner.rollups
            SELECT \(project.uuid), \(minutes), r.at, \(source), 'chat', \(variant), 'p', 'm', \(language), '',
                   r.n, r.n - r.bad, r.bad, 0, 0, 0, r.bad, 0, r.n - r.bad, 0, 0, 0, 0, r.n, 10 * r.n, 0, 0, 10 * r.n, 0,
                   r.n, r.n * 0.001, 0, 0, r.n, r.n * 1000, '{80}', ARRAY[r.n], 0, 0, '{}', '{}'
            FROM unnest(\(PostgresArray(rows.map(\.at))), \(PostgresArray(rows.map { Int64($0.count) })),
                        \(PostgresArray(rows.map { Int64($0.sum) }))) AS r (at, n, bad)
            """)
    }

    /// Partitions for exchanges and their prompts of the days before `now`.
    func makeRoom() async throws {
        for table in ["exchanges", "prompt_embeddings"] {
            try await pool.query(
                "SELECT gleaner.ensure_partitions(\(table), \(Self.now.addingTimeInterval(-7 * 86_400)), \(Self.now))")
        }
    }

    /// One that somebody asked something with.
    func exchange(_ id: ID<Exchange>, route: String, conversation: String?) async throws {
        try await pool.query(
            """
            INSERT INTO gleaner.exchanges (
                shard, id, project_id, received_at, endpoint, status, http_status, streamed, conversation, tags, complete,
                source, route, request_sha256, request_bytes, response_bytes)
            VALUES (\(id.shard.value), \(id.uuid), \(project.uuid), \(id.timestamp), '/v1/chat/completions', 'completed', 200,
                    false, \(conversation), '{}', true, 'gateway', \(route), ''::bytea, 0, 0)
            """)
    }

    /// Thumbs of an hour's answers, of which some are down.
    func rate(_ rows: [Series.Row], variant: String) async throws {
        try await count(rows.map { Series.Row(at: $0.at, count: 4 * $0.count, sum: 0) }, minutes: 60, variant: variant)
        try await pool.query(
            """
            INSERT INTO gleaner.rollup_judgements
            SELECT \(project.uuid), 60, r.at, 'gateway', 'chat', \(variant), 'p', 'm', 'hi-en', '', r.n, r.n - r.bad, r.bad,
                   0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
            FROM unnest(\(PostgresArray(rows.map(\.at))), \(PostgresArray(rows.map { Int64($0.count) })),
                        \(PostgresArray(rows.map { Int64($0.sum) }))) AS r (at, n, bad)
            """)
    }

    /// The last hours, as bad as `share` says.
    func hours(_ hours: Int, _ share: Double, count: Double = 50, until: Date = now) -> [Series.Row] {
        let end = (until.timeIntervalSinceReferenceDate / 300).rounded(.down) * 300
        return (1...(hours * 12)).map { back in
            Series.Row(
                at: Date(timeIntervalSinceReferenceDate: end - Double(back) * 300), count: count,
                sum: (count * share).rounded())
        }
    }

    func put(_ document: JSONValue, as name: String = "errors") async throws {
        _ = try await service.put(document, as: name, in: project, by: "owner", note: "")
    }

    static let errors: JSONValue = [
        "measure": "error_share", "line": 0.05, "window": "1h", "channels": ["ops"], "advice": "Look at the provider.",
    ]

    /// - Parameter now: what the keeper thinks it is.
    func look(at now: Date = AlertWorld.now) async {
        let client = CurlClient()
        defer { client.shutdown() }
        let sender = AlertSender(channels: [], client: client, console: nil)
        await AlertKeeper(
            pool: pool, sender: sender, metrics: AlertMetrics(), logger: Logger(label: "test"), now: { now }
        ).lookOnce()
    }

    func alerts(isOpen: Bool? = nil) async throws -> [Alert] {
        try await service.alerts(of: project, isOpen: isOpen, limit: 100)
    }

    func count(_ table: String) async throws -> Int64 {
        try await pool.query(
            "SELECT count(*) AS count FROM gleaner.\(raw: table) WHERE project_id = \(project.uuid)"
        )[0].decode("count")
    }
}
