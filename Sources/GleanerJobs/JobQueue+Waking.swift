public import AsyncPostgres
public import GleanerCore

extension JobQueue {
    /// What a job waits for has come: it is due now. Changes nothing when it runs, or is over.
    public func wake(
        _ kind: JobKind, project: ID<Project>?, idempotencyKey: String, on connection: PostgresConnection
    ) async throws {
        try await connection.query(
            """
            WITH woken AS (
                UPDATE gleaner.jobs SET run_at = clock_timestamp()
                WHERE kind = \(kind.rawValue) AND project_id IS NOT DISTINCT FROM \(project?.uuid)
                  AND idempotency_key = \(idempotencyKey) AND state = 'waiting' RETURNING kind
            )
            SELECT pg_notify(\(Self.channel), kind) FROM woken
            """)
    }
}
