public import AsyncPostgres

/// Measures candidates against incumbents, before they take traffic and while they do.
public struct EvaluationService: Sendable {
    let pool: PostgresPool
    public init(pool: PostgresPool) { self.pool = pool }
}
