import AsyncPostgres
import Foundation
import GleanerCore

extension RollupCount {
    /// The slices of `x`, a row of exchanges, as `rollups` has them. Prompts are `named`.
    static func slices(of span: RollupSpan) -> SQL {
        """
        x.source, coalesce(x.route, '') AS route, coalesce(x.variant, '') AS variant,
        coalesce(x.provider, '') AS provider, left(coalesce(x.served_model, ''), 100) AS model,
        coalesce(x.language, '') AS language,
        CASE WHEN x.system_fingerprint IS NULL THEN ''
             WHEN EXISTS (SELECT FROM gleaner.rollup_prompts p
                          WHERE p.project_id = \(span.project.uuid) AND p.day = (\(span.day) AT TIME ZONE 'UTC')::date
                            AND p.fingerprint = x.system_fingerprint)
             THEN left(encode(x.system_fingerprint, 'hex'), 12) ELSE '(others)' END AS prompt
        """
    }

    /// Feedback counts with the exchange, not with when it was given; of each voice and kind the newest counts, and votes of
    /// marked raters are apart. As `feedback_days` has it.
    static func judgements(_ span: RollupSpan) -> SQL {
        let ids = span.ids
        let earliest = ID<Exchange>(ids.low).firstFeedback
        return """
            WITH said AS (
                SELECT shard, exchange_id, id, kind, thumb, score, raised, rater, api_key_id, created_at
                FROM gleaner.feedback
                WHERE project_id = \(span.project.uuid) AND id >= \(earliest) AND exchange_id >= \(ids.low)
                  AND exchange_id < \(ids.high) AND kind IN ('thumb', 'score', 'flag')
                UNION ALL
                SELECT shard, exchange_id, id, kind, NULL, NULL, NULL, rater, api_key_id, created_at
                FROM gleaner.feedback
                WHERE project_id = \(span.project.uuid) AND id >= \(earliest) AND exchange_id >= \(ids.low)
                  AND exchange_id < \(ids.high) AND kind NOT IN ('thumb', 'score', 'flag') AND exchange_id IS NOT NULL
            ), newest AS (
                SELECT DISTINCT ON (exchange_id, gleaner.voice(rater, api_key_id, kind, id), kind) *
                FROM said
                ORDER BY exchange_id, gleaner.voice(rater, api_key_id, kind, id), kind, created_at DESC, id DESC
            ), votes AS (
                SELECT n.*, kind IN ('thumb', 'score') AND EXISTS (
                    SELECT FROM gleaner.rater_marks m
                    WHERE m.project_id = \(span.project.uuid) AND m.cleared_at IS NULL
                      AND m.rater = gleaner.watched_voice(n.rater, n.api_key_id)
                      AND n.created_at >= m.since AND (m.until IS NULL OR n.created_at < m.until)) AS is_marked
                FROM newest n
            ), told AS (
                SELECT shard, exchange_id,
                       (count(*) FILTER (WHERE kind IN ('thumb', 'score') AND NOT is_marked) > 0)::int AS rated,
                       count(*) FILTER (WHERE thumb = 1 AND NOT is_marked) AS ups,
                       count(*) FILTER (WHERE thumb = -1 AND NOT is_marked) AS downs,
                       count(score) FILTER (WHERE NOT is_marked) AS stars,
                       coalesce(sum(score) FILTER (WHERE NOT is_marked), 0) AS star_sum,
                       coalesce(sum(score * score) FILTER (WHERE NOT is_marked), 0) AS star_squares,
                       \(raw: starCounts),
                       count(*) FILTER (WHERE is_marked) AS left_out,
                       count(*) FILTER (WHERE kind = 'comment') AS comments,
                       count(*) FILTER (WHERE kind = 'correction') AS corrections,
                       count(*) FILTER (WHERE kind = 'preference') AS preferences,
                       count(*) FILTER (WHERE kind = 'regenerated') AS regenerated,
                       count(*) FILTER (WHERE kind = 'copied') AS copied,
                       count(*) FILTER (WHERE kind = 'abandoned') AS abandoned,
                       bool_or(coalesce(raised, false))::int AS reported
                FROM votes GROUP BY shard, exchange_id
            ), judged AS (
                \(sql: decided(span))
            ), all_of AS (
                SELECT shard, exchange_id FROM told UNION SELECT shard, exchange_id FROM judged
            )
            \(raw: RollupTable.judgements.insert)
            SELECT \(span.project.uuid), \(span.stretch.rawValue), \(span.from), \(sql: slices(of: span)),
                   \(raw: RollupTable.judgements.sums.map { "coalesce(sum(\($0)), 0)::bigint" }.joined(separator: ", "))
            FROM all_of
            JOIN gleaner.exchanges x ON x.shard = all_of.shard AND x.id = all_of.exchange_id AND x.project_id = \(span.project.uuid)
            LEFT JOIN told ON told.shard = all_of.shard AND told.exchange_id = all_of.exchange_id
            LEFT JOIN judged ON judged.shard = all_of.shard AND judged.exchange_id = all_of.exchange_id
            GROUP BY 4, 5, 6, 7, 8, 9, 10
            """
    }

