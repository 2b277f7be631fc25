import AsyncPostgres
public import Foundation
import GleanerCore
import GleanerJobs

/// What rollups tell: any time at the cost of a few thousand rows.
extension EvaluatorStore {
    /// Exchanges among which the lowest and highest are looked for; the newest.
    private static let mostRanked = 20_000

    func estimates(
        of project: ID<Project>, from: Date, to: Date, by slice: ReportSlice?
    ) async throws -> [EvaluatorEstimate] {
        try await pool.query(
            """
            SELECT * FROM report.evaluators(
                (SELECT name FROM gleaner.projects WHERE id = \(project.uuid)), \(from), \(to), \(slice?.rawValue))
            LIMIT 5000
            """, timeout: .seconds(60)
        ).map { row in
            EvaluatorEstimate(
                slice: try row.decodeIfPresent("slice_value"), evaluator: try row.decode("evaluator"),
                version: try row.decode("version"), measure: try row.decode("measure"),
                kind: try row.decode("kind", as: String.self) == "share" ? .share : .mean,
                value: try row.decode("value"), low: try row.decodeIfPresent("low"),
                high: try row.decodeIfPresent("high"), count: try row.decode("n"),
                population: try row.decode("population"), p10: try row.decodeIfPresent("p10"),
                p50: try row.decodeIfPresent("p50"), p90: try row.decodeIfPresent("p90"))
        }
    }

    /// By hours up to two days, else by days.
    func course(
        of project: ID<Project>, evaluator: String, measure: String, from: Date, to: Date
    ) async throws -> [EvaluatorPoint] {
        let minutes: Int16 = to.timeIntervalSince(from) <= 2 * 86_400 ? 60 : 1440
        return try await pool.query(
            """
            SELECT s.at, s.version, (s.h).value AS value, (s.h).low AS low, (s.h).high AS high, s.n FROM (
                SELECT at, version, sum(n)::bigint AS n,
                       report.weighted(sum(n), sum(events), min(lowest), max(highest), sum(w), sum(wy), sum(wyy), sum(ww),
                                       sum(wwy), sum(wwyy)) AS h
                FROM gleaner.rollup_evaluators
                WHERE project_id = \(project.uuid) AND minutes = \(minutes) AND at > \(from) - make_interval(mins => \(Int32(minutes)))
                  AND at < \(to) AND evaluator = \(evaluator) AND measure = \(measure) AND failure = ''
                GROUP BY at, version) s
            ORDER BY s.version, s.at LIMIT 2000
            """, timeout: .seconds(60)
        ).map { row in
            EvaluatorPoint(
                at: try row.decode("at"), version: try row.decode("version"), value: try row.decode("value"),
                low: try row.decodeIfPresent("low"), high: try row.decodeIfPresent("high"), count: try row.decode("n"))
        }
    }

    /// The exchanges with the lowest or highest figures among the newest of that time.
    func extremes(
        of project: ID<Project>, evaluator: String, version: String, measure: String, from: Date, to: Date,
        isHighest: Bool, limit: Int
    ) async throws -> [EvaluatorFigure] {
        try await pool.query(
            """
            SELECT exchange_id, value FROM (
                SELECT exchange_id, value FROM gleaner.evaluator_results
                WHERE project_id = \(project.uuid) AND evaluator = \(evaluator) AND evaluator_version = \(version)
                  AND measure = \(measure) AND value IS NOT NULL
                  AND exchange_id >= \(UUID.lowest(at: from)) AND exchange_id < \(UUID.lowest(at: to))
                ORDER BY exchange_id DESC LIMIT \(Self.mostRanked)) r
            ORDER BY CASE WHEN \(isHighest) THEN -value ELSE value END, exchange_id DESC LIMIT \(limit)
            """, timeout: .seconds(30)
        ).map {
            EvaluatorFigure(exchange: ID(try $0.decode("exchange_id", as: UUID.self)), value: try $0.decode("value"))
        }
    }

