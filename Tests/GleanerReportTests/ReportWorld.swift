import AsyncPostgres
import Foundation
import GleanerCore
import GleanerHTTP
import GleanerReport
import GleanerTestSupport

/// Rollups as passes would have written them, filled by hand, so that every number of a report can be counted on paper.
struct ReportWorld {
    let pool = TestDatabase.current.pool
    let project = ID<Project>.new()
    let service: ReportService

    /// 14:25 UTC, within an hour and a day that are under way.
    static let now = Date(timeIntervalSince1970: 1_795_962_300)

    init() async throws {
        service = ReportService(pool: pool)
        try await pool.query(
            "INSERT INTO gleaner.projects (id, name, created_at) VALUES (\(project.uuid), 'default', now())")
    }

    struct Count {
        var at: Date
        var source = "gateway"
        var route = "chat"
        var variant = "a"
        var language = "hi-Latn"
        var exchanges: Int64 = 0
        var errors: Int64 = 0
        var input: Int64 = 0
        var output: Int64 = 0
        var priced: Int64 = 0
        var cost = 0.0
        /// Exchanges of 64–70 ms (bin 48), and of 1024–1117 ms (bin 80).
        var quick: Int64 = 0
        var slow: Int64 = 0
        var answered: Int64 = 0
        var rated: Int64 = 0
        var ups: Int64 = 0
        var downs: Int64 = 0
        var flagged: Int64 = 0
    }

    static func hours(ago hours: Int) -> Date {
        Date(timeIntervalSince1970: (now.timeIntervalSince1970 / 3600).rounded(.down) * 3600 - Double(hours) * 3600)
    }
    static func days(ago days: Int) -> Date {
        Date(
            timeIntervalSince1970: (now.timeIntervalSince1970 / 86_400).rounded(.down) * 86_400 - Double(days) * 86_400)
    }

    /// An hour, and its day with it; or what is said.
    func add(_ count: Count, minutes: Int16? = nil) async throws {
        if let minutes { return try await insert(count, minutes: minutes) }
        try await insert(count, minutes: 60)
        var day = count
        day.at = ReportStep.daily.begin(of: count.at)
        try await insert(day, minutes: 1440)
    }

    private func insert(_ count: Count, minutes: Int16) async throws {
        try await pool.query(
            """
            INSERT INTO gleaner.rollups VALUES (
                \(project.uuid), \(minutes), \(count.at), \(count.source), \(count.route), \(count.variant), 'openai', 'model-1',
                \(count.language), '', \(count.exchanges), 0, 0, 0, 0, 0, \(count.errors), 0, \(count.answered), 0, 0, 0, 0,
                \(count.exchanges), \(count.input), 0, 0, \(count.output), 0, \(count.priced), \(count.cost)::float8::numeric, 0, 0,
                \(count.quick + count.slow), 0, '{48,80}', \(PostgresArray([count.quick, count.slow])), 0, 0, '{}', '{}')
            """)
        try await pool.query("SELECT gleaner.slice_rollups(\(project.uuid), \(minutes), \(count.at))")
        guard minutes > 5 else { return }
        try await pool.query(
            """
            INSERT INTO gleaner.rollup_judgements VALUES (
                \(project.uuid), \(minutes), \(count.at), \(count.source), \(count.route), \(count.variant), 'openai', 'model-1',
                \(count.language), '', \(count.rated), \(count.ups), \(count.downs), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                \(count.flagged), 0, 0, 0, 0)
            """)
        try await pool.query("SELECT gleaner.slice_judgements(\(project.uuid), \(minutes), \(count.at))")
    }

    /// Reviews of everything that was drawn, each drawn for certain: the estimate is their plain mean.
    func review(at: Date, variant: String, accuracy: Int64, n: Int64) async throws {
        for (measure, value) in [("", Int64(0)), ("accuracy", accuracy)] {
            let (w, wy, wyy) = (Double(n), Double(n * value), Double(n * value * value))
            for minutes in [Int16(60), 1440] {
                try await pool.query(
                    """
                    INSERT INTO gleaner.rollup_reviews VALUES (
                        \(project.uuid), \(minutes), \(minutes == 60 ? at : ReportStep.daily.begin(of: at)), 'gateway', 'chat',
                        \(variant), 'openai', 'model-1', 'hi-Latn', '', 'floor', false, \(measure), \(n), \(n),
                        \(Double(value))::float8::numeric, \(Double(value))::float8::numeric, \(w)::float8::numeric,
                        \(wy)::float8::numeric, \(wyy)::float8::numeric, \(w)::float8::numeric, \(wy)::float8::numeric,
                        \(wyy)::float8::numeric)
                    """)
            }
        }
    }

    func report(_ query: String) async throws -> Report {
        try await service.report(ReportQuery(QueryItems(query), now: Self.now), of: project, now: Self.now)
    }
}
