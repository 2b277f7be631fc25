public import AsyncPostgres
import Foundation
public import GleanerCore

/// What others said of an exchange, as a list shows it beside the exchange itself.
///
/// Of feedback the newest of each rater and kind counts, of the exchange's newest `ExchangeJudgements.mostVoices`.
public struct ExchangeMarks: Codable, Sendable, Hashable {
    public var ups = 0
    public var downs = 0
    /// The mean of the current scores, 1…5.
    public var score: Double?
    /// Somebody raised a flag and has not cleared it.
    public var isReported = false
    /// Moderation decided against it.
    public var isFlagged = false
    public var reviews = 0

    public init() {}

    enum CodingKeys: String, CodingKey {
        case ups, downs, score, reviews
        case isReported = "reported"
        case isFlagged = "flagged"
    }

    /// What the project has heard of these exchanges of its own; those of which nothing is known are missing.
    public static func of(
        _ exchanges: [ID<Exchange>], in project: ID<Project>, pool: PostgresPool
    ) async throws -> [ID<Exchange>: ExchangeMarks] {
        guard !exchanges.isEmpty else { return [:] }
        // Feedback is younger than what it is about, so that older partitions need not be looked into.
        let oldest = exchanges.map { UUID.lowest(at: $0.timestamp.addingTimeInterval(-600)) }
        let rows = try await pool.query(
            """
            SELECT e.id, v.ups, v.downs, v.score, v.reported, r.reviews, \(sql: ExchangeJudgements.isFlagged) AS flagged
            FROM (
                SELECT u.*, \(project.uuid)::uuid AS project_id
                FROM unnest(\(PostgresArray(exchanges.map(\.shard.value))), \(PostgresArray(exchanges.map(\.uuid))),
                            \(PostgresArray(oldest))) AS u (shard, id, oldest)
            ) e
            CROSS JOIN LATERAL (
                SELECT count(*) FILTER (WHERE c.thumb = 1) AS ups, count(*) FILTER (WHERE c.thumb = -1) AS downs,
                       avg(c.score)::double precision AS score, coalesce(bool_or(c.raised), false) AS reported
                FROM (
                    SELECT DISTINCT ON (n.kind, n.rater, n.voice) n.thumb, n.score, n.raised FROM (
                        SELECT f.kind, f.rater, f.thumb, f.score, f.raised, f.created_at, f.id,
                               CASE WHEN f.rater IS NULL THEN gleaner.voice(NULL, f.api_key_id, f.kind, f.id) END AS voice
                        FROM gleaner.feedback f
                        WHERE f.shard = e.shard AND f.exchange_id = e.id AND f.project_id = e.project_id AND f.id >= e.oldest
                          AND f.kind IN ('thumb', 'score', 'flag')
                        ORDER BY f.id DESC LIMIT \(raw: "\(ExchangeJudgements.mostVoices)")
                    ) n ORDER BY n.kind, n.rater, n.voice, n.created_at DESC, n.id DESC
                ) c
            ) v
            CROSS JOIN LATERAL (
                SELECT count(*) AS reviews FROM \(sql: ExchangeJudgements.countedReviews) AND r.id >= e.oldest
            ) r
            """, isKept: true)
        var marks: [ID<Exchange>: ExchangeMarks] = [:]
        for row in rows {
            var found = ExchangeMarks()
            found.ups = Int(try row.decode("ups", as: Int64.self))
            found.downs = Int(try row.decode("downs", as: Int64.self))
            found.score = try row.decodeIfPresent("score")
            found.isReported = try row.decode("reported")
            found.isFlagged = try row.decode("flagged")
            found.reviews = Int(try row.decode("reviews", as: Int64.self))
            if found != ExchangeMarks() { marks[ID(try row.decode("id", as: UUID.self))] = found }
        }
        return marks
    }
}
