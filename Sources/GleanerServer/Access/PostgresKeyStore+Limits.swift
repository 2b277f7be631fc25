import AsyncPostgres
public import GleanerCore

extension PostgresKeyStore {
    /// Sets what a key may use; `nil` members mean the server's settings. Gateways follow within 5 seconds.
    /// - Returns: `false` when there is no such key.
    public func limit(_ id: ID<APIKey>, to limits: KeyLimits) async throws -> Bool {
        try await pool.query(
            """
            UPDATE gleaner.api_keys
            SET max_concurrent = \(limits.maximumConcurrent), rate_count = \(limits.rate?.count),
                rate_seconds = \(limits.rate?.seconds), client_gone = \(limits.clientGone?.rawValue),
                feedback_tokens = \(limits.feedbackTokens)
            WHERE id = \(id.uuid)
            """
        ).affected == 1
    }

    /// - Returns: `nil` when there is no such key.
    public func limits(of id: ID<APIKey>) async throws -> KeyLimits? {
        try await pool.query(
            """
            SELECT max_concurrent, rate_count, rate_seconds, client_gone, feedback_tokens FROM gleaner.api_keys
            WHERE id = \(id.uuid)
            """
        ).first.map(Self.limits)
    }

    static func limits(_ row: PostgresRow) throws -> KeyLimits {
        let count = try row.decodeIfPresent("rate_count", as: Int.self)
        let seconds = try row.decodeIfPresent("rate_seconds", as: Int.self)
        return KeyLimits(
            maximumConcurrent: try row.decodeIfPresent("max_concurrent", as: Int.self),
            rate: count.flatMap { count in seconds.flatMap { RequestRate(count: count, seconds: $0) } },
            clientGone: try row.decodeIfPresent("client_gone", as: String.self).flatMap(ClientGonePolicy.init),
            feedbackTokens: try row.decodeIfPresent("feedback_tokens"))
    }
}
