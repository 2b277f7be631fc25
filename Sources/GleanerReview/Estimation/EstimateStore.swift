import AsyncPostgres
import Foundation
import GleanerCore

/// Reads what was drawn, with the reviews that count.
struct EstimateStore: Sendable {
    let pool: PostgresPool
    let signals: any SignalSource

    /// So many are looked at under one lease of a connection; between two, and while signals are read, none is held.
    static let page = 1000

    private struct Row {
        let id: ID<Exchange>
        let values: [EstimateQuery.Slice: [String]]
        let drawn: DrawnExchange
    }

    /// - Parameter body: takes the exchange's values of `query.by` with it: several tags, else one or none.
    func forEachDrawn(
        of project: ID<Project>, _ query: EstimateQuery, _ body: ([String], DrawnExchange) -> Void
    ) async throws {
        var last = query.range.ids.low
        while true {
            let rows = try await pool.query(Self.drawn(project, query, after: last), timeout: .seconds(60))
            try await pass(rows.filter { try $0.decode("is_wanted") }.map(Self.row), project, query, body)
            guard rows.count == Self.page, let end = rows.last else { return }
            last = try end.decode("exchange_id")
        }
    }

    private func pass(
        _ rows: [Row], _ project: ID<Project>, _ query: EstimateQuery, _ body: ([String], DrawnExchange) -> Void
    ) async throws {
        guard !rows.isEmpty else { return }
        let known = try await signals.signals(of: rows.map(\.id), in: project)
        for row in rows {
            let signals = known[row.id] ?? ExchangeSignals()
            var values = row.values
            values[.flag] = signals.isFlagged.map { [$0 ? "flagged" : "clean"] }
            values[.rating] = signals.isLowRated.map { [$0 ? "low" : "not_low"] }
            guard query.only.allSatisfy({ values[$0.key]?.contains($0.value) ?? false }) else { continue }
            var drawn = row.drawn
            drawn.isFlagged = signals.isModerated ? signals.isFlagged : nil
            body(query.by.flatMap { values[$0] } ?? [], drawn)
        }
    }

    /// The next page by id. Those that `query` does not ask for are in it too, since they say where the page ends.
    private static func drawn(_ project: ID<Project>, _ query: EstimateQuery, after last: UUID) -> SQL {
        // A review is made after its exchange; a day is more than clocks differ. Older partitions are not looked into.
        let earliest = ID<Exchange>.earliest(at: query.range.from.addingTimeInterval(-86_400)).uuid
        return """
            WITH drawn AS (
                SELECT DISTINCT ON (exchange_id) shard, exchange_id, rule_id, probability FROM gleaner.samples
                WHERE project_id = \(project.uuid) AND exchange_id > \(last) AND exchange_id < \(query.range.ids.high)
                ORDER BY exchange_id, probability DESC, rule_id LIMIT \(page)
            )
            SELECT d.exchange_id, d.probability, u.name AS rule, e.route, e.variant, e.served_model AS model, e.source,
                   e.language, e.tags, left(encode(e.system_fingerprint, 'hex'), 12) AS system_prompt, r.scores,
                   r.is_corrected, coalesce(r.is_final, false) OR p.exchange_id IS NOT NULL AS is_singled_out,
                   e.id IS NOT NULL AND \(sql: conditions(query)) AS is_wanted
            FROM drawn d
            JOIN gleaner.sampling_rules u ON u.id = d.rule_id
            LEFT JOIN gleaner.exchanges e
              ON e.shard = d.shard AND e.id = d.exchange_id AND e.project_id = \(project.uuid)
            LEFT JOIN gleaner.picks p ON p.shard = d.shard AND p.exchange_id = d.exchange_id
            LEFT JOIN LATERAL (
                SELECT jsonb_agg(c.scores) AS scores, bool_or(c.correction IS NOT NULL) AS is_corrected,
                       bool_or(c.kind = 'final') AS is_final
                FROM gleaner.counted_reviews c
                WHERE c.shard = d.shard AND c.exchange_id = d.exchange_id AND c.project_id = \(project.uuid)
                  AND c.id >= \(earliest)) r ON true
            ORDER BY d.exchange_id
            """
    }

    /// On `e`, an exchange: what can be asked of its row. The rest is looked at as signals.
    private static func conditions(_ query: EstimateQuery) -> SQL {
        """
        (\(query.only[.route]) IS NULL OR e.route = \(query.only[.route]))
        AND (\(query.only[.variant]) IS NULL OR e.variant = \(query.only[.variant]))
        AND (\(query.only[.model]) IS NULL OR e.served_model = \(query.only[.model]))
        AND (\(query.only[.source]) IS NULL OR e.source = \(query.only[.source]))
        AND (\(query.only[.language]) IS NULL OR e.language = \(query.only[.language]))
        AND (\(query.only[.tag]) IS NULL OR \(query.only[.tag]) = ANY (e.tags))
        AND (\(query.only[.systemPrompt]) IS NULL
             OR left(encode(e.system_fingerprint, 'hex'), 12) = \(query.only[.systemPrompt]))
        """
    }

    private static func row(_ row: PostgresRow) throws -> Row {
        var values: [EstimateQuery.Slice: [String]] = [:]
        for slice in [EstimateQuery.Slice.rule, .route, .variant, .model, .source, .language, .systemPrompt] {
            values[slice] = try row.decodeIfPresent(slice.rawValue, as: String.self).map { [$0] }
        }
        values[.tag] = Array(Set(try row.decode("tags", as: PostgresArray<String>.self).elements))
        let reviews = try row.decodeIfPresent("scores", as: JSONB.self).map {
            try JSONDecoder().decode([[String: Double]].self, from: Data($0.bytes))
        }
        return Row(
            id: ID(try row.decode("exchange_id", as: UUID.self)), values: values,
            drawn: DrawnExchange(
                rule: try row.decode("rule"), probability: try row.decode("probability"), isFlagged: nil,
                isSingledOut: try row.decode("is_singled_out"),
                judgement: try reviews.map {
                    DrawnExchange.Judgement(
                        means: Self.means($0), isCorrected: try row.decodeIfPresent("is_corrected") ?? false)
                }))
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
    /// - Throws: `ReviewError.sliceNotCounted` for slices that `gleaner.exchanges` does not tell.
    func counts(
        of project: ID<Project>, _ query: EstimateQuery, by slice: EstimateQuery.Slice
    ) async throws -> [String?: Int] {
        // One tag can be asked for; by tags nothing adds up, since an exchange may have several.
        let asked = [slice] + query.only.keys.filter { $0 != .tag }
        if let uncounted = asked.first(where: { !$0.isCounted }) {
            throw ReviewError.sliceNotCounted(uncounted.rawValue)
        }
        let column: SQL =
            switch slice {
            case .model: "e.served_model"
            case .systemPrompt: "left(encode(e.system_fingerprint, 'hex'), 12)"
            default: "e.\(identifier: slice.rawValue)"
            }
        let ids = query.range.ids
        let rows = try await pool.query(
            """
            SELECT \(sql: column) AS value, count(*) AS count FROM gleaner.exchanges e
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
