import AsyncPostgres
public import Foundation
public import GleanerCore

/// A row of `evaluator_results`, as it is shown.
public struct StoredEvaluation: Sendable, Hashable {
    public let evaluator: String
    public let version: String
    public let measure: String
    public let value: Double?
    public let details: JSONValue?
    public let failure: String?
    public let probability: Double
    public let policyVersion: Int64
    public let at: Date
    /// Of similarities: the share of recent ones of the same version that are no higher; else `nil`.
    public internal(set) var percentile: Double?
}

/// One measure of one evaluator over a time.
public struct EvaluatorSummary: Sendable, Hashable, Codable {
    public let evaluator: String
    public let version: String
    public let measure: String
    public let count: Int
    public let failures: Int
    /// Weighed by the inverse of the probability with which each exchange was drawn.
    public let mean: Double?
    public let p10: Double?
    public let p50: Double?
    public let p90: Double?
}

extension EvaluatorStore {
    /// Results that a report reads at most; the newest.
    static let mostRead = 200_000
    /// Recent similarities among which a percentile is told.
    private static let mostCompared = 10_000

    func results(of exchange: ID<Exchange>, in project: ID<Project>) async throws -> [StoredEvaluation]? {
        let isThere = try await !pool.query(
            """
            SELECT FROM gleaner.exchanges
            WHERE shard = \(exchange.shard.value) AND id = \(exchange.uuid) AND project_id = \(project.uuid)
            """
        ).isEmpty
        guard isThere else { return nil }
        var results = try await pool.query(
            """
            SELECT evaluator, evaluator_version, measure, value, details, failure, probability, policy_version, created_at
            FROM gleaner.evaluator_results
            WHERE shard = \(exchange.shard.value) AND exchange_id = \(exchange.uuid) AND project_id = \(project.uuid)
            ORDER BY evaluator, evaluator_version, measure LIMIT 1000
            """
        ).map(Self.evaluation)
        for index in results.indices where results[index].measure == "similarity" {
            results[index].percentile = try await percentile(of: results[index], in: project)
        }
        return results
    }

    private static func evaluation(_ row: PostgresRow) throws -> StoredEvaluation {
        StoredEvaluation(
            evaluator: try row.decode("evaluator"), version: try row.decode("evaluator_version"),
            measure: try row.decode("measure"), value: try row.decodeIfPresent("value"),
            details: try row.decodeIfPresent("details", as: JSONB.self).map { try JSONValue(parsing: $0.bytes) },
            failure: try row.decodeIfPresent("failure"), probability: try row.decode("probability"),
            policyVersion: try row.decode("policy_version"), at: try row.decode("created_at"))
    }

    private func percentile(of result: StoredEvaluation, in project: ID<Project>) async throws -> Double? {
        try await pool.query(
            """
            SELECT avg((value <= \(result.value))::int)::float8 AS share FROM (
                SELECT value FROM gleaner.evaluator_results
                WHERE project_id = \(project.uuid) AND evaluator = \(result.evaluator)
                  AND evaluator_version = \(result.version) AND measure = \(result.measure) AND value IS NOT NULL
                ORDER BY exchange_id DESC LIMIT \(Self.mostCompared)) recent
            """)[0].decodeIfPresent("share")
    }

    /// Of exchanges received in the time, by evaluator, version and measure.
    func summary(
        of project: ID<Project>, evaluator: String?, from: Date, to: Date
    ) async throws -> [EvaluatorSummary] {
        try await pool.query(
            """
            SELECT evaluator, evaluator_version, measure, count(value) AS n, count(failure) AS failures,
                   sum(value / probability) / nullif(sum(1 / probability) FILTER (WHERE value IS NOT NULL), 0) AS mean,
                   percentile_cont(ARRAY[0.1, 0.5, 0.9]) WITHIN GROUP (ORDER BY value) AS points
            FROM gleaner.evaluator_results
            WHERE project_id = \(project.uuid) AND (\(evaluator)::text IS NULL OR evaluator = \(evaluator))
              AND exchange_id >= \(UUID.lowest(at: from)) AND exchange_id < \(UUID.lowest(at: to))
            GROUP BY evaluator, evaluator_version, measure ORDER BY evaluator, evaluator_version, measure LIMIT 2000
            """, timeout: .seconds(60)
        ).map { row in
            let points = try row.decodeIfPresent("points", as: PostgresArray<Double?>.self)?.elements ?? []
            func point(_ index: Int) -> Double? { points.count > index ? points[index] : nil }
            return EvaluatorSummary(
                evaluator: try row.decode("evaluator"), version: try row.decode("evaluator_version"),
                measure: try row.decode("measure"), count: Int(try row.decode("n", as: Int64.self)),
                failures: Int(try row.decode("failures", as: Int64.self)), mean: try row.decodeIfPresent("mean"),
                p10: point(0), p50: point(1), p90: point(2))
        }
    }

