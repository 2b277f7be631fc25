public import AsyncPostgres
import Foundation
import GleanerCore

/// Feedback in `gleaner.feedback`, and in `gleaner.early_feedback` while its exchange is not known.
public struct PostgresFeedbackStore: FeedbackStore {
    private let pool: PostgresPool

    public init(pool: PostgresPool) { self.pool = pool }

    func exchange(withCompletion id: String, of project: ID<Project>) async throws -> ID<Exchange>? {
        try await pool.query(
            """
            SELECT id FROM gleaner.exchanges WHERE project_id = \(project.uuid) AND completion_id = \(id)
            ORDER BY id DESC LIMIT 1
            """
        ).first.map { ID(try $0.decode("id", as: UUID.self)) }
    }

    func keep(_ feedback: [GivenFeedback], on exchange: ID<Exchange>) async throws {
        try await pool.query(
            """
            INSERT INTO gleaner.feedback
                (shard, id, project_id, exchange_id, kind, thumb, score, body, raised, rater, source, api_key_id, created_at)
            SELECT \(exchange.shard.value), id, project_id, \(exchange.uuid), kind, thumb, score, body, raised, rater,
                   source, api_key_id, created_at
            FROM \(sql: Self.rows(feedback))
            """)
    }

    func keepEarly(_ feedback: [GivenFeedback], completion: String) async throws {
        try await pool.query(
            """
            INSERT INTO gleaner.early_feedback
                (id, project_id, completion_id, kind, thumb, score, body, raised, rater, source, api_key_id, created_at)
            SELECT id, project_id, \(completion), kind, thumb, score, body, raised, rater, source, api_key_id, created_at
            FROM \(sql: Self.rows(feedback))
            """)
    }

    func join(_ landed: [(project: ID<Project>, completion: String)]) async throws -> Int {
        try await move(
            """
            SELECT e.id, e.project_id, e.completion_id FROM gleaner.early_feedback e
            JOIN unnest(\(PostgresArray(landed.map(\.project.uuid))), \(PostgresArray(landed.map(\.completion))))
              AS l (project_id, completion_id) USING (project_id, completion_id)
            FOR UPDATE OF e SKIP LOCKED
            """)
    }

    /// Page by page, so that feedback whose exchange never comes cannot make one statement longer and longer.
    func joinAll() async throws -> Int {
        var joined = 0
        var last = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        while let end = try await endOfPage(after: last) {
            joined += try await move(
                """
                SELECT e.id, e.project_id, e.completion_id FROM gleaner.early_feedback e
                WHERE e.id > \(last) AND e.id <= \(end) FOR UPDATE OF e SKIP LOCKED
                """)
            last = end
        }
        return joined
    }

    private func endOfPage(after last: UUID) async throws -> UUID? {
        try await pool.query(
            """
            SELECT id FROM (SELECT id FROM gleaner.early_feedback WHERE id > \(last) ORDER BY id LIMIT 1000) page
            ORDER BY id DESC LIMIT 1
            """
        ).first?.decode("id")
    }

    /// Moves those of `waiting` whose exchange is there, in one statement: a row is in one of the two tables at any
    /// time. Two movers at once share the rows between them; what one has locked the other passes over.
    private func move(_ waiting: SQL) async throws -> Int {
        try await pool.query(
            """
            WITH waiting AS (
                \(sql: waiting)
            ), moved AS (
                DELETE FROM gleaner.early_feedback e
                USING waiting w CROSS JOIN LATERAL (
                    SELECT x.shard, x.id FROM gleaner.exchanges x
                    WHERE x.project_id = w.project_id AND x.completion_id = w.completion_id
                    ORDER BY x.id DESC LIMIT 1
                ) x
                WHERE e.id = w.id
                RETURNING e.*, x.shard, x.id AS exchange_id
            )
            INSERT INTO gleaner.feedback
                (shard, id, project_id, exchange_id, kind, thumb, score, body, raised, rater, source, api_key_id, created_at)
            SELECT shard, id, project_id, exchange_id, kind, thumb, score, body, raised, rater, source, api_key_id, created_at
            FROM moved
            """
        ).affected
    }

    func feedback(on exchange: ID<Exchange>, of project: ID<Project>) async throws -> [StoredFeedback] {
        try await pool.query(
            """
            SELECT id, kind, thumb, score, body, raised, rater, source, created_at FROM gleaner.feedback
            WHERE shard = \(exchange.shard.value) AND exchange_id = \(exchange.uuid) AND project_id = \(project.uuid)
            ORDER BY created_at DESC, id DESC
            """
        ).map { row in
            StoredFeedback(
                id: ID(try row.decode("id", as: UUID.self)), judgement: try Self.judgement(row),
                rater: try row.decodeIfPresent("rater"), source: try row.decode("source"),
                at: try row.decode("created_at"))
        }
    }

    // MARK: Rows

    private static func rows(_ feedback: [GivenFeedback]) -> SQL {
        let columns = feedback.map { FeedbackColumns($0.judgement) }
        return """
            unnest(\(PostgresArray(feedback.map(\.id.uuid))), \(PostgresArray(feedback.map(\.caller.project.uuid))),
                   \(PostgresArray(feedback.map(\.judgement.kind))), \(PostgresArray(columns.map(\.thumb))),
                   \(PostgresArray(columns.map(\.score))), \(PostgresArray(columns.map(\.body))),
                   \(PostgresArray(columns.map(\.raised))), \(PostgresArray(feedback.map(\.rater))),
                   \(PostgresArray(feedback.map(\.source))), \(PostgresArray(feedback.map(\.caller.key.uuid))),
                   \(PostgresArray(feedback.map(\.at))))
              AS f (id, project_id, kind, thumb, score, body, raised, rater, source, api_key_id, created_at)
            """
    }

    private static func judgement(_ row: PostgresRow) throws -> Judgement {
        switch try row.decode("kind", as: String.self) {
        case "thumb": .thumb(up: try row.decode("thumb", as: Int16.self) > 0)
        case "score": .score(try Score(row.decode("score", as: Int16.self)))
        case "comment": .comment(try row.decode("body"))
        case "correction": .correction(try row.decode("body"))
        default: .flag(raised: try row.decode("raised"), reason: try row.decodeIfPresent("body"))
        }
    }
}

/// A judgement as the columns of a row.
private struct FeedbackColumns {
    var thumb: Int16?
    var score: Int16?
    var body: String?
    var raised: Bool?

    init(_ judgement: Judgement) {
        switch judgement {
        case .thumb(let up): thumb = up ? 1 : -1
        case .score(let value): score = value.value
        case .comment(let text), .correction(let text): body = text
        case .flag(let isRaised, let reason):
            raised = isRaised
            body = reason
        }
    }
}
