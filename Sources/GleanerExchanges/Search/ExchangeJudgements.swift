import AsyncPostgres

/// What feedback, reviews and moderation say of a row `e` of `gleaner.exchanges`, as conditions.
///
/// Of feedback the newest of each rater and kind counts; who gives no name is somebody new each time. An exchange's newest
/// `mostVoices` are heard, so that one that thousands rate costs no search its time.
enum ExchangeJudgements {
    static let mostVoices = 200

    /// Whether a current judgement `c` of the kind meets the condition.
    static func has(kind: String, _ condition: SQL) -> SQL {
        """
        EXISTS (
            SELECT 1 FROM (
                SELECT DISTINCT ON (v.rater, v.voice) v.thumb, v.score, v.raised FROM (
                    SELECT f.rater, CASE WHEN f.rater IS NULL THEN f.id END AS voice, f.thumb, f.score, f.raised,
                           f.created_at, f.id
                    FROM gleaner.feedback f
                    WHERE f.shard = e.shard AND f.exchange_id = e.id AND f.kind = \(kind)
                    ORDER BY f.id DESC LIMIT \(raw: "\(mostVoices)")
                ) v ORDER BY v.rater, v.voice, v.created_at DESC, v.id DESC
            ) c WHERE \(sql: condition))
        """
    }

    static let isRated: SQL = """
        EXISTS (
            SELECT 1 FROM gleaner.feedback f
            WHERE f.shard = e.shard AND f.exchange_id = e.id AND f.kind IN ('thumb', 'score') OFFSET 0)
        """

    /// Hidden checks are of the reviewers, and what was taken back counts nowhere.
    static let countedReviews: SQL = """
        gleaner.reviews r WHERE r.shard = e.shard AND r.exchange_id = e.id AND r.kind <> 'gold'
          AND NOT EXISTS (
              SELECT 1 FROM gleaner.review_retractions x WHERE x.shard = r.shard AND x.review_id = r.id OFFSET 0)
        """

    static let isReviewed: SQL = "EXISTS (SELECT 1 FROM \(sql: countedReviews) OFFSET 0)"

    /// Until moderation has its own tables, nothing is.
    static let isFlagged: SQL = "false"
}
