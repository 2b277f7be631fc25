import AsyncPostgres
import Foundation
import GleanerCore

extension RollupCount {
    /// The bin of a figure: eight for each doubling, those below 0 likewise, and one for 0.
    static func bin(ofValue column: String) -> String {
        """
        CASE WHEN abs(\(column)) < 1e-9 THEN 0
             ELSE sign(\(column)) * (1000 + floor(8 * ln(abs(\(column))) / ln(2::float8))) END::smallint
        """
    }

    /// What evaluators found of the stretch's exchanges, as moments and histograms.
    ///
    /// Each exchange's results are found by its id: by project and time alone no index leads to them. Equal figures are put
    /// together before anything is computed, and amounts beyond 10^15 count as that much.
    static func evaluators(_ span: RollupSpan) -> SQL {
        let table = RollupTable.evaluators
        let names = table.keys.joined(separator: ", ")
        let rows = "(SELECT \(names), bin, c * weight AS count FROM binned WHERE failure = '') r"
        let slices = RollupTable.slices.joined(separator: ", ")
        return """
            WITH sliced AS MATERIALIZED (
                SELECT x.shard, x.id, \(sql: self.slices(of: span)) FROM gleaner.exchanges x
                WHERE x.project_id = \(span.project.uuid) AND x.id >= \(span.ids.low) AND x.id < \(span.ids.high)
            ), cells AS MATERIALIZED (
                SELECT \(raw: slices), r.evaluator, r.evaluator_version AS version, r.measure, coalesce(r.failure, '') AS failure,
                       r.value, r.probability, count(*) AS c
                FROM sliced s CROSS JOIN LATERAL (
                    SELECT e.evaluator, e.evaluator_version, e.measure, e.failure, e.probability,
                           CASE WHEN e.value IS NOT NULL THEN least(1e15, greatest(-1e15, e.value)) END AS value
                    FROM gleaner.evaluator_results e
                    WHERE e.shard = s.shard AND e.exchange_id = s.id AND e.project_id = \(span.project.uuid)
                      AND e.exchange_id >= \(span.ids.low) AND e.exchange_id < \(span.ids.high)
                    OFFSET 0) r
                GROUP BY \(raw: slices), r.evaluator, r.evaluator_version, r.measure, coalesce(r.failure, ''), r.value,
                         r.probability
            ), binned AS MATERIALIZED (
                SELECT \(raw: names), c, coalesce(value, 0)::numeric AS y, probability::numeric AS p,
                       round(1000 / probability::numeric)::bigint AS weight,
                       \(raw: bin(ofValue: "coalesce(value, 0)")) AS bin
                FROM cells
            ), sums AS (
                SELECT \(raw: names), sum(c)::bigint AS n, coalesce(sum(c) FILTER (WHERE y <> 0), 0)::bigint AS events,
                       sum(c / p) AS w, sum(c * y / p) AS wy, sum(c * y * y / p) AS wyy, sum(c / (p * p)) AS ww,
                       sum(c * y / (p * p)) AS wwy, sum(c * y * y / (p * p)) AS wwyy, min(y) AS lowest, max(y) AS highest
                FROM binned GROUP BY \(raw: names)
            ), h0 AS (\(raw: table.histogramQuery(table.histograms[0], rows: rows)))
            \(raw: table.insert)
            SELECT \(span.project.uuid), \(span.stretch.rawValue), \(span.from),
                   \(raw: (table.keys + table.sums + table.minima + table.maxima).joined(separator: ", ")),
                   coalesce(h0.bins, '{}'), coalesce(h0.counts, '{}')
            FROM sums LEFT JOIN h0 USING (\(raw: names))
            """
    }
}
