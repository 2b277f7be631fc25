public import AsyncPostgres
import Foundation
public import GleanerCore

/// Writes down what people did that matters later.
public struct AuditLog: Sendable {
    let pool: PostgresPool

    public init(pool: PostgresPool) { self.pool = pool }

    /// - Parameters:
    ///   - action: `noun.verb`.
    ///   - details: never a secret, and nothing of what was in an exchange.
    public func record(
        _ action: String, of subject: String, by actor: String, in project: ID<Project>?,
        _ details: [String: String] = [:]
    ) async throws {
        let document = JSONB(bytes: try JSONValue.object(details.mapValues { .string($0) }).canonicalBytes())
        try await pool.query(
            """
            INSERT INTO gleaner.audit_events (id, project_id, actor, action, subject, details, at)
            VALUES (\(ID<AuditLog>.new().uuid), \(project?.uuid), \(actor), \(action), \(subject), \(document), now())
            """)
    }
}
