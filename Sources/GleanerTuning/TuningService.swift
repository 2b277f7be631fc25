public import AsyncPostgres

/// Drives fine-tune jobs, from a sealed dataset version to a model that has a name.
public struct TuningService: Sendable {
    let pool: PostgresPool
    public init(pool: PostgresPool) { self.pool = pool }
}