    /// A judge's figures with what people said of the same exchanges.
    ///
    /// People's part is what sampling rules drew; what was picked by hand, and hidden checks, are none of it.
    func judged(
        by evaluator: String, measure: String, question: String, of project: ID<Project>, from: Date, to: Date,
        slice: JudgeReport.Slice?
    ) async throws -> (version: String?, units: [(slice: String?, unit: PredictionPowered.Unit)], isCut: Bool) {
        let column = slice.map(\.column) ?? "NULL::text"
        let rows = try await pool.query(
            """
            WITH newest AS (\(sql: Self.newest(measure, by: evaluator, in: project)))
            SELECT r.evaluator_version AS version, r.value, r.probability, \(sql: column) AS slice, h.score, h.drawn
            FROM newest n
            JOIN gleaner.evaluator_results r ON r.evaluator_version = n.evaluator_version
            JOIN gleaner.exchanges x ON x.shard = r.shard AND x.id = r.exchange_id
            LEFT JOIN LATERAL (
                SELECT s.probability AS drawn, c.score
                FROM (SELECT max(probability) AS probability FROM gleaner.samples
                      WHERE shard = r.shard AND exchange_id = r.exchange_id AND project_id = r.project_id) s
                CROSS JOIN (SELECT avg((scores ->> \(question))::float8) AS score FROM gleaner.counted_reviews
                            WHERE shard = r.shard AND exchange_id = r.exchange_id AND project_id = r.project_id
                              AND jsonb_typeof(scores -> \(question)) = 'number') c
                WHERE s.probability IS NOT NULL AND c.score IS NOT NULL
            ) h ON true
            WHERE r.project_id = \(project.uuid) AND r.evaluator = \(evaluator) AND r.measure = \(measure)
              AND r.value IS NOT NULL
              AND r.exchange_id >= \(UUID.lowest(at: from)) AND r.exchange_id < \(UUID.lowest(at: to))
            ORDER BY r.exchange_id DESC LIMIT \(Self.mostRead)
            """, timeout: .seconds(60))
        let units = try rows.map { row in
            let score = try row.decodeIfPresent("score", as: Double.self)
            let drawn = try row.decodeIfPresent("drawn", as: Double.self)
            return (
                slice: try row.decodeIfPresent("slice", as: String.self),
                unit: PredictionPowered.Unit(
                    judge: try row.decode("value"), judged: try row.decode("probability"),
                    human: score.flatMap { score in drawn.map { (score, $0) } })
            )
        }
        return (try rows.first?.decode("version"), units, rows.count == Self.mostRead)
    }

    /// The version that is in force by what it has found: of the newest exchange's results the latest.
    static func newest(_ measure: String, by evaluator: String, in project: ID<Project>) -> SQL {
        """
        SELECT evaluator_version FROM gleaner.evaluator_results
        WHERE project_id = \(project.uuid) AND evaluator = \(evaluator) AND measure = \(measure)
        ORDER BY exchange_id DESC, created_at DESC LIMIT 1
        """
    }

    /// Spellings of answers received in the time, as the newest version found them: of each answer its conversation and
    /// counts.
    func spellings(
        of project: ID<Project>, evaluator: String, from: Date, to: Date
    ) async throws -> (answers: [(conversation: String?, counts: [String: Int])], isCut: Bool) {
        let rows = try await pool.query(
            """
            WITH newest AS (\(sql: Self.newest("hindi_words", by: evaluator, in: project)))
            SELECT x.conversation, r.details -> 'spellings' AS spellings
            FROM newest n
            JOIN gleaner.evaluator_results r ON r.evaluator_version = n.evaluator_version
            JOIN gleaner.exchanges x ON x.shard = r.shard AND x.id = r.exchange_id
            WHERE r.project_id = \(project.uuid) AND r.evaluator = \(evaluator) AND r.measure = 'hindi_words'
              AND jsonb_typeof(r.details -> 'spellings') = 'object'
              AND r.exchange_id >= \(UUID.lowest(at: from)) AND r.exchange_id < \(UUID.lowest(at: to))
            ORDER BY r.exchange_id DESC LIMIT \(Self.mostRead)
            """, timeout: .seconds(60))
        let answers = try rows.map { row in
            let counts = try JSONValue(parsing: row.decode("spellings", as: JSONB.self).bytes).objectValue ?? [:]
            return (
                conversation: try row.decodeIfPresent("conversation", as: String.self),
                counts: counts.compactMapValues { $0.intValue.map { Int($0) } }
            )
        }
        return (answers, rows.count == Self.mostRead)
    }
}