    /// `stars_1` to `stars_5`.
    private static let starCounts = (1...5).map {
        "count(*) FILTER (WHERE score = \($0) AND NOT is_marked) AS stars_\($0)"
    }.joined(separator: ", ")

    /// Of each text the newest decision counts. What was always allowed is not looked at.
    private static func newestDecisions(_ span: RollupSpan) -> SQL {
        let ids = span.ids
        return """
            SELECT DISTINCT ON (d.exchange_id, d.target, d.subject_id)
                   d.shard, d.exchange_id, d.target, d.action, d.categories
            FROM (
                SELECT shard, exchange_id FROM gleaner.moderation_decisions
                WHERE project_id = \(span.project.uuid) AND exchange_id >= \(ids.low) AND exchange_id < \(ids.high)
                  AND action IN ('flag', 'redact', 'block')
                UNION
                SELECT shard, exchange_id FROM gleaner.moderation_decisions
                WHERE project_id = \(span.project.uuid) AND exchange_id >= \(ids.low) AND exchange_id < \(ids.high)
                  AND action = 'unknown'
            ) k
            JOIN gleaner.moderation_decisions d
              ON d.shard = k.shard AND d.exchange_id = k.exchange_id AND d.project_id = \(span.project.uuid)
             AND d.id >= \(ID<Exchange>(ids.low).firstRecord)
            WHERE d.target IN ('prompt', 'response', 'exchange')
            ORDER BY d.exchange_id, d.target, d.subject_id, d.id DESC
            """
    }

    private static func decided(_ span: RollupSpan) -> SQL {
        """
        SELECT shard, exchange_id, bool_or(is_against)::int AS flagged,
               bool_or(is_against AND target = 'prompt')::int AS prompt_flagged,
               bool_or(is_against AND target = 'response')::int AS response_flagged,
               bool_or(action = 'block')::int AS blocked, bool_or(action = 'unknown')::int AS unjudged
        FROM (SELECT *, action IN ('flag', 'redact', 'block') AS is_against FROM (\(sql: newestDecisions(span))) d) n
        GROUP BY shard, exchange_id
        """
    }

    static func categories(_ span: RollupSpan) -> SQL {
        """
        \(raw: RollupTable.categories.insert)
        SELECT \(span.project.uuid), \(span.stretch.rawValue), \(span.from), \(sql: slices(of: span)), n.target, c.category,
               count(DISTINCT x.id)
        FROM (\(sql: newestDecisions(span))) n
        JOIN gleaner.exchanges x ON x.shard = n.shard AND x.id = n.exchange_id AND x.project_id = \(span.project.uuid)
        CROSS JOIN LATERAL unnest(n.categories) AS c (category)
        WHERE n.action IN ('flag', 'redact', 'block')
        GROUP BY 4, 5, 6, 7, 8, 9, 10, 11, 12
        """
    }
}
