import AsyncPostgres

/// Whether what PostgreSQL has committed survives a crash of its machine, by its own settings.
///
/// The journal lets go of an exchange once PostgreSQL has it, so its word is worth no more than these two.
struct DatabaseDurability: Sendable, Hashable {
    /// `fsync` and `synchronous_commit` as the server has them; those that are off.
    let off: [String]

    var isWeak: Bool { !off.isEmpty }

    static func ask(_ pool: PostgresPool, timeout: Duration? = nil) async throws -> Self {
        let rows = try await pool.query(
            "SELECT name FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit') AND setting = 'off' ORDER BY name",
            timeout: timeout)
        return Self(off: try rows.map { try $0.decode("name") })
    }
}
