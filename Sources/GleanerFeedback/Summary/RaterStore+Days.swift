import AsyncPostgres
public import Foundation
public import GleanerCore

extension RaterStore {
    /// Today and the two days before, which late votes still change.
    static let openDays = 3
    /// Today is counted at each look, a day before it when its count is older than this.
    private static let keptFor: TimeInterval = 3600

    /// Counts the days that may still change, each in a statement of its own.
    func countDays(of project: ID<Project>, at time: Date) async throws {
        let today = time.beginning(ofEach: 86_400)
        let days = (0..<Self.openDays).map { today.addingTimeInterval(-Double($0) * 86_400) }
        let fresh = try await pool.query(
            """
            SELECT day::timestamp AT TIME ZONE 'UTC' AS day FROM gleaner.feedback_days
            WHERE project_id = \(project.uuid) AND day < (\(days[0]) AT TIME ZONE 'UTC')::date
              AND computed_at > \(time.addingTimeInterval(-Self.keptFor)) AND computed_at <= \(time)
            """
        ).map { try $0.decode("day", as: Date.self) }
        for day in days where !fresh.contains(day) {
            try await pool.query(Self.count(project, from: day, at: time), timeout: .seconds(60))
        }
    }

    /// Of each subject, voice and kind the newest vote counts. An exchange's votes belong to the day it was answered on.
    private static func count(_ project: ID<Project>, from day: Date, at time: Date) -> SQL {
        let next = day.addingTimeInterval(86_400)
        return """
            WITH answered AS (
                SELECT count(*) AS exchanges FROM gleaner.exchanges
                WHERE project_id = \(project.uuid) AND id >= \(UUID.lowest(at: day)) AND id < \(UUID.lowest(at: next))
                  AND status = 'completed' AND source <> 'shadow'
            ), newest AS (
                SELECT DISTINCT ON (f.exchange_id, gleaner.voice(f.rater, f.api_key_id, f.kind, f.id), f.kind)
                       f.exchange_id, f.rater, f.api_key_id, f.thumb, f.score, f.created_at
                FROM gleaner.feedback f
                WHERE f.project_id = \(project.uuid) AND f.id >= \(UUID.lowest(at: day)) AND f.kind IN ('thumb', 'score')
                  AND f.exchange_id >= \(UUID.lowest(at: day)) AND f.exchange_id < \(UUID.lowest(at: next))
                ORDER BY f.exchange_id, gleaner.voice(f.rater, f.api_key_id, f.kind, f.id), f.kind, f.created_at DESC, f.id DESC
            ), votes AS (
                SELECT n.*, EXISTS (
                    SELECT FROM gleaner.rater_marks m
                    WHERE m.project_id = \(project.uuid) AND m.cleared_at IS NULL
                      AND m.rater = gleaner.watched_voice(n.rater, n.api_key_id)
                      AND n.created_at >= m.since AND (m.until IS NULL OR n.created_at < m.until)) AS is_marked
                FROM newest n
            ), counted AS (
                SELECT count(DISTINCT exchange_id) FILTER (WHERE NOT is_marked) AS rated,
                       count(*) FILTER (WHERE thumb = 1 AND NOT is_marked) AS ups,
                       count(*) FILTER (WHERE thumb = -1 AND NOT is_marked) AS downs,
                       count(score) FILTER (WHERE NOT is_marked) AS scores,
                       coalesce(sum(score) FILTER (WHERE NOT is_marked), 0) AS score_sum,
                       count(DISTINCT rater) FILTER (WHERE NOT is_marked) AS raters,
                       count(*) FILTER (WHERE is_marked) AS left_out
                FROM votes
            )
            INSERT INTO gleaner.feedback_days
                (project_id, day, exchanges, rated, ups, downs, scores, score_sum, raters, left_out, computed_at)
            SELECT \(project.uuid), (\(day) AT TIME ZONE 'UTC')::date, a.exchanges, c.rated, c.ups, c.downs, c.scores,
                   c.score_sum, c.raters, c.left_out, \(time)
            FROM answered a, counted c
            ON CONFLICT (project_id, day) DO UPDATE
            SET exchanges = EXCLUDED.exchanges, rated = EXCLUDED.rated, ups = EXCLUDED.ups, downs = EXCLUDED.downs,
                scores = EXCLUDED.scores, score_sum = EXCLUDED.score_sum, raters = EXCLUDED.raters,
                left_out = EXCLUDED.left_out, computed_at = EXCLUDED.computed_at
            """
    }

    /// Each day's satisfaction, the newest first.
    public func days(of project: ID<Project>, count: Int, until time: Date = Date()) async throws -> [FeedbackDay] {
        let from = time.addingTimeInterval(-Double(count) * 86_400)
        return try await pool.query(
            """
            SELECT day::timestamp AT TIME ZONE 'UTC' AS day, exchanges, rated, ups, downs, scores, score_sum, raters,
                   left_out, computed_at
            FROM gleaner.feedback_days
            WHERE project_id = \(project.uuid) AND day > (\(from) AT TIME ZONE 'UTC')::date
            ORDER BY feedback_days.day DESC
            """
        ).map(FeedbackDay.init)
    }
}

/// A day (UTC), counted a minute ago at most when it is today, an hour ago when it is one of the two before.
public struct FeedbackDay: Sendable, Hashable {
    /// Its midnight.
    public let day: Date
    public let satisfaction: Satisfaction
    public let raters: Int
    /// Votes of marked raters, in none of the other counts.
    public let leftOut: Int
    public let computedAt: Date

    init(_ row: PostgresRow) throws {
        day = try row.decode("day")
        satisfaction = Satisfaction(
            exchanges: try row.decode("exchanges"), rated: try row.decode("rated"), ups: try row.decode("ups"),
            downs: try row.decode("downs"), scores: try row.decode("scores"), scoreSum: try row.decode("score_sum"))
        raters = try row.decode("raters")
        leftOut = try row.decode("left_out")
        computedAt = try row.decode("computed_at")
    }
}