    /// Of each evaluator: exchanges since `from` with a figure, and those without one, by why.
    func counts(
        of project: ID<Project>, since from: Date
    ) async throws -> [String: (measured: Int, failures: [EvaluatorStatus.Failure])] {
        let rows = try await pool.query(
            """
            SELECT evaluator, failure, max(n)::bigint AS n FROM (
                SELECT evaluator, version, measure, failure, sum(n) AS n FROM gleaner.rollup_evaluators
                WHERE project_id = \(project.uuid) AND minutes = 60 AND at > \(from) - interval '1 hour'
                GROUP BY 1, 2, 3, 4) m
            GROUP BY evaluator, failure ORDER BY evaluator, n DESC, failure
            """, timeout: .seconds(30))
        var counts: [String: (measured: Int, failures: [EvaluatorStatus.Failure])] = [:]
        for row in rows {
            let name: String = try row.decode("evaluator")
            let (reason, count): (String, Int) = (try row.decode("failure"), try row.decode("n"))
            var found = counts[name] ?? (0, [])
            if reason.isEmpty {
                found.measured = count
            } else {
                found.failures.append(.init(reason: reason, count: count))
            }
            counts[name] = found
        }
        return counts
    }

    func newestVersion(of evaluator: String, measure: String, in project: ID<Project>) async throws -> String? {
        try await pool.query(Self.newest(measure, by: evaluator, in: project)).first?.decode("evaluator_version")
    }

    /// When evaluators last said something of the newest exchanges.
    func lastResults(of project: ID<Project>, evaluators: [String]) async throws -> [String: Date] {
        let rows = try await pool.query(
            """
            SELECT e.name, r.created_at FROM unnest(\(PostgresArray(evaluators))) AS e (name)
            CROSS JOIN LATERAL (
                SELECT created_at FROM gleaner.evaluator_results
                WHERE project_id = \(project.uuid) AND evaluator = e.name ORDER BY exchange_id DESC LIMIT 1) r
            """)
        return Dictionary(
            try rows.map { (try $0.decode("name", as: String.self), try $0.decode("created_at", as: Date.self)) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Exchanges of the project that wait, for how many seconds the oldest has, and what a job failed of before.
    func backlog(of project: ID<Project>) async throws -> (waiting: Int, seconds: Double, error: String?) {
        let row = try await pool.query(
            """
            SELECT coalesce(sum(coalesce(jsonb_array_length(payload -> 'exchanges'), 0)
                                + coalesce(jsonb_array_length(payload -> 'corrected'), 0)), 0)::bigint AS waiting,
                   greatest(0, extract(epoch FROM clock_timestamp() - min(created_at)))::float8 AS seconds,
                   (array_agg(last_error ORDER BY id DESC) FILTER (WHERE last_error IS NOT NULL))[1] AS error
            FROM gleaner.jobs
            WHERE kind = \(JobKind.evaluate.rawValue) AND state IN ('waiting', 'running') AND project_id = \(project.uuid)
            """, timeout: .seconds(30))[0]
        return (
            try row.decode("waiting"), try row.decodeIfPresent("seconds", as: Double.self) ?? 0,
            try row.decodeIfPresent("error")
        )
    }

    /// Figures that others have taken the place of, newest first.
    func superseded(of exchange: ID<Exchange>, in project: ID<Project>) async throws -> [SupersededEvaluation] {
        try await pool.query(
            """
            SELECT evaluator, evaluator_version, measure, value, created_at, superseded_at FROM gleaner.superseded_results
            WHERE shard = \(exchange.shard.value) AND exchange_id = \(exchange.uuid) AND project_id = \(project.uuid)
            ORDER BY superseded_at DESC, evaluator, evaluator_version, measure LIMIT 1000
            """
        ).map { row in
            SupersededEvaluation(
                evaluator: try row.decode("evaluator"), version: try row.decode("evaluator_version"),
                measure: try row.decode("measure"), value: try row.decode("value"), at: try row.decode("created_at"),
                supersededAt: try row.decode("superseded_at"))
        }
    }
}

/// A figure from before its exchange had another correction.
public struct SupersededEvaluation: Sendable, Hashable {
    public let evaluator: String
    public let version: String
    public let measure: String
    public let value: Double
    public let at: Date
    public let supersededAt: Date
}
