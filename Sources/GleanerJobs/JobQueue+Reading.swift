import AsyncPostgres
import Foundation
public import GleanerCore

extension JobQueue {
    /// Which jobs a list shows.
    public struct Filter: Sendable, Hashable {
        public var state: JobState?
        public var kind: JobKind?

        public init(state: JobState? = nil, kind: JobKind? = nil) {
            self.state = state
            self.kind = kind
        }
    }

    /// Jobs of `project`, newest first.
    /// - Parameter before: the last one of the page before.
    public func list(
        _ filter: Filter = Filter(), of project: ID<Project>, before: ID<Job>? = nil, limit: Int
    ) async throws -> [Job] {
        try await pool.query(
            """
            SELECT \(raw: Job.columns) FROM gleaner.jobs
            WHERE project_id = \(project.uuid)
              AND (\(filter.state?.rawValue)::text IS NULL OR state = \(filter.state?.rawValue))
              AND (\(filter.kind?.rawValue)::text IS NULL OR kind = \(filter.kind?.rawValue))
              AND (\(before?.uuid)::uuid IS NULL OR id < \(before?.uuid))
            ORDER BY id DESC LIMIT \(limit)
            """
        ).map(Job.init)
    }

    /// - Throws: `JobError.unknown`.
    public func job(_ id: ID<Job>, of project: ID<Project>) async throws -> Job {
        let rows = try await pool.query(
            "SELECT \(raw: Job.columns) FROM gleaner.jobs WHERE id = \(id.uuid) AND project_id = \(project.uuid)")
        guard let row = rows.first else { throw JobError.unknown(id) }
        return try Job(row)
    }

    /// Lets a dead job begin again, with all its attempts.
    /// - Throws: `JobError.unknown`, `.notDead`.
    @discardableResult
    public func retry(_ id: ID<Job>, of project: ID<Project>) async throws -> Job {
        let rows = try await pool.query(
            """
            WITH revived AS (
                UPDATE gleaner.jobs SET
                    state = 'waiting', run_at = clock_timestamp(), attempts = 0, finished_at = NULL
                WHERE id = \(id.uuid) AND project_id = \(project.uuid) AND state = 'dead' RETURNING *
            )
            SELECT \(raw: Job.columns), pg_notify(\(Self.channel), kind) FROM revived
            """)
        guard let row = rows.first else {
            throw JobError.notDead(id, try await job(id, of: project).state)
        }
        return try Job(row)
    }

    /// How many jobs there are by kind and state; done ones are not counted.
    public func standing() async throws -> [JobStanding] {
        try await pool.query(
            """
            SELECT kind, state, count(*) AS count,
                   greatest(extract(epoch FROM statement_timestamp() - min(coalesce(lease_until, run_at)))::float8, 0) AS late
            FROM gleaner.jobs WHERE state <> 'done' GROUP BY kind, state ORDER BY kind, state
            """
        ).compactMap { row in
            guard let state = JobState(rawValue: try row.decode("state")) else { return nil }
            return JobStanding(
                kind: JobKind(rawValue: try row.decode("kind")), state: state,
                count: Int(try row.decode("count", as: Int64.self)), oldestDueSeconds: try row.decode("late"))
        }
    }

    /// Forgets jobs that were done longer ago than `age`, and with them their idempotency keys.
    /// - Returns: how many; at most `limit`.
    @discardableResult
    public func clear(doneFor age: Duration, limit: Int = 10_000) async throws -> Int {
        try await pool.query(
            """
            DELETE FROM gleaner.jobs WHERE id IN (
                SELECT id FROM gleaner.jobs
                WHERE state = 'done' AND finished_at < statement_timestamp() - make_interval(secs => \(age.inSeconds))
                ORDER BY finished_at LIMIT \(limit))
            """
        ).affected
    }
}

/// How many jobs of one kind are in one state.
public struct JobStanding: Sendable, Hashable {
    public let kind: JobKind
    public let state: JobState
    public let count: Int
    /// How long the first of them has been due; 0 when none is yet.
    public let oldestDueSeconds: Double
}

extension Job {
    static let columns = """
        id, kind, project_id, state, payload, attempts, maximum_attempts, progress, last_error, run_at, lease_until, \
        created_at, finished_at
        """

    init(_ row: PostgresRow) throws {
        let state = try row.decode("state", as: String.self)
        self.init(
            id: ID(try row.decode("id")), kind: JobKind(rawValue: try row.decode("kind")),
            project: try row.decodeIfPresent("project_id", as: UUID.self).map { ID<Project>($0) },
            // The table's check knows the same four.
            state: JobState(rawValue: state) ?? .dead,
            payload: try JSONValue(parsing: row.decode("payload", as: JSONB.self).bytes),
            attempts: Int(try row.decode("attempts", as: Int32.self)),
            maximumAttempts: Int(try row.decode("maximum_attempts", as: Int32.self)),
            progress: try row.decodeIfPresent("progress", as: JSONB.self).map { try JSONValue(parsing: $0.bytes) },
            lastError: try row.decodeIfPresent("last_error"), runAt: try row.decode("run_at"),
            leaseUntil: try row.decodeIfPresent("lease_until"), createdAt: try row.decode("created_at"),
            finishedAt: try row.decodeIfPresent("finished_at"))
    }
}
