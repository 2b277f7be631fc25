public import AsyncPostgres
import Foundation
import GleanerCore

/// Rollups in PostgreSQL, and the marks that say which are behind.
public struct PostgresRollupStore: Sendable {
    let pool: PostgresPool

    public init(pool: PostgresPool) { self.pool = pool }

    /// One instance counts a part at a time; the others find its lock taken, and leave it to that one.
    private static func lock(_ part: RollupPart) -> Int64 {
        6_027_141_003_355_200 + Int64(RollupPart.allCases.firstIndex(of: part) ?? 0)
    }
    /// Of one hour's rows, at some hundred thousand a second.
    static let patience = Duration.seconds(300)
    /// Five minutes are kept for nine days; an hour that is older than eight is counted without them.
    static let fineDays = 8.0
    /// Five minutes that began longer ago than that, in seconds, are counted at once: hardly anything lands in them.
    static let recently = 1200.0

    // MARK: Marks

    /// Marks the minutes of exchanges that have landed. Append only: nobody waits for a pass.
    func mark(_ stretches: Set<RollupUnit>) async throws {
        guard !stretches.isEmpty else { return }
        try await pool.query(
            """
            INSERT INTO gleaner.rollup_marks (project_id, part, at)
            SELECT m.project_id, 'exchanges', m.at
            FROM unnest(\(PostgresArray(stretches.map(\.project.uuid))), \(PostgresArray(stretches.map(\.hour))))
              AS m (project_id, at)
            """)
    }

    /// Marks everything of `project` from `from` until before `to`, as if it had just come.
    /// - Returns: the last of the marks.
    @discardableResult
    func markAll(of project: ID<Project>, from: Date, to: Date) async throws -> Int64 {
        try await pool.query(
            """
            WITH marks AS (
            INSERT INTO gleaner.rollup_marks (project_id, part, at)
            SELECT \(project.uuid), 'exchanges', at
            FROM generate_series(\(from.beginning(of: .hour)), \(to.addingTimeInterval(-0.001)), interval '5 minutes') at
            UNION ALL
            SELECT \(project.uuid), 'work', at
            FROM generate_series(\(from.beginning(of: .hour)), \(to.addingTimeInterval(-0.001)), interval '1 hour') at
            RETURNING id
            )
            SELECT coalesce(max(id), 0) AS last FROM marks
            """, timeout: Self.patience
        )[0].decode("last")
    }

    /// - Parameter last: what came later is of no interest.
    func isMarked(_ project: ID<Project>, through last: Int64) async throws -> Bool {
        try await pool.query(
            """
            SELECT EXISTS (
                SELECT FROM gleaner.rollup_marks WHERE project_id = \(project.uuid) AND id <= \(last)) AS is_marked
            """
        )[0].decode("is_marked")
    }

    /// Hours that are marked, the newest first: what people look at is right before what they do not.
    func units(marked part: RollupPart, limit: Int) async throws -> [RollupUnit] {
        try await pool.query(
            """
            SELECT DISTINCT project_id, date_bin('1 hour', at, '2000-01-01 00:00:00+00') AS hour
            FROM gleaner.rollup_marks WHERE part = \(part.rawValue) ORDER BY hour DESC, project_id LIMIT \(limit)
            """
        ).map { RollupUnit(project: ID(try $0.decode("project_id", as: UUID.self)), hour: try $0.decode("hour")) }
    }

    func firstExchange(of project: ID<Project>) async throws -> Date? {
        try await pool.query(
            "SELECT gleaner.time_of(id) AS at FROM gleaner.exchanges WHERE project_id = \(project.uuid) ORDER BY id LIMIT 1"
        ).first?.decode("at")
    }

    // MARK: Counting

    /// Counts what is marked of an hour, in one transaction: its marks go with the old numbers, the new ones come.
    /// - Returns: `false` when another instance counts.
    func count(_ part: RollupPart, of unit: RollupUnit, now: Date) async throws -> Bool {
        try await pool.withTransaction { connection in
            let lock = try await connection.query("SELECT pg_try_advisory_xact_lock(\(Self.lock(part))) AS is_mine")
            guard try lock[0].decode("is_mine", as: Bool.self) else { return false }
            let marked = try await connection.query(
                """
                DELETE FROM gleaner.rollup_marks
                WHERE part = \(part.rawValue) AND project_id = \(unit.project.uuid) AND at >= \(unit.hour) AND at < \(unit.end)
                RETURNING at
                """, timeout: Self.patience
            ).map { try $0.decode("at", as: Date.self) }
            // Another instance was quicker, or the raw rows have gone: what was counted of them stays.
            guard !marked.isEmpty, try await hasRows(part, unit, on: connection) else { return true }
            let counting = RollupCounting(unit: unit, connection: connection)
            switch part {
            case .exchanges:
                let isFine = unit.hour > now.addingTimeInterval(-Self.fineDays * 86_400)
                try await counting.exchanges(
                    isFine ? Set(marked.map { $0.beginning(of: .minute) }) : nil,
                    recent: now.addingTimeInterval(-Self.recently))
                try await counting.markRest()
            case .judgements: try await counting.judgements()
            case .reviews: try await counting.reviews()
            case .work: try await counting.work()
            case .evaluators: try await counting.evaluators()
            case .moderation: try await counting.moderation()
            }
            return true
        }
    }

    /// Weeks are dropped for retention; what was counted of them is all there is.
    private func hasRows(
        _ part: RollupPart, _ unit: RollupUnit, on connection: PostgresConnection
    ) async throws -> Bool {
        let tables =
            switch part {
            case .work: ["reviews"]
            case .evaluators: ["exchanges", "evaluator_results"]
            case .moderation: ["exchanges", "moderation_results"]
            case .exchanges, .judgements, .reviews: ["exchanges"]
            }
        return try await connection.query(
            """
            SELECT bool_and(
                to_regclass('gleaner.' || t.name || '_' || to_char(\(unit.hour) AT TIME ZONE 'UTC', 'IYYY"w"IW')) IS NOT NULL
            ) AS is_there FROM unnest(\(PostgresArray(tables))) AS t (name)
            """
        )[0].decode("is_there")
    }

    /// Removes five minutes of long ago, and minutes that nothing is added up from any more.
    func prune(now: Date) async throws {
        for table in ["rollups", "rollup_slices"] {
            try await pool.query(
                """
                DELETE FROM gleaner.\(raw: table) WHERE minutes = \(Stretch.fiveMinutes.rawValue)
                  AND at < \(now.addingTimeInterval(-(Self.fineDays + 1) * 86_400))
                """, timeout: Self.patience)
        }
        try await pool.query(
            """
            DELETE FROM gleaner.rollups WHERE minutes = \(Stretch.minute.rawValue)
              AND at < \(now.addingTimeInterval(-Self.recently - Stretch.hour.seconds))
            """, timeout: Self.patience)
    }

    func ended(_ name: String, at time: Date) async throws {
        try await pool.query(
            """
            INSERT INTO gleaner.rollup_passes (name, ended_at) VALUES (\(name), \(time))
            ON CONFLICT (name) DO UPDATE SET ended_at = greatest(rollup_passes.ended_at, EXCLUDED.ended_at)
            """)
    }
}
