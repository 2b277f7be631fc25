import AsyncPostgres
import Foundation
import GleanerCore

/// Placeholders of conversations in `gleaner.moderation_placeholders`.
struct PlaceholderStore: Sendable {
    let pool: PostgresPool

    /// Hands `body` the placeholders of one conversation and keeps those that it adds. Nobody else adds to the same
    /// conversation meanwhile.
    /// - Parameter conversation: `nil` for an exchange on its own, whose placeholders nobody needs again.
    func withPlaceholders<Value: Sendable>(
        of conversation: String?, in project: ID<Project>, _ body: (inout Placeholders) -> Value
    ) async throws -> Value {
        try await pool.withTransaction { connection in
            let key = try await key(of: project, on: connection)
            guard let conversation else {
                var placeholders = Placeholders(key: key)
                return body(&placeholders)
            }
            let shard = Shard(project: project, conversation: conversation).value
            try await connection.query(
                """
                SELECT pg_advisory_xact_lock(hashtext(\(project.description)), hashtext(\(conversation)))
                """)
            var placeholders = Placeholders(
                key: key, known: try await known(shard, conversation, project, on: connection))
            let value = body(&placeholders)
            let new = placeholders.new
            guard !new.isEmpty else { return value }
            try await connection.query(
                """
                INSERT INTO gleaner.moderation_placeholders
                    (shard, project_id, conversation, kind, number, hmac, created_at)
                SELECT \(shard), \(project.uuid), \(conversation), kind, number, hmac, clock_timestamp()
                FROM unnest(
                    \(PostgresArray(new.map(\.entry.kind.rawValue))), \(PostgresArray(new.map { Int32(clamping: $0.number) })),
                    \(PostgresArray(new.map(\.entry.hmac)))) AS p (kind, number, hmac)
                """)
            return value
        }
    }

    private func known(
        _ shard: Int16, _ conversation: String, _ project: ID<Project>, on connection: PostgresConnection
    ) async throws -> [(entry: Placeholders.Entry, number: Int)] {
        try await connection.query(
            """
            SELECT kind, number, hmac FROM gleaner.moderation_placeholders
            WHERE shard = \(shard) AND project_id = \(project.uuid) AND conversation = \(conversation)
            """
        ).compactMap { row in
            guard let kind = PIIKind(rawValue: try row.decode("kind")) else { return nil }
            return (
                Placeholders.Entry(kind: kind, hmac: try row.decode("hmac")),
                Int(try row.decode("number", as: Int32.self))
            )
        }
    }

    private func key(of project: ID<Project>, on connection: PostgresConnection) async throws -> [UInt8] {
        let read: SQL = "SELECT key FROM gleaner.moderation_keys WHERE project_id = \(project.uuid)"
        if let row = try await connection.query(read).first { return try row.decode("key") }
        var generator = SystemRandomNumberGenerator()
        let key = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        try await connection.query(
            """
            INSERT INTO gleaner.moderation_keys (project_id, key) VALUES (\(project.uuid), \(key)) ON CONFLICT DO NOTHING
            """)
        // Another instance may have been first.
        return try await connection.query(read)[0].decode("key")
    }
}
