public import AsyncPostgres
import Foundation
import GleanerCore

/// Feedback in `gleaner.feedback`, and in `gleaner.early_feedback` while its exchange is not known.
public struct PostgresFeedbackStore: FeedbackStore {
    private enum Session: Sendable {
        case pool(PostgresPool)
        /// In a transaction.
        case connection(PostgresConnection)
    }
    private let session: Session

    public init(pool: PostgresPool) { session = .pool(pool) }
    private init(_ connection: PostgresConnection) { session = .connection(connection) }

    @discardableResult
    func query(_ sql: SQL, timeout: Duration? = nil) async throws(PostgresError) -> PostgresResult {
        switch session {
        case .pool(let pool): try await pool.query(sql, timeout: timeout)
        case .connection(let connection): try await connection.query(sql, timeout: timeout)
        }
    }

    func transaction<Value: Sendable>(_ body: (any FeedbackStore) async throws -> Value) async throws -> Value {
        switch session {
        case .pool(let pool): try await pool.withTransaction { try await body(PostgresFeedbackStore($0)) }
        case .connection: try await body(self)
        }
    }

    func keep(_ feedback: [GivenFeedback]) async throws {
        let (early, known) = (feedback.filter(\.isEarly), feedback.filter { !$0.isEarly })
        if !known.isEmpty {
            try await query(
                """
                WITH new AS (
                    INSERT INTO gleaner.feedback (\(raw: FeedbackColumns.common), shard, exchange_id, message_id)
                    SELECT \(raw: FeedbackColumns.given), shard, exchange_id, message_id
                    FROM \(sql: FeedbackColumns.rows(known))
                    RETURNING project_id, exchange_id
                )
                \(raw: FeedbackColumns.markRollups) FROM new WHERE exchange_id IS NOT NULL
                """)
        }
        if !early.isEmpty {
            try await query(
                """
                INSERT INTO gleaner.early_feedback (\(raw: FeedbackColumns.common), completion_id, look_at)
                SELECT \(raw: FeedbackColumns.given), completion_id, created_at FROM \(sql: FeedbackColumns.rows(early))
                """)
        }
    }

    func judgementCounts(
        of rater: String, on exchange: ID<Exchange>, of project: ID<Project>
    ) async throws -> [String: Int] {
        // Locks nothing in a table: whoever judges this exchange under the same name waits for this transaction.
        try await query("SELECT pg_advisory_xact_lock(hashtextextended(\("gleaner.voice:\(exchange):\(rater)"), 0))")
        let rows = try await query(
            """
            SELECT kind, count(*) AS count FROM gleaner.feedback
            WHERE shard = \(exchange.shard.value) AND exchange_id = \(exchange.uuid) AND project_id = \(project.uuid)
              AND id >= \(exchange.firstFeedback) AND rater = \(rater)
            GROUP BY kind
            """)
        return Dictionary(
            try rows.map { (try $0.decode("kind", as: String.self), try $0.decode("count", as: Int.self)) }
        ) { first, _ in first }
    }
}
