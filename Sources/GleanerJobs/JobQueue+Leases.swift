public import AsyncPostgres
import Foundation
public import GleanerCore

extension JobQueue {
    /// Lends up to `limit` jobs that are due, oldest first; rows that others are looking at are passed over.
    ///
    /// Due is also what somebody let go of without a word. When that was its last attempt it is declared dead here: a job
    /// that takes its process down must not do so for ever.
    public func claim(_ kind: JobKind, limit: Int, lease: Duration) async throws -> [JobLease] {
        let rows = try await pool.query(
            """
            WITH due AS (
                SELECT id FROM gleaner.jobs
                WHERE kind = \(kind.rawValue) AND state IN ('waiting', 'running')
                  AND coalesce(lease_until, run_at) <= statement_timestamp()
                ORDER BY coalesce(lease_until, run_at) FOR UPDATE SKIP LOCKED LIMIT \(limit)
            )
            UPDATE gleaner.jobs j SET
                state = CASE WHEN attempts < maximum_attempts THEN 'running' ELSE 'dead' END,
                attempts = least(attempts + 1, maximum_attempts),
                fence = nextval('gleaner.job_fences'),
                lease_until = CASE WHEN attempts < maximum_attempts
                    THEN clock_timestamp() + make_interval(secs => \(lease.inSeconds)) END,
                finished_at = CASE WHEN attempts < maximum_attempts THEN NULL ELSE clock_timestamp() END,
                last_error = CASE WHEN j.state = 'running' THEN 'The worker was lost, or its lease ran out.' ELSE last_error END
            FROM due WHERE j.id = due.id
            RETURNING j.id, j.kind, j.project_id, j.payload, j.attempts, j.maximum_attempts, j.progress, j.fence, j.state
            """)
        return try rows.filter { try $0.decode("state", as: String.self) == JobState.running.rawValue }
            .map(JobLease.init)
    }

    /// Keeps a lease for another while, and says how far the work is.
    /// - Parameter progress: `nil` leaves what was said before.
    /// - Throws: `JobError.leaseLost`.
    public func heartbeat(_ lease: JobLease, for duration: Duration, progress: JSONValue? = nil) async throws {
        let progress = try progress.map { JSONB(bytes: try $0.canonicalBytes()) }
        let kept = try await pool.query(
            """
            UPDATE gleaner.jobs SET
                lease_until = clock_timestamp() + make_interval(secs => \(duration.inSeconds)),
                progress = coalesce(\(progress), progress)
            WHERE id = \(lease.job.uuid) AND fence = \(lease.fence) AND state = 'running'
            """
        ).affected
        guard kept == 1 else { throw JobError.leaseLost }
    }

    /// Keeps others from taking the job before this transaction ends: what is written in it was written by the holder.
    /// - Throws: `JobError.leaseLost`.
    public func hold(_ lease: JobLease, on connection: PostgresConnection) async throws {
        let held = try await connection.query(
            """
            SELECT 1 FROM gleaner.jobs
            WHERE id = \(lease.job.uuid) AND fence = \(lease.fence) AND state = 'running' FOR UPDATE
            """)
        guard !held.isEmpty else { throw JobError.leaseLost }
    }

    /// The work is done. Said twice by the same holder, it is done once.
    /// - Throws: `JobError.leaseLost`; then another holder's word counts.
    public func complete(_ lease: JobLease) async throws {
        try await pool.withConnection { try await complete(lease, on: $0) }
    }

    /// The same as part of a transaction of the handler's: what it did and that it is done become true together, or,
    /// when another holds the job by now, neither does.
    public func complete(_ lease: JobLease, on connection: PostgresConnection) async throws {
        let completed = try await connection.query(
            """
            UPDATE gleaner.jobs SET
                state = 'done', lease_until = NULL, last_error = NULL,
                finished_at = coalesce(finished_at, clock_timestamp())
            WHERE id = \(lease.job.uuid) AND fence = \(lease.fence) AND state IN ('running', 'done')
            """
        ).affected
        guard completed == 1 else { throw JobError.leaseLost }
    }

    /// What became of a job whose attempt failed.
    public enum AfterFailure: Sendable, Hashable {
        case retried(after: Duration)
        case dead
    }

    /// The attempt failed: it is tried again after `pause`, or is dead when it was the last or `pause` is `nil`.
    /// - Throws: `JobError.leaseLost`.
    @discardableResult
    public func fail(_ lease: JobLease, reason: String, pause: Duration?) async throws -> AfterFailure {
        let isDead = pause == nil || lease.isLastAttempt
        let failed = try await pool.query(
            """
            UPDATE gleaner.jobs SET
                state = \(isDead ? JobState.dead.rawValue : JobState.waiting.rawValue), lease_until = NULL,
                run_at = clock_timestamp() + make_interval(secs => \((pause ?? .zero).inSeconds)),
                finished_at = CASE WHEN \(isDead) THEN clock_timestamp() END, last_error = \(reason)
            WHERE id = \(lease.job.uuid) AND fence = \(lease.fence) AND state = 'running'
            """
        ).affected
        guard failed == 1 else { throw JobError.leaseLost }
        return isDead ? .dead : .retried(after: pause ?? .zero)
    }

    /// Gives a job back that was begun and not ended, as if it had never been lent.
    /// - Throws: `JobError.leaseLost`.
    public func release(_ lease: JobLease) async throws {
        let released = try await pool.query(
            """
            WITH released AS (
                UPDATE gleaner.jobs SET
                    state = 'waiting', lease_until = NULL, run_at = clock_timestamp(), attempts = attempts - 1
                WHERE id = \(lease.job.uuid) AND fence = \(lease.fence) AND state = 'running' RETURNING kind
            )
            SELECT pg_notify(\(Self.channel), kind) FROM released
            """)
        guard !released.isEmpty else { throw JobError.leaseLost }
    }
}

extension JobLease {
    init(_ row: PostgresRow) throws {
        self.init(
            job: ID(try row.decode("id")), kind: JobKind(rawValue: try row.decode("kind")),
            project: try row.decodeIfPresent("project_id", as: UUID.self).map { ID<Project>($0) },
            payload: try JSONValue(parsing: row.decode("payload", as: JSONB.self).bytes),
            attempt: Int(try row.decode("attempts", as: Int32.self)),
            maximumAttempts: Int(try row.decode("maximum_attempts", as: Int32.self)),
            progress: try row.decodeIfPresent("progress", as: JSONB.self).map { try JSONValue(parsing: $0.bytes) },
            fence: try row.decode("fence"))
    }
}
