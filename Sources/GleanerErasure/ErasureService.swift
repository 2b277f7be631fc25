public import AsyncPostgres

/// Takes a person, a conversation or an exchange out of everything, and says what it took.
public struct ErasureService: Sendable {
    let pool: PostgresPool
    public init(pool: PostgresPool) { self.pool = pool }
}
