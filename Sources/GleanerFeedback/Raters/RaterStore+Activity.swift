import AsyncPostgres
import Foundation
import GleanerCore

extension RaterStore {
    /// A read of a day's votes of one project: some hundred thousand rows at most.
    private static let patience = Duration.seconds(60)

    /// Projects with votes since `time`.
    func projects(votingSince time: Date, on connection: PostgresConnection) async throws -> [ID<Project>] {
        try await connection.query(
            """
            SELECT p.id FROM gleaner.projects p
            WHERE EXISTS (SELECT FROM gleaner.feedback f WHERE f.project_id = p.id AND f.id >= \(UUID.lowest(at: time))
                          AND f.kind IN ('thumb', 'score'))
            """
        ).map { ID(try $0.decode("id", as: UUID.self)) }
    }

    /// Who voted how within the last 24 hours. What came before a rater's marks were cleared is not looked at again.
    func activity(
        of project: ID<Project>, at time: Date, on connection: PostgresConnection
    ) async throws -> ProjectActivity {
        let day = time.beginning(ofEach: 86_400)
        let from = min(time.addingTimeInterval(-86_400), day)
        let rows = try await connection.query(
            Self.activity(of: project, from: from, day: day), timeout: Self.patience)
        return ProjectActivity(
            day: day, votesToday: try rows.reduce(0) { try $0 + $1.decode("today", as: Int.self) },
            ratersToday: Set(
                try rows.filter { try $0.decode("today", as: Int.self) > 0 }.map {
                    try $0.decode("rater", as: String.self)
                }),
            raters: try rows.map(RaterActivity.init))
    }

    private static func activity(of project: ID<Project>, from: Date, day: Date) -> SQL {
        """
        WITH votes AS (
            SELECT gleaner.watched_voice(f.rater, f.api_key_id) AS rater, f.created_at, f.shard, f.exchange_id, coalesce(f.thumb > 0, f.score >= \(Score.highest)) AS up
            FROM gleaner.feedback f
            LEFT JOIN LATERAL (
                SELECT max(cleared_at) AS at FROM gleaner.rater_marks m
                WHERE m.project_id = f.project_id AND m.rater = gleaner.watched_voice(f.rater, f.api_key_id)
                  AND m.cleared_by <> \(Self.withdrawn)) cleared ON true
            WHERE f.project_id = \(project.uuid) AND f.id >= \(UUID.lowest(at: from)) AND (f.rater IS NOT NULL OR f.api_key_id IS NOT NULL)
              AND (f.kind = 'thumb' OR f.kind = 'score' AND (f.score <= \(Score.lowest) OR f.score >= \(Score.highest)))
              AND (cleared.at IS NULL OR f.created_at > cleared.at)
        ), minutes AS (
            SELECT rater, max(count) AS most FROM (
                SELECT rater, count(*) FROM votes GROUP BY rater, date_trunc('minute', created_at)) m
            GROUP BY rater
        ), judged AS (
            SELECT v.*, e.end_user IS NOT NULL AND e.end_user <> v.rater AND v.rater NOT LIKE 'user:%' AS is_others,
                   -- What a lead settled as right counts before what reviewers said.
                   coalesce(
                       (SELECT min(g.value::numeric) FROM gleaner.gold_items i CROSS JOIN jsonb_each_text(i.scores) g
                        WHERE i.project_id = \(project.uuid) AND i.exchange_id = v.exchange_id),
                       (SELECT min(r.lowest) FROM gleaner.counted_reviews r
                        WHERE r.shard = v.shard AND r.exchange_id = v.exchange_id
                          AND r.project_id = \(project.uuid))) AS right_score
            FROM votes v
            LEFT JOIN gleaner.exchanges e
              ON e.shard = v.shard AND e.id = v.exchange_id AND e.project_id = \(project.uuid)
        ), compared AS (
            SELECT *, CASE WHEN right_score <= \(Score.lowest) THEN false
                           WHEN right_score >= \(Score.highest) THEN true END AS reviewed_up
            FROM judged
        )
        SELECT j.rater, min(j.created_at) AS first, max(j.created_at) AS last, count(*) AS votes,
               count(*) FILTER (WHERE up) AS ups, count(*) FILTER (WHERE j.created_at >= \(day)) AS today,
               count(*) FILTER (WHERE is_others) AS on_others, count(reviewed_up) AS reviewed,
               count(*) FILTER (WHERE reviewed_up <> up) AS against, max(m.most) AS most,
               EXISTS (SELECT FROM gleaner.exchanges e
                       WHERE e.project_id = \(project.uuid) AND e.end_user = j.rater) AS is_end_user
        FROM compared j JOIN minutes m USING (rater) GROUP BY j.rater
        """
    }
}

extension RaterActivity {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            rater: try row.decode("rater"), first: try row.decode("first"), last: try row.decode("last"),
            votes: try row.decode("votes"), ups: try row.decode("ups"), mostInAMinute: try row.decode("most"),
            onOthers: try row.decode("on_others"), isEndUser: try row.decode("is_end_user"),
            reviewed: try row.decode("reviewed"), against: try row.decode("against"))
    }
}
