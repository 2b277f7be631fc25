public import AsyncPostgres
import GleanerCore

protocol FeedbackSecretStore: Sendable {
    /// Never empty: the first instance that asks makes one.
    func secrets() async throws -> [FeedbackSecret]
}

/// `gleaner.feedback_secrets`.
public struct PostgresFeedbackSecrets: FeedbackSecretStore {
    private static let timeout = Duration.seconds(2)
    private let pool: PostgresPool

    public init(pool: PostgresPool) { self.pool = pool }

    func secrets() async throws -> [FeedbackSecret] {
        let stored = try await stored()
        guard stored.isEmpty else { return stored }
        try await add(1)
        return try await self.stored()
    }

    /// Makes a secret that signs from now on; the older ones go on verifying what they have signed.
    /// - Parameter revokesOlder: takes the older ones out of use: their tokens are refused from then on.
    /// - Returns: its id.
    public func rotate(revokesOlder: Bool) async throws -> Int {
        try await pool.withTransaction { connection in
            try await connection.query("LOCK TABLE gleaner.feedback_secrets IN SHARE ROW EXCLUSIVE MODE")
            let row = try await connection.query(
                "SELECT coalesce(max(key_id), 0) + 1 AS id FROM gleaner.feedback_secrets")[0]
            let id: Int32 = try row.decode("id")
            if revokesOlder { try await connection.query("DELETE FROM gleaner.feedback_secrets") }
            try await connection.query(Self.insert(id))
            return Int(id)
        }
    }

    private func stored() async throws -> [FeedbackSecret] {
        try await pool.query("SELECT key_id, secret FROM gleaner.feedback_secrets", timeout: Self.timeout).map {
            FeedbackSecret(
                id: UInt32(try $0.decode("key_id", as: Int32.self)), bytes: try $0.decode("secret", as: [UInt8].self))
        }
    }

    private func add(_ id: Int32) async throws { try await pool.query(Self.insert(id), timeout: Self.timeout) }

    private static func insert(_ id: Int32) -> SQL {
        """
        INSERT INTO gleaner.feedback_secrets (key_id, secret, created_at)
        VALUES (\(id), \(FeedbackSecret.random()), now()) ON CONFLICT DO NOTHING
        """
    }
}
