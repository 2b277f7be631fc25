import AsyncPostgres
import Foundation
import GleanerCore

extension RollupCount {
    /// Of each ten seconds so many exchanges are looked at: enough to tell how scores are spread, at a cost that does not grow
    /// with traffic. Whole minutes would hold what clients send at their start and nothing else.
    private static let mostScored: Int64 = 10
    private static let stretch: TimeInterval = 10

    /// How high each classifier scored prompts and answers of an hour: of all categories the highest, 0 where it found none.
    ///
    /// Of each text the newest result counts. One row may tell of both sides, as `RowSubject` in GleanerModeration writes them;
    /// whatever was said later of one side counts instead.
    static func moderationScores(_ span: RollupSpan) -> SQL {
        let table = RollupTable.moderationScores
        let names = table.keys.joined(separator: ", ")
        let starts = stride(from: 0, to: span.stretch.seconds, by: stretch).map { span.from.addingTimeInterval($0) }
        return """
            WITH looked AS MATERIALIZED (
                SELECT e.shard, e.id
                FROM unnest(\(PostgresArray(starts.map { UUID.lowest(at: $0) })),
                            \(PostgresArray(starts.map { UUID.lowest(at: $0.addingTimeInterval(stretch)) }))) AS t (low, high)
                CROSS JOIN LATERAL (
                    SELECT shard, id FROM gleaner.exchanges
                    WHERE project_id = \(span.project.uuid) AND id >= t.low AND id < t.high AND id >= \(span.ids.low)
                      AND id < \(span.ids.high)
                    ORDER BY id LIMIT \(mostScored)) e
            ), said AS MATERIALIZED (
                SELECT k.shard, k.id, r.target, r.classifier, r.model, r.score
                FROM looked k CROSS JOIN LATERAL (
                    SELECT DISTINCT ON (u.target, m.classifier) u.target, m.classifier, left(coalesce(m.model, ''), 100) AS model,
                           (SELECT coalesce(max(s.value::float8), 0) FROM jsonb_each_text(m.raw -> 'scores') s) AS score
                    FROM gleaner.moderation_results m
                    CROSS JOIN LATERAL unnest(
                        CASE m.target WHEN 'exchange' THEN ARRAY['prompt', 'response'] ELSE ARRAY[m.target] END) AS u (target)
                    WHERE m.shard = k.shard AND m.exchange_id = k.id AND m.project_id = \(span.project.uuid)
                      AND m.id >= \(ID<Exchange>(span.ids.low).firstRecord) AND m.status = 'ok' AND m.target <> 'comment'
                    ORDER BY u.target, m.classifier, m.target = 'exchange', m.id DESC
                    OFFSET 0) r
            ), binned AS MATERIALIZED (
                SELECT \(sql: slices(of: span)), s.target, s.classifier, s.model AS classifier_model,
                       \(raw: bin(ofValue: "s.score")) AS bin, count(*) AS count
                FROM said s
                JOIN gleaner.exchanges x ON x.shard = s.shard AND x.id = s.id AND x.project_id = \(span.project.uuid)
                GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
            ), sums AS (
                SELECT \(raw: names), sum(count)::bigint AS n FROM binned GROUP BY \(raw: names)
            ), h0 AS (\(raw: table.histogramQuery(table.histograms[0], rows: "binned")))
            \(raw: table.insert)
            SELECT \(span.project.uuid), \(span.stretch.rawValue), \(span.from), \(raw: names), n, h0.bins, h0.counts
            FROM sums JOIN h0 USING (\(raw: names))
            """
    }
}
