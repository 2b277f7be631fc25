import AsyncPostgres
import Foundation
import GleanerCore

/// Reads what was drawn, with the reviews that count.
struct EstimateStore: Sendable {
    let pool: PostgresPool
    let signals: any SignalSource

    private struct Row {
        let id: ID<Exchange>
        let values: [EstimateQuery.Slice: String]
        let probability: Double
        let judgement: DrawnExchange.Judgement?
    }

    /// - Parameter body: takes the exchange's value of `query.by` with it.
    func forEachDrawn(
        of project: ID<Project>, _ query: EstimateQuery, _ body: (String?, DrawnExchange) -> Void
    ) async throws {
        try await pool.withConnection { connection in
            var batch: [Row] = []
            try await connection.forEachRow(Self.drawn(project, query), batch: 1000) { row in
                batch.append(try Self.row(row))
                guard batch.count == 1000 else { return }
                try await pass(batch, project, query, body)
                batch.removeAll(keepingCapacity: true)
            }
            try await pass(batch, project, query, body)
        }
    }

    private func pass(
        _ rows: [Row], _ project: ID<Project>, _ query: EstimateQuery, _ body: (String?, DrawnExchange) -> Void
    ) async throws {
        guard !rows.isEmpty else { return }
        let known = try await signals.signals(of: rows.map(\.id), in: project)
        for row in rows {
            var values = row.values
            values[.language] = known[row.id]?.language
            guard query.only.allSatisfy({ values[$0.key] == $0.value }) else { continue }
            body(
                query.by.flatMap { values[$0] },
                DrawnExchange(
                    rule: row.values[.rule] ?? "", probability: row.probability,
                    isFlagged: known[row.id]?.isFlagged, judgement: row.judgement))
        }
    }

    private static func drawn(_ project: ID<Project>, _ query: EstimateQuery) -> SQL {
        let ids = query.range.ids
        return """
            WITH drawn AS (
                SELECT DISTINCT ON (exchange_id) shard, exchange_id, rule_id, probability FROM gleaner.samples
                WHERE project_id = \(project.uuid) AND exchange_id >= \(ids.low) AND exchange_id < \(ids.high)
                ORDER BY exchange_id, probability DESC, rule_id
            )
            SELECT d.exchange_id, d.probability, u.name AS rule, e.route, e.variant, e.served_model AS model, e.source,
                   r.scores, r.is_corrected
            FROM drawn d
            JOIN gleaner.exchanges e ON e.shard = d.shard AND e.id = d.exchange_id AND e.project_id = \(project.uuid)
            JOIN gleaner.sampling_rules u ON u.id = d.rule_id
            LEFT JOIN LATERAL (
                SELECT jsonb_agg(c.scores) AS scores, bool_or(c.correction IS NOT NULL) AS is_corrected
                FROM gleaner.counted_reviews c
                WHERE c.shard = d.shard AND c.exchange_id = d.exchange_id AND c.project_id = \(project.uuid)) r ON true
            WHERE \(sql: conditions(query))
            """
    }

    private static func conditions(_ query: EstimateQuery) -> SQL {
        """
        (\(query.only[.route]) IS NULL OR e.route = \(query.only[.route]))
        AND (\(query.only[.variant]) IS NULL OR e.variant = \(query.only[.variant]))
        AND (\(query.only[.model]) IS NULL OR e.served_model = \(query.only[.model]))
        AND (\(query.only[.source]) IS NULL OR e.source = \(query.only[.source]))
        """
    }

    private static func row(_ row: PostgresRow) throws -> Row {
        var values: [EstimateQuery.Slice: String] = [:]
        for slice in [EstimateQuery.Slice.rule, .route, .variant, .model, .source] {
            values[slice] = try row.decodeIfPresent(slice.rawValue)
        }
        let reviews = try row.decodeIfPresent("scores", as: JSONB.self).map {
            try JSONDecoder().decode([[String: Double]].self, from: Data($0.bytes))
        }
        return Row(
            id: ID(try row.decode("exchange_id", as: UUID.self)), values: values,
            probability: try row.decode("probability"),
            judgement: try reviews.map {
                DrawnExchange.Judgement(
                    means: Self.means($0), isCorrected: try row.decodeIfPresent("is_corrected") ?? false)
            })
    }

    private static func means(_ reviews: [[String: Double]]) -> [String: Double] {
        var sums: [String: (sum: Double, count: Double)] = [:]
        for (question, score) in reviews.joined() {
            let before = sums[question] ?? (0, 0)
            sums[question] = (before.sum + score, before.count + 1)
        }
        return sums.mapValues { $0.sum / $0.count }
    }

    /// How many exchanges that could be drawn there are, by a column of theirs.
    /// - Returns: `nil` for slices that `gleaner.exchanges` does not tell.
    func counts(
        of project: ID<Project>, _ query: EstimateQuery, by slice: EstimateQuery.Slice
    ) async throws -> [String?: Int]? {
        let column: String
        switch slice {
        case .route, .variant, .source: column = slice.rawValue
        case .model: column = "served_model"
        case .language, .rule: return nil
        }
        guard query.only[.language] == nil, query.only[.rule] == nil else { return nil }
        let ids = query.range.ids
        let rows = try await pool.query(
            """
            SELECT e.\(identifier: column) AS value, count(*) AS count FROM gleaner.exchanges e
            WHERE e.project_id = \(project.uuid) AND e.id >= \(ids.low) AND e.id < \(ids.high)
              AND e.status = 'completed' AND e.complete AND e.http_status = 200 AND \(sql: Self.conditions(query))
            GROUP BY 1
            """, timeout: .seconds(120))
        return Dictionary(
            uniqueKeysWithValues: try rows.map {
                (try $0.decodeIfPresent("value", as: String.self), try $0.decode("count", as: Int.self))
            })
    }
}
