import AsyncPostgres

/// What feedback, reviews and moderation say of a row `e` of `gleaner.exchanges`, as conditions.
///
/// Of feedback the newest of each rater and kind counts; votes without a name are one voice for each API key. An exchange's
/// newest `mostVoices` are heard, so that one that thousands rate costs no search its time. Only the project's own are: who
/// knows another's ids may judge them, and is not listened to.
enum ExchangeJudgements {
    static let mostVoices = 200

    /// Whether a current judgement `c` of the kind meets the condition.
    static func has(kind: String, _ condition: SQL) -> SQL {
        """
        EXISTS (
            SELECT 1 FROM (
                SELECT DISTINCT ON (v.rater, v.voice) v.* FROM (
                    SELECT f.rater, f.api_key_id, f.thumb, f.score, f.raised, f.created_at, f.id,
                           CASE WHEN f.rater IS NULL THEN gleaner.voice(NULL, f.api_key_id, f.kind, f.id) END AS voice
                    FROM gleaner.feedback f
                    WHERE f.shard = e.shard AND f.exchange_id = e.id AND f.project_id = e.project_id AND f.kind = \(kind)
                    ORDER BY f.id DESC LIMIT \(raw: "\(mostVoices)")
                ) v ORDER BY v.rater, v.voice, v.created_at DESC, v.id DESC
            ) c WHERE \(sql: condition))
        """
    }

    /// Whether a vote `c` is of a rater whose votes of that time are left out.
    static let isMarked: SQL = """
        EXISTS (
            SELECT 1 FROM gleaner.rater_marks m
            WHERE m.project_id = e.project_id AND m.cleared_at IS NULL
              AND m.rater = gleaner.watched_voice(c.rater, c.api_key_id)
              AND c.created_at >= m.since AND (m.until IS NULL OR c.created_at < m.until))
        """

    static let isRated: SQL = """
        EXISTS (
            SELECT 1 FROM gleaner.feedback f
            WHERE f.shard = e.shard AND f.exchange_id = e.id AND f.project_id = e.project_id
              AND f.kind IN ('thumb', 'score') OFFSET 0)
        """

    /// Hidden checks are of the reviewers, and what was taken back counts nowhere.
    static let countedReviews: SQL = """
        gleaner.reviews r WHERE r.shard = e.shard AND r.exchange_id = e.id AND r.project_id = e.project_id AND r.kind <> 'gold'
          AND NOT EXISTS (
              SELECT 1 FROM gleaner.review_retractions x WHERE x.shard = r.shard AND x.review_id = r.id OFFSET 0)
        """

    static let isReviewed: SQL = "EXISTS (SELECT 1 FROM \(sql: countedReviews) OFFSET 0)"

    /// Whether a rule drew it, and a review that counts answers the question; any does whether there was one to correct.
    static func isJudged(_ question: String) -> SQL {
        let answers: SQL = question == "corrected" ? "true" : "r.scores -> \(question) IS NOT NULL"
        return """
            EXISTS (
                SELECT 1 FROM gleaner.samples s
                WHERE s.shard = e.shard AND s.exchange_id = e.id AND s.project_id = e.project_id OFFSET 0)
            AND EXISTS (
                SELECT 1 FROM gleaner.counted_reviews r
                WHERE r.shard = e.shard AND r.exchange_id = e.id AND r.project_id = e.project_id AND \(sql: answers) OFFSET 0)
            """
    }

    /// Whether what an evaluator found last is within the bounds.
    static func has(_ figure: ExchangeFilter.Figure) -> SQL {
        """
        EXISTS (
            SELECT 1 FROM (
                SELECT r.value FROM gleaner.evaluator_results r
                WHERE r.shard = e.shard AND r.exchange_id = e.id AND r.project_id = e.project_id
                  AND r.evaluator = \(figure.evaluator) AND r.measure = \(figure.measure) AND r.value IS NOT NULL
                ORDER BY r.created_at DESC LIMIT 1
            ) v WHERE v.value BETWEEN coalesce(\(figure.least)::float8, '-Infinity')
                          AND coalesce(\(figure.most)::float8, 'Infinity'))
        """
    }

    /// Whether moderation decided against the prompt, the answer or a comment; of each the newest decision counts. One that
    /// could not be judged is not flagged, and not cleared either.
    static let isFlagged = decided("c.action IN \(sql: against)", of: "true")

    /// Actions of decisions against a text.
    static let against: SQL = "('flag', 'redact', 'block')"

    /// Whether a decision `c` in force, as figures count them that of prompt and answer, is so.
    static func decided(
        _ condition: SQL, of targets: SQL = "d.target IN ('prompt', 'response', 'exchange')"
    ) -> SQL {
        """
        EXISTS (
            SELECT 1 FROM (
                SELECT DISTINCT ON (v.target, v.subject_id) v.action FROM (
                    SELECT d.target, d.subject_id, d.action, d.id FROM gleaner.moderation_decisions d
                    WHERE d.shard = e.shard AND d.exchange_id = e.id AND d.project_id = e.project_id AND \(sql: targets)
                    ORDER BY d.id DESC LIMIT \(raw: "\(mostVoices)")
                ) v ORDER BY v.target, v.subject_id, v.id DESC
            ) c WHERE \(sql: condition))
        """
    }
}
