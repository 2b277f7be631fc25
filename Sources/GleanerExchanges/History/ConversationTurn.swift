import AsyncPostgres
public import Foundation
public import GleanerCore

/// Another exchange of the same conversation.
public struct ConversationTurn: Codable, Sendable {
    public let id: ID<Exchange>
    public let receivedAt: Date
    public let status: String
    public let variant: String?

    /// How many are shown before an exchange, and how many after it.
    static let each = 25

    /// The turns around an exchange, itself included, oldest first; of one without a conversation none.
    static func around(
        _ exchange: ExchangeSummary, of project: ID<Project>, pool: PostgresPool
    ) async throws -> [ConversationTurn] {
        guard let conversation = exchange.conversation else { return [] }
        return try await pool.query(
            """
            (SELECT e.id, e.received_at, e.status, e.variant FROM gleaner.exchanges e
             WHERE e.project_id = \(project.uuid) AND e.conversation = \(conversation) AND e.id <= \(exchange.id.uuid)
             ORDER BY e.id DESC LIMIT \(Int64(each + 1)))
            UNION ALL
            (SELECT e.id, e.received_at, e.status, e.variant FROM gleaner.exchanges e
             WHERE e.project_id = \(project.uuid) AND e.conversation = \(conversation) AND e.id > \(exchange.id.uuid)
             ORDER BY e.id LIMIT \(Int64(each)))
            ORDER BY id
            """
        ).map { row in
            ConversationTurn(
                id: ID(try row.decode("id", as: UUID.self)), receivedAt: try row.decode("received_at"),
                status: try row.decode("status"), variant: try row.decodeIfPresent("variant"))
        }
    }
}
