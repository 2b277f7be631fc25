public import AsyncPostgres
public import Foundation
public import GleanerCore

extension RaterStore {
    /// Today and the two days before, which late votes still change.
    static let openDays = 3

    /// Counts the days that may still change, anew.
    func countDays(of project: ID<Project>, at time: Date, on connection: PostgresConnection) async throws {
        for back in 0..<Self.openDays {
            let day = (time.timeIntervalSince1970 / 86_400).rounded(.down) * 86_400 - Double(back) * 86_400
            try await connection.query(
                Self.count(project, from: Date(timeIntervalSince1970: day), at: time), timeout: .seconds(60))
        }
    }

    /// Of each subject, rater and kind the newest vote counts; whoever gives no name is somebody new each time. An
    /// exchange's votes belong to the day it was answered on.
    private static func count(_ project: ID<Project>, from day: Date, at time: Date) -> SQL {
        let next = day.addingTimeInterval(86_400)
        return """
            WITH answered AS (
                SELECT count(*) AS exchanges FROM gleaner.exchanges
                WHERE project_id = \(project.uuid) AND id >= \(UUID.lowest(at: day)) AND id < \(UUID.lowest(at: next))
                  AND status = 'completed' AND source <> 'shadow'
            ), newest AS (
                SELECT DISTINCT ON (f.exchange_id, coalesce(f.rater, f.id::text), f.kind)
                       f.exchange_id, f.rater, f.thumb, f.score, f.created_at
                FROM gleaner.feedback f
                WHERE f.project_id = \(project.uuid) AND f.id >= \(UUID.lowest(at: day)) AND f.kind IN ('thumb', 'score')
                  AND f.exchange_id >= \(UUID.lowest(at: day)) AND f.exchange_id < \(UUID.lowest(at: next))
                ORDER BY f.exchange_id, coalesce(f.rater, f.id::text), f.kind, f.created_at DESC, f.id DESC
            ), votes AS (
                SELECT n.*, EXISTS (
                    SELECT FROM gleaner.rater_marks m
                    WHERE m.project_id = \(project.uuid) AND m.rater = n.rater AND m.cleared_at IS NULL
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

/// A day (UTC), counted a minute ago at most while it is one of the last three.
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
