import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs

/// Reads exchanges to be evaluated, and writes what came of it.
struct EvaluatorStore: Sendable {
    let pool: PostgresPool

    /// What one evaluator has of one exchange.
    struct Result: Sendable {
        let exchange: ID<Exchange>
        let evaluator: String
        let version: String
        let probability: Double
        let outcome: EvaluatorOutcome
    }

    private struct Row {
        let result: Result
        let measure: String
        let value: Double?
        let details: JSONValue?
        let failure: String?
    }

    /// The measure of a row that says why there is none.
    static let failed = "failed"

    /// Replaces what was there of the same exchanges, evaluators and versions, all or nothing, and marks their hours to be
    /// counted.
    /// - Parameters:
    ///   - keepsOld: figures that change are kept as superseded.
    ///   - job: when another holds it by now, nothing is written.
    /// - Throws: `JobError.leaseLost`.
    func write(
        _ results: [Result], by policy: Int64, in project: ID<Project>, keepsOld: Bool = false,
        holding job: RunningJob? = nil
    ) async throws {
        guard !results.isEmpty else { return }
        try await makeRoom(for: results.map(\.exchange))
        let rows = results.flatMap(Self.rows)
        let details = try rows.map { row in try row.details.map { JSONB(bytes: try $0.canonicalBytes()) } }
        try await pool.withTransaction { connection in
            if let job { try await job.queue.hold(job.lease, on: connection) }
            try await connection.query(
                """
                WITH gone AS (
                    DELETE FROM gleaner.evaluator_results r
                    USING unnest(\(PostgresArray(results.map(\.exchange.shard.value))), \(PostgresArray(results.map(\.exchange.uuid))),
                                 \(PostgresArray(results.map(\.evaluator))), \(PostgresArray(results.map(\.version))))
                        AS k (shard, id, evaluator, version)
                    WHERE r.shard = k.shard AND r.exchange_id = k.id AND r.evaluator = k.evaluator
                      AND r.evaluator_version = k.version AND r.exchange_id >= \(results.map(\.exchange).min()?.uuid)
                    RETURNING r.*
                ), marked AS (
                    INSERT INTO gleaner.rollup_marks (project_id, part, at)
                    SELECT DISTINCT \(project.uuid), 'evaluators', gleaner.hour_of(k.id)
                    FROM unnest(\(PostgresArray(results.map(\.exchange.uuid)))) AS k (id)
                )
                INSERT INTO gleaner.superseded_results
                    (shard, exchange_id, evaluator, evaluator_version, measure, project_id, value, details, created_at, superseded_at)
                SELECT g.shard, g.exchange_id, g.evaluator, g.evaluator_version, g.measure, g.project_id, g.value, g.details,
                       g.created_at, clock_timestamp()
                FROM gone g
                WHERE \(keepsOld) AND g.value IS NOT NULL AND NOT EXISTS (
                    SELECT FROM unnest(\(PostgresArray(rows.map(\.result.exchange.uuid))), \(PostgresArray(rows.map(\.measure))),
                                       \(PostgresArray(rows.map(\.value)))) AS n (id, measure, value)
                    WHERE n.id = g.exchange_id AND n.measure = g.measure AND n.value = g.value)
                """)
            guard !rows.isEmpty else { return }
            // What has been erased meanwhile is not written again.
            try await connection.query(
                """
                INSERT INTO gleaner.evaluator_results
                    (shard, exchange_id, evaluator, evaluator_version, measure, project_id, value, details, failure,
                     probability, policy_version, created_at)
                SELECT r.shard, r.id, r.evaluator, r.version, r.measure, \(project.uuid), r.value, r.details, r.failure,
                       r.probability, \(policy), clock_timestamp()
                FROM unnest(
                    \(PostgresArray(rows.map(\.result.exchange.shard.value))), \(PostgresArray(rows.map(\.result.exchange.uuid))),
                    \(PostgresArray(rows.map(\.result.evaluator))), \(PostgresArray(rows.map(\.result.version))),
                    \(PostgresArray(rows.map(\.measure))), \(PostgresArray(rows.map(\.value))), \(PostgresArray(details)),
                    \(PostgresArray(rows.map(\.failure))), \(PostgresArray(rows.map(\.result.probability))))
                    AS r (shard, id, evaluator, version, measure, value, details, failure, probability)
                WHERE EXISTS (
                    SELECT FROM gleaner.exchanges x
                    WHERE x.shard = r.shard AND x.id = r.id AND x.project_id = \(project.uuid))
                ON CONFLICT (shard, exchange_id, evaluator, evaluator_version, measure) DO NOTHING
                """)
            try await PromptSample(project: project).keep(results, on: connection)
        }
    }

    private static func rows(_ result: Result) -> [Row] {
        switch result.outcome {
        case .measured(let values):
            values.map {
                Row(result: result, measure: $0.measure, value: $0.value, details: $0.details, failure: nil)
            }
        case .failed(let reason, _):
            [Row(result: result, measure: failed, value: nil, details: nil, failure: String(reason.prefix(64)))]
        case .notApplicable: []
        }
    }

    /// Partitions for exchanges of long ago, whose results come now.
    private func makeRoom(for exchanges: [ID<Exchange>]) async throws {
        let old = exchanges.map(\.timestamp).filter { $0 < Date().addingTimeInterval(-6 * 86_400) }
        for (first, last) in old.spansByWeek {
            for table in ["evaluator_results", "superseded_results", "prompt_embeddings"] {
                try await pool.query("SELECT gleaner.ensure_partitions(\(table), \(first), \(last))")
            }
        }
    }

    /// What there is already, failures left out: of each evaluator and version the exchanges.
    func known(
        of exchanges: [ID<Exchange>], in project: ID<Project>
    ) async throws -> [String: Set<ID<Exchange>>] {
        guard let first = exchanges.min() else { return [:] }
        var known: [String: Set<ID<Exchange>>] = [:]
        for row in try await pool.query(
            """
            SELECT DISTINCT r.exchange_id, r.evaluator, r.evaluator_version
            FROM unnest(\(PostgresArray(exchanges.map(\.shard.value))), \(PostgresArray(exchanges.map(\.uuid)))) AS k (shard, id)
            JOIN gleaner.evaluator_results r ON r.shard = k.shard AND r.exchange_id = k.id
            WHERE r.project_id = \(project.uuid) AND r.failure IS NULL AND r.exchange_id >= \(first.uuid)
            """)
        {
            let key = Self.key(try row.decode("evaluator"), try row.decode("evaluator_version"))
            known[key, default: []].insert(ID(try row.decode("exchange_id")))
        }
        return known
    }

    /// A job is made when the first of its exchanges lands.
    func lag() async throws -> Duration {
        let seconds = try await pool.query(
            """
            SELECT greatest(0, extract(epoch FROM clock_timestamp() - min(created_at)))::float8 AS seconds FROM gleaner.jobs
            WHERE kind = \(JobKind.evaluate.rawValue) AND state IN ('waiting', 'running')
            """)[0].decodeIfPresent("seconds", as: Double.self)
        return .seconds(seconds ?? 0)
    }

    static func key(_ evaluator: String, _ version: String) -> String { "\(evaluator)@\(version)" }
}
