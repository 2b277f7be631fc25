import AsyncPostgres
import Foundation
import GleanerCore

extension RollupCount {
    /// What was drawn of the stretch, and the reviews that count, as moments: `SampleMoments` of GleanerReview in rows.
    ///
    /// An exchange that several rules drew has the highest of its probabilities. Of several reviews of one exchange each
    /// question's mean is its value.
    static func reviews(_ span: RollupSpan) -> SQL {
        let ids = span.ids
        // A review is made after its exchange; a day is more than clocks differ. Older partitions are not looked into.
        let earliest = UUID.lowest(at: span.from.addingTimeInterval(-86_400))
        return """
            WITH drawn AS (
                SELECT DISTINCT ON (exchange_id) shard, exchange_id, rule_id, probability FROM gleaner.samples
                WHERE project_id = \(span.project.uuid) AND exchange_id >= \(ids.low) AND exchange_id < \(ids.high)
                ORDER BY exchange_id, probability DESC, rule_id
            ), judged AS (
                SELECT d.exchange_id, d.probability::numeric AS p, u.name AS rule, \(sql: slices(of: span)),
                       coalesce(r.is_final, false) OR k.exchange_id IS NOT NULL AS is_singled_out, r.scores, r.is_corrected
                FROM drawn d
                JOIN gleaner.sampling_rules u ON u.id = d.rule_id
                JOIN gleaner.exchanges x ON x.shard = d.shard AND x.id = d.exchange_id AND x.project_id = \(span.project.uuid)
                LEFT JOIN gleaner.picks k ON k.shard = d.shard AND k.exchange_id = d.exchange_id
                LEFT JOIN LATERAL (
                    SELECT jsonb_agg(c.scores) AS scores, bool_or(c.correction IS NOT NULL) AS is_corrected,
                           bool_or(c.kind = 'final') AS is_final
                    FROM gleaner.counted_reviews c
                    WHERE c.shard = d.shard AND c.exchange_id = d.exchange_id AND c.project_id = \(span.project.uuid)
                      AND c.id >= \(earliest)) r ON true
            ), scored AS (
                SELECT j.exchange_id, s.key AS question, avg(s.value::numeric) AS score
                FROM judged j CROSS JOIN LATERAL jsonb_array_elements(j.scores) a CROSS JOIN LATERAL jsonb_each_text(a) s
                GROUP BY j.exchange_id, s.key
            ), measured AS (
                SELECT exchange_id, '' AS measure, 0::numeric AS y FROM judged
                UNION ALL SELECT exchange_id, question, score FROM scored
                UNION ALL SELECT exchange_id, question || '>=4', (score >= 4)::int FROM scored
                UNION ALL SELECT exchange_id, 'corrected', is_corrected::int FROM judged WHERE scores IS NOT NULL
            )
            \(raw: RollupTable.reviews.insert)
            SELECT \(span.project.uuid), \(span.stretch.rawValue), \(span.from),
                   \(raw: RollupTable.slices.map { "j.\($0)" }.joined(separator: ", ")), j.rule, j.is_singled_out, m.measure,
                   count(*), count(*) FILTER (WHERE m.y <> 0), sum(1 / j.p), sum(m.y / j.p), sum(m.y * m.y / j.p),
                   sum(1 / (j.p * j.p)), sum(m.y / (j.p * j.p)), sum(m.y * m.y / (j.p * j.p)), min(m.y), max(m.y)
            FROM judged j JOIN measured m USING (exchange_id)
            GROUP BY 4, 5, 6, 7, 8, 9, 10, 11, 12, 13
            """
    }

    /// Reviews by the hour they were given in, hidden checks and final verdicts too.
    static func work(_ span: RollupSpan) -> SQL {
        """
        \(raw: RollupTable.work.insert)
        SELECT \(span.project.uuid), \(span.stretch.rawValue), \(span.from), r.reviewer, r.rubric, r.kind, count(*),
               count(x.review_id), count(r.correction), count(r.duration_ms), coalesce(sum(r.duration_ms), 0)::bigint
        FROM gleaner.reviews r
        LEFT JOIN gleaner.review_retractions x ON x.shard = r.shard AND x.review_id = r.id
        WHERE r.project_id = \(span.project.uuid) AND r.id >= \(span.ids.low) AND r.id < \(span.ids.high)
        GROUP BY 4, 5, 6
        """
    }
}
