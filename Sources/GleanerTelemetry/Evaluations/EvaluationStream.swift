import AsyncPostgres
import Foundation
import GleanerCore

/// The three kinds of judgement that leave, each read in the order in which it was made.
enum EvaluationStream: String, CaseIterable {
    case feedback, reviews, figures

    /// Behind which a stream goes on: of feedback and reviews an id, of figures a time.
    enum Position: Hashable {
        case id(UUID)
        case time(Date)
    }

    func position(at time: Date) -> Position { self == .figures ? .time(time) : .id(.lowest(at: time)) }

    struct Page {
        var events: [EvaluationEvent]
        /// To which the stream moves once they have left.
        let position: Position
        let isLast: Bool
    }

    /// - Returns: what was made behind `position` and before `end`, as far as one page goes.
    func page(
        of project: ID<Project>, behind position: Position, until end: Date, limit: Int, on pool: PostgresPool
    ) async throws -> Page {
        let rows: PostgresResult
        var last: Position?
        switch (self, position) {
        case (.feedback, .id(let id)): rows = try await Self.feedback(project, id, end, limit, pool)
        case (.reviews, .id(let id)): rows = try await Self.reviews(project, id, end, limit, pool)
        case (.figures, .time(let time)): rows = try await Self.figures(project, time, end, limit, pool)
        case (.feedback, .time), (.reviews, .time), (.figures, .id):
            preconditionFailure("a position of another stream")
        }
        if rows.count >= limit, let row = rows.last {
            last = self == .figures ? .time(try row.decode("created_at")) : .id(try row.decode("id"))
        }
        return Page(
            events: try rows.flatMap { try events($0, project) }, position: last ?? self.position(at: end),
            isLast: last == nil)
    }

    private static let feedbackColumns: SQL = """
        f.id, f.exchange_id, f.kind, f.thumb, f.score, f.raised, f.chosen, f.tags, f.conversation, f.created_at,
        x.traceparent, x.completion_id
        """

    private static func feedback(
        _ project: ID<Project>, _ last: UUID, _ end: Date, _ limit: Int, _ pool: PostgresPool
    ) async throws -> PostgresResult {
        try await pool.query(
            """
            SELECT \(sql: feedbackColumns)
            FROM gleaner.feedback f
            LEFT JOIN gleaner.exchanges x ON x.shard = f.shard AND x.id = f.exchange_id AND x.project_id = f.project_id
            WHERE f.project_id = \(project.uuid) AND f.id > \(last) AND f.id < \(UUID.lowest(at: end))
            ORDER BY f.id LIMIT \(limit)
            """)
    }

    /// Of those that were waited for, what has found its exchange, and what leaves of it.
    static func joined(
        in project: ID<Project>, limit: Int, on pool: PostgresPool
    ) async throws -> [(feedback: UUID, events: [EvaluationEvent])] {
        try await pool.query(
            """
            SELECT \(sql: feedbackColumns)
            FROM gleaner.telemetry_awaited a
            JOIN gleaner.feedback f ON f.project_id = a.project_id AND f.id = a.feedback_id
            LEFT JOIN gleaner.exchanges x ON x.shard = f.shard AND x.id = f.exchange_id AND x.project_id = f.project_id
            WHERE a.project_id = \(project.uuid) LIMIT \(limit)
            """
        ).map { (try $0.decode("id"), try EvaluationStream.feedback.events($0, project)) }
    }

    private static func reviews(
        _ project: ID<Project>, _ last: UUID, _ end: Date, _ limit: Int, _ pool: PostgresPool
    ) async throws -> PostgresResult {
        try await pool.query(
            """
            SELECT r.id, r.exchange_id, r.rubric, r.scores, r.created_at, x.traceparent, x.completion_id,
                   x.conversation
            FROM gleaner.reviews r
            LEFT JOIN gleaner.exchanges x ON x.shard = r.shard AND x.id = r.exchange_id AND x.project_id = r.project_id
            WHERE r.project_id = \(project.uuid) AND r.id > \(last) AND r.id < \(UUID.lowest(at: end))
            ORDER BY r.id LIMIT \(limit)
            """)
    }

    private static func figures(
        _ project: ID<Project>, _ last: Date, _ end: Date, _ limit: Int, _ pool: PostgresPool
    ) async throws -> PostgresResult {
        try await pool.query(
            """
            SELECT r.exchange_id, r.evaluator, r.evaluator_version, r.measure, r.value, r.failure, r.created_at,
                   x.traceparent, x.completion_id, x.conversation
            FROM gleaner.evaluator_results r
            LEFT JOIN gleaner.exchanges x ON x.shard = r.shard AND x.id = r.exchange_id AND x.project_id = r.project_id
            WHERE r.project_id = \(project.uuid) AND r.created_at > \(last) AND r.created_at < \(end)
            -- A moment is never parted: a page may be longer than its limit.
            ORDER BY r.created_at FETCH FIRST \(limit) ROWS WITH TIES
            """)
    }

    // MARK: Rows as events

    private func events(_ row: PostgresRow, _ project: ID<Project>) throws -> [EvaluationEvent] {
        let exchange = try row.decodeIfPresent("exchange_id", as: UUID.self).map { ID<Exchange>($0) }
        let caller: String? = try row.decodeIfPresent("traceparent")
        func event(_ source: EvaluationEvent.Source, _ id: String, _ name: String) throws -> EvaluationEvent {
            EvaluationEvent(
                source: source, id: id, exchange: exchange, project: project, at: try row.decode("created_at"),
                name: name, traceParent: caller.flatMap(TraceParent.init),
                completionID: try row.decodeIfPresent("completion_id"),
                conversation: try row.decodeIfPresent("conversation"))
        }
        switch self {
        case .feedback:
            let kind: String = try row.decode("kind")
            let id = ID<EvaluationEvent>(try row.decode("id", as: UUID.self)).description
            var one = try event(.feedback, id, "feedback.\(kind)")
            switch kind {
            case "thumb":
                let thumb: Int16 = try row.decode("thumb")
                (one.value, one.label) = (Double(thumb), thumb > 0 ? "up" : "down")
            case "score": one.value = Double(try row.decode("score", as: Int16.self))
            case "flag": one.label = try row.decode("raised") ? "raised" : "cleared"
            case "preference": one.label = try row.decode("chosen") ? "chosen" : "rejected"
            case "tags":
                one.label = try row.decode("tags", as: PostgresArray<String>.self).elements.joined(separator: ",")
            // Texts.
            case "comment", "correction": return []
            default: one.label = kind
            }
            return [one]
        case .reviews:
            let id = ID<EvaluationEvent>(try row.decode("id", as: UUID.self)).description
            let scores = try JSONValue(parsing: row.decode("scores", as: JSONB.self).bytes)
            let questions = scores.objectValue ?? [:]
            let rubric: String = try row.decode("rubric")
            return try questions.sorted { $0.key < $1.key }.compactMap { question, score in
                guard let value = score.doubleValue else { return nil }
                var one = try event(.review, "\(id)/\(question)", "review.\(question)")
                (one.value, one.version) = (value, rubric)
                return one
            }
        case .figures:
            let (name, measure) = (
                try row.decode("evaluator", as: String.self), try row.decode("measure", as: String.self)
            )
            let version: String = try row.decode("evaluator_version")
            var one = try event(
                .evaluator, "\(exchange?.description ?? "")/\(name)/\(version)/\(measure)", "\(name).\(measure)")
            one.value = try row.decodeIfPresent("value")
            one.failure = try row.decodeIfPresent("failure")
            one.version = version
            return [one]
        }
    }
}
