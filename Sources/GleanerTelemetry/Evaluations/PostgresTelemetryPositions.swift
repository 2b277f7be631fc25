import AsyncPostgres
import Foundation
import GleanerCore

/// How far each project's judgements have left. However many projects there are, a look that finds nothing
/// new takes a handful of statements.
struct PostgresTelemetryPositions {
    struct News {
        let project: ID<Project>
        let stream: EvaluationStream
        let position: EvaluationStream.Position
    }
    let pool: PostgresPool

    /// The streams that have something made before `end`. One that is seen for the first time begins there.
    func news(until end: Date) async throws -> [News] {
        try await pool.query(
            """
            INSERT INTO gleaner.telemetry_positions (project_id, stream, after_id, after_time)
            SELECT p.id, s.stream, CASE WHEN s.stream <> 'figures' THEN \(UUID.lowest(at: end)) END,
                   CASE WHEN s.stream = 'figures' THEN \(end) END
            FROM gleaner.projects p CROSS JOIN (VALUES ('feedback'), ('reviews'), ('figures')) AS s (stream)
            WHERE NOT EXISTS (
                SELECT FROM gleaner.telemetry_positions t WHERE t.project_id = p.id AND t.stream = s.stream)
            ON CONFLICT DO NOTHING
            """)
        return try await pool.query(
            """
            SELECT t.project_id, t.stream, t.after_id, t.after_time
            FROM gleaner.telemetry_positions t
            WHERE CASE t.stream
                WHEN 'feedback' THEN EXISTS (
                    SELECT FROM gleaner.feedback f
                    WHERE f.project_id = t.project_id AND f.id > t.after_id AND f.id < \(UUID.lowest(at: end)))
                WHEN 'reviews' THEN EXISTS (
                    SELECT FROM gleaner.reviews r
                    WHERE r.project_id = t.project_id AND r.id > t.after_id AND r.id < \(UUID.lowest(at: end)))
                ELSE EXISTS (
                    SELECT FROM gleaner.evaluator_results r
                    WHERE r.project_id = t.project_id AND r.created_at > t.after_time AND r.created_at < \(end))
                END
            ORDER BY t.project_id, t.stream
            """
        ).compactMap { row -> News? in
            guard let stream = EvaluationStream(rawValue: try row.decode("stream")) else { return nil }
            let project = ID<Project>(try row.decode("project_id", as: UUID.self))
            if let id: UUID = try row.decodeIfPresent("after_id") {
                return News(project: project, stream: stream, position: .id(id))
            }
            return News(project: project, stream: stream, position: .time(try row.decode("after_time")))
        }
    }

    func move(
        _ stream: EvaluationStream, in project: ID<Project>, to position: EvaluationStream.Position
    ) async throws {
        let (id, time) = position.columns
        try await pool.query(
            """
            UPDATE gleaner.telemetry_positions SET after_id = greatest(after_id, \(id)), after_time = greatest(after_time, \(time))
            WHERE project_id = \(project.uuid) AND stream = \(stream.rawValue)
            """)
    }

    // MARK: Feedback that came before its exchange keeps its id when it is joined, which may be behind the position then

    /// Notes what waits for its exchange. To be done before streams are read: what is joined in between is sent twice
    /// rather than never.
    func expect(feedbackUntil end: Date) async throws {
        try await pool.query(
            """
            INSERT INTO gleaner.telemetry_awaited (project_id, feedback_id)
            SELECT project_id, id FROM gleaner.early_feedback WHERE created_at <= \(end)
            ON CONFLICT DO NOTHING
            """)
    }

    /// Whose feedback is awaited.
    func awaiting() async throws -> [ID<Project>] {
        try await pool.query("SELECT DISTINCT project_id FROM gleaner.telemetry_awaited").map {
            ID(try $0.decode("project_id", as: UUID.self))
        }
    }

    /// What has left is awaited no more, nor what nobody has any more.
    func forget(_ feedback: [UUID], in project: ID<Project>) async throws {
        try await pool.query(
            """
            DELETE FROM gleaner.telemetry_awaited a
            WHERE a.project_id = \(project.uuid)
              AND (a.feedback_id = ANY (\(PostgresArray(feedback)))
                OR NOT EXISTS (SELECT FROM gleaner.early_feedback e WHERE e.id = a.feedback_id)
                AND NOT EXISTS (
                    SELECT FROM gleaner.feedback f WHERE f.project_id = a.project_id AND f.id = a.feedback_id))
            """)
    }
}

extension EvaluationStream.Position {
    fileprivate var columns: (id: UUID?, time: Date?) {
        switch self {
        case .id(let id): (id, nil)
        case .time(let time): (nil, time)
        }
    }
}
