public import AsyncPostgres
import Foundation
public import GleanerCore

/// All feedback of a project, the newest first, a page at a time. A page costs the same however much there is.
public struct FeedbackStream: Sendable {
    private let pool: PostgresPool

    public init(pool: PostgresPool) { self.pool = pool }

    /// - Parameters:
    ///   - before: the last page's `next`.
    ///   - after: only what is newer, for a page that follows the stream.
    public func page(
        of project: ID<Project>, _ filter: FeedbackFilter = FeedbackFilter(), before: ID<Feedback>? = nil,
        after: ID<Feedback>? = nil, limit: Int = 50
    ) async throws -> FeedbackPage {
        // One more than wanted tells whether there is another page.
        let rows = try await pool.query(Self.statement(project, filter, before, after, limit + 1))
        let items = try rows.prefix(limit).map(FeedbackPage.Item.init)
        return FeedbackPage(items: items, next: rows.count > limit ? items.last?.id : nil)
    }

    static func statement(
        _ project: ID<Project>, _ filter: FeedbackFilter, _ before: ID<Feedback>?, _ after: ID<Feedback>?, _ limit: Int
    ) -> SQL {
        let conditions = conditions(project, filter, before, after)
        // Through the raters' own index: marked ones may be few among millions.
        let chosen: SQL =
            filter.isMarked
            ? """
            (SELECT DISTINCT rater FROM gleaner.rater_marks
             WHERE project_id = \(project.uuid) AND cleared_at IS NULL) m
            CROSS JOIN LATERAL (
                (SELECT * FROM gleaner.feedback f WHERE \(sql: conditions) AND f.rater = m.rater
                 ORDER BY f.id DESC LIMIT \(limit))
                UNION ALL
                (SELECT * FROM gleaner.feedback f
                 WHERE m.rater LIKE 'unnamed:%' AND \(sql: conditions) AND \(sql: unnamed) = m.rater
                 ORDER BY f.id DESC LIMIT \(limit))) f
            ORDER BY f.id DESC LIMIT \(limit)
            """
            : "gleaner.feedback f WHERE \(sql: conditions) ORDER BY f.id DESC LIMIT \(limit)"
        return """
            SELECT \(raw: StoredFeedback.columns),
                   (SELECT array_agg(DISTINCT m.reason) FROM gleaner.rater_marks m
                    WHERE m.project_id = \(project.uuid) AND m.cleared_at IS NULL
                      AND m.rater = gleaner.watched_voice(f.rater, f.api_key_id)
                      AND f.created_at >= m.since AND (m.until IS NULL OR f.created_at < m.until)) AS marks
            FROM (SELECT f.* FROM \(sql: chosen)) f ORDER BY f.id DESC
            """
    }

    /// Only of rows without a rater of their own.
    private static let unnamed: SQL = """
        CASE WHEN f.rater IS NULL OR f.rater LIKE 'token:%' THEN gleaner.watched_voice(f.rater, f.api_key_id) END
        """

    private static func conditions(
        _ project: ID<Project>, _ filter: FeedbackFilter, _ before: ID<Feedback>?, _ after: ID<Feedback>?
    ) -> SQL {
        var sql: SQL = "f.project_id = \(project.uuid)"
        if let kind = filter.kind { sql = "\(sql: sql) AND f.kind = \(kind)" }
        // As the partial index says it, so that the planner knows it again.
        switch filter.rating {
        case .down: sql = "\(sql: sql) AND (f.thumb = -1 OR f.score <= 2)"
        case .up: sql = "\(sql: sql) AND (f.thumb = 1 OR f.score >= 4)"
        case nil: break
        }
        if let rater = filter.rater {
            let named: SQL = "f.rater = \(rater)"
            sql = "\(sql: sql) AND \(sql: rater.hasPrefix("unnamed:") ? "\(sql: unnamed) = \(rater)" : named)"
        }
        if let name = filter.conversation { sql = "\(sql: sql) AND f.conversation = \(name)" }
        if let since = filter.since { sql = "\(sql: sql) AND f.id >= \(UUID.lowest(at: since))" }
        if let until = filter.until { sql = "\(sql: sql) AND f.id < \(UUID.lowest(at: until))" }
        if let before { sql = "\(sql: sql) AND f.id < \(before.uuid)" }
        if let after { sql = "\(sql: sql) AND f.id > \(after.uuid)" }
        return sql
    }
}

extension FeedbackPage.Item {
    init(_ row: PostgresRow) throws {
        let stored = try StoredFeedback(row)
        let marks = try row.decodeIfPresent("marks", as: PostgresArray<String>.self)?.elements ?? []
        self.init(
            id: stored.id, judgement: stored.judgement, subject: stored.subject, exchange: stored.exchange,
            rater: stored.rater, source: stored.source, proof: stored.proof.rawValue, at: stored.at,
            marks: marks.compactMap(MarkReason.init))
    }
}
