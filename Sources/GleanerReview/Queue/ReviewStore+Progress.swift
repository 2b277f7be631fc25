import AsyncPostgres
import Foundation
import GleanerCore

/// How fast a reviewer is.
public struct ReviewPace: Sendable, Hashable, Codable {
    /// Since midnight, UTC.
    public let today: Int
    public let lastHour: Int
    /// From lease to submission, or from the submission before when that was later: the next item is lent while the one
    /// before is judged. Over the last hundred; `nil` without any.
    public let medianSeconds: Double?

    enum CodingKeys: String, CodingKey {
        case today
        case lastHour = "last_hour"
        case medianSeconds = "median_seconds"
    }
}

extension ReviewStore {
    /// Means are over so many of the newest reviews.
    private static let newest = 1000

    /// - Parameter countsChecks: whether hidden checks count as what they look like.
    func progress(in project: ID<Project>, countsChecks: Bool) async throws -> ReviewProgress {
        var counts: [String: Int] = [:]
        for row in try await pool.query(
            """
            SELECT CASE WHEN state = 'leased' AND leased_until < clock_timestamp() THEN 'open' ELSE state END AS standing,
                   count(*) AS count
            FROM gleaner.review_slots WHERE project_id = \(project.uuid) AND (\(countsChecks) OR NOT is_gold)
            GROUP BY standing
            """)
        {
            counts[try row.decode("standing")] = try row.decode("count", as: Int.self)
        }
        return ReviewProgress(
            open: counts["open"] ?? 0, leased: counts["leased"] ?? 0, done: counts["done"] ?? 0,
            skipped: counts["skipped"] ?? 0, means: [:])
    }

    func means(in project: ID<Project>) async throws -> [String: Double] {
        var means: [String: Double] = [:]
        for row in try await pool.query(
            """
            SELECT s.key, avg(s.value::int)::float8 AS mean
            FROM (SELECT scores FROM gleaner.counted_reviews WHERE project_id = \(project.uuid)
                  ORDER BY id DESC LIMIT \(Self.newest)) r
            CROSS JOIN LATERAL jsonb_each_text(r.scores) s
            GROUP BY s.key
            """)
        {
            means[try row.decode("key")] = try row.decode("mean", as: Double.self)
        }
        return means
    }

    func hasWaiting(in project: ID<Project>) async throws -> Bool {
        try await pool.query(
            """
            SELECT EXISTS (
                SELECT 1 FROM gleaner.review_slots
                WHERE project_id = \(project.uuid) AND state IN ('open', 'leased')
                  AND (state = 'open' OR leased_until < clock_timestamp())) AS has_waiting
            """)[0].decode("has_waiting")
    }

    func pace(of reviewer: String, in project: ID<Project>) async throws -> ReviewPace {
        let row = try await pool.query(
            """
            SELECT count(*) FILTER (WHERE submitted_at >= date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC') AS today,
                   count(*) FILTER (WHERE submitted_at > now() - interval '1 hour') AS last_hour,
                   (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM spent))
                    FROM (SELECT least(
                              submitted_at - leased_at, submitted_at - lag(submitted_at) OVER (ORDER BY submitted_at)) AS spent
                          FROM (SELECT leased_at, submitted_at FROM gleaner.review_slots
                                WHERE project_id = \(project.uuid) AND leased_by = \(reviewer) AND state = 'done'
                                ORDER BY submitted_at DESC LIMIT 101) newest
                          ORDER BY submitted_at DESC LIMIT 100) timed) AS median
            FROM gleaner.review_slots
            WHERE project_id = \(project.uuid) AND leased_by = \(reviewer) AND state = 'done'
              AND submitted_at > now() - interval '25 hours'
            """)[0]
        return ReviewPace(
            today: try row.decode("today"), lastHour: try row.decode("last_hour"),
            medianSeconds: try row.decodeIfPresent("median"))
    }
}
