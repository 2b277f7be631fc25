public import AsyncPostgres
public import GleanerCore

/// The durable queue in `gleaner.jobs`: work is done at least once, and only its newest holder says how it ended.
///
/// Time is the database's, so workers whose clocks differ do not take each other's leases.
public struct JobQueue: Sendable {
    /// Told the kind of new work, at commit.
    public static let channel = "gleaner_jobs"

    let pool: PostgresPool

    public init(pool: PostgresPool) { self.pool = pool }

    // MARK: Asking for work

    /// - Returns: the job's id; of the one there was, when its key is known.
    @discardableResult
    public func enqueue(_ job: NewJob) async throws -> ID<Job> {
        try await pool.withTransaction { try await enqueue(job, on: $0) }
    }

    /// The same as part of a transaction of the caller's: the job is there if and only if that commits.
    @discardableResult
    public func enqueue(_ job: NewJob, on connection: PostgresConnection) async throws -> ID<Job> {
        while true {
            if let id = try await insert([job], on: connection).first { return id }
            let known = try await connection.query(
                """
                SELECT id FROM gleaner.jobs
                WHERE kind = \(job.kind.rawValue) AND project_id IS NOT DISTINCT FROM \(job.project?.uuid)
                  AND idempotency_key = \(job.idempotencyKey)
                """)
            // None when it was cleared away in between; then it is a new job after all.
            if let row = known.first { return ID(try row.decode("id")) }
        }
    }

    /// Many at once, all or none; those whose key is known already are left out.
    /// - Returns: how many are new.
    @discardableResult
    public func enqueue(_ jobs: [NewJob], on connection: PostgresConnection) async throws -> Int {
        jobs.isEmpty ? 0 : try await insert(jobs, on: connection).count
    }

    /// Many at once, all or none; those whose key is known already are left out.
    /// - Returns: how many are new.
    @discardableResult
    public func enqueue(_ jobs: [NewJob]) async throws -> Int {
        try await pool.withConnection { try await enqueue(jobs, on: $0) }
    }

    private func insert(_ jobs: [NewJob], on connection: PostgresConnection) async throws -> [ID<Job>] {
        let payloads = try jobs.map { JSONB(bytes: try $0.payload.canonicalBytes()) }
        return try await connection.query(
            """
            WITH added AS (
                INSERT INTO gleaner.jobs
                    (id, project_id, kind, payload, idempotency_key, state, run_at, fence, attempts, maximum_attempts, created_at)
                SELECT id, project_id, kind, payload, idempotency_key, 'waiting',
                       clock_timestamp() + make_interval(secs => delay), 0, 0, maximum_attempts, clock_timestamp()
                FROM unnest(
                    \(PostgresArray(jobs.map { _ in ID<Job>.new().uuid })), \(PostgresArray(jobs.map { $0.project?.uuid })),
                    \(PostgresArray(jobs.map(\.kind.rawValue))), \(PostgresArray(payloads)),
                    \(PostgresArray(jobs.map(\.idempotencyKey))), \(PostgresArray(jobs.map(\.delay.inSeconds))),
                    \(PostgresArray(jobs.map { Int32(clamping: max($0.maximumAttempts, 1)) })))
                    AS j (id, project_id, kind, payload, idempotency_key, delay, maximum_attempts)
                ON CONFLICT DO NOTHING RETURNING id, kind
            ), told AS (SELECT pg_notify(\(Self.channel), kind) FROM (SELECT DISTINCT kind FROM added) kinds)
            SELECT id, (SELECT count(*) FROM told) FROM added
            """
        ).map { ID(try $0.decode("id")) }
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
