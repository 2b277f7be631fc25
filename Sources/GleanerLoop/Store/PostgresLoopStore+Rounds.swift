import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs

extension PostgresLoopStore {
    /// A round, its steps and the job that takes it on: all or none.
    /// - Throws: `LoopError.roundOpen`, `.loopPaused`.
    func open(_ loop: Loop, by actor: String, why: String) async throws -> ID<LoopRound> {
        try await pool.withTransaction { connection in
            let row = try await connection.query(
                "SELECT version, paused_by FROM gleaner.loops WHERE id = \(loop.id.uuid) FOR UPDATE"
            ).first
            guard let row else { throw LoopError.loopUnknown(loop.name) }
            if let person = try row.decodeIfPresent("paused_by", as: String.self) {
                throw LoopError.loopPaused(loop.name, by: person)
            }
            let version: Int32 = try row.decode("version")
            let newest = try await connection.query(
                """
                SELECT number, finished_at IS NULL AS is_open FROM gleaner.loop_rounds WHERE loop_id = \(loop.id.uuid)
                ORDER BY number DESC LIMIT 1
                """
            ).first
            let number = try newest?.decode("number", as: Int32.self) ?? 0
            if let newest, try newest.decode("is_open", as: Bool.self) {
                throw LoopError.roundOpen(loop: loop.name, number: Int(number))
            }
            let id = ID<LoopRound>.new()
            try await connection.query(
                """
                INSERT INTO gleaner.loop_rounds (id, project_id, loop_id, number, version, state, started_by, why, created_at)
                VALUES (\(id.uuid), \(loop.project.uuid), \(loop.id.uuid), \(number + 1), \(version), 'running', \(actor),
                        \(why), clock_timestamp())
                """)
            try await connection.query(
                """
                INSERT INTO gleaner.loop_steps (round_id, step, state, attempt, figures)
                SELECT \(id.uuid), step, 'waiting', 1, '{}'
                FROM unnest(\(PostgresArray(LoopStep.Name.allCases.map(\.rawValue)))) AS s (step)
                """)
            try await Self.record(
                NewLoopEvent(kind: .start, actor: actor, why: why, round: id), loop.id, loop.name, loop.project,
                on: connection)
            try await queue.enqueue(
                NewJob(
                    kind: .loop, project: loop.project, payload: ["round": .string(id.description)],
                    idempotencyKey: id.description, maximumAttempts: LoopHandler.attempts), on: connection)
            return id
        }
    }

    /// When the loop's newest round began.
    func newestStart(of loop: ID<Loop>) async throws -> Date? {
        try await pool.query(
            "SELECT max(created_at) AS at FROM gleaner.loop_rounds WHERE loop_id = \(loop.uuid)"
        ).first?.decodeIfPresent("at")
    }

    // MARK: Reading

    func round(_ id: ID<LoopRound>, of project: ID<Project>) async throws -> LoopRound? {
        try await pool.query(
            "\(sql: Self.rounds) WHERE r.id = \(id.uuid) AND r.project_id = \(project.uuid)"
        ).first.map(Self.round)
    }

    /// Newest first.
    /// - Parameter loop: `nil` for all loops of the project.
    func rounds(
        of project: ID<Project>, loop: ID<Loop>?, before: ID<LoopRound>?, limit: Int
    ) async throws -> [LoopRound] {
        try await pool.query(
            """
            \(sql: Self.rounds) WHERE r.project_id = \(project.uuid)
              AND (\(loop?.uuid)::uuid IS NULL OR r.loop_id = \(loop?.uuid))
              AND (\(before?.uuid)::uuid IS NULL OR r.id < \(before?.uuid)) ORDER BY r.id DESC LIMIT \(limit)
            """
        ).map(Self.round)
    }

    /// Those under way, at most one of each loop.
    /// - Parameter loop: `nil` for all loops of the project.
    func openRounds(of project: ID<Project>, loop: ID<Loop>? = nil) async throws -> [LoopRound] {
        try await pool.query(
            """
            \(sql: Self.rounds) WHERE r.project_id = \(project.uuid) AND r.finished_at IS NULL
              AND (\(loop?.uuid)::uuid IS NULL OR r.loop_id = \(loop?.uuid))
            """
        ).map(Self.round)
    }

    /// A round with the document it began with.
    func work(_ id: ID<LoopRound>, of project: ID<Project>) async throws -> RoundWork? {
        guard let round = try await round(id, of: project),
            let row = try await pool.query(
                """
                SELECT v.document, v.author, l.paused_at IS NOT NULL AS is_paused
                FROM gleaner.loop_versions v JOIN gleaner.loops l ON l.id = v.loop_id
                WHERE v.loop_id = \(round.loop.uuid) AND v.version = \(Int32(clamping: round.version))
                """
            ).first
        else { return nil }
        return RoundWork(
            round: round,
            document: try LoopDocument(JSONValue(parsing: row.decode("document", as: JSONB.self).bytes)),
            owner: try row.decode("author"), isPaused: try row.decode("is_paused"))
    }

    /// Estimates of the loop's fine-tunes of this calendar month, UTC, that were begun.
    func spentThisMonth(besides round: LoopRound) async throws -> Double {
        try await pool.query(
            """
            SELECT coalesce(sum(s.usd), 0) AS usd FROM gleaner.loop_steps s JOIN gleaner.loop_rounds r ON r.id = s.round_id
            WHERE r.loop_id = \(round.loop.uuid) AND r.id <> \(round.id.uuid) AND s.step = 'tune' AND s.made IS NOT NULL
              AND s.started_at >= date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
            """
        ).first?.decode("usd") ?? 0
    }

    static let rounds: SQL = """
        SELECT r.*, l.name,
               (SELECT jsonb_agg(to_jsonb(s) || jsonb_build_object(
                           'started_at', extract(epoch FROM s.started_at), 'finished_at', extract(epoch FROM s.finished_at)))
                FROM gleaner.loop_steps s WHERE s.round_id = r.id) AS steps
        FROM gleaner.loop_rounds r JOIN gleaner.loops l ON l.id = r.loop_id
        """

    static func round(_ row: PostgresRow) throws -> LoopRound {
        let steps = try JSONValue(parsing: row.decode("steps", as: JSONB.self).bytes).arrayValue ?? []
        let found = Dictionary(
            steps.compactMap { document in LoopStep(document).map { ($0.name, $0) } }, uniquingKeysWith: { $1 })
        return LoopRound(
            id: ID(try row.decode("id")), project: ID(try row.decode("project_id")),
            loop: ID(try row.decode("loop_id")), loopName: try row.decode("name"),
            number: Int(try row.decode("number", as: Int32.self)),
            version: Int(try row.decode("version", as: Int32.self)),
            // The table's check knows the same words.
            state: LoopRound.State(rawValue: try row.decode("state")) ?? .failed,
            reason: try row.decodeIfPresent("reason"), startedBy: try row.decode("started_by"),
            why: try row.decode("why"), cancelBy: try row.decodeIfPresent("cancel_by"),
            createdAt: try row.decode("created_at"), finishedAt: try row.decodeIfPresent("finished_at"),
            steps: LoopStep.Name.allCases.compactMap { found[$0] })
    }
}

extension LoopStep {
    /// A row as `rounds` selects it; times are seconds.
    fileprivate init?(_ row: JSONValue) {
        guard let name = row["step"]?.stringValue.flatMap(Name.init(rawValue:)),
            let state = row["state"]?.stringValue.flatMap(State.init(rawValue:))
        else { return nil }
        func date(_ column: String) -> Date? { row[column]?.doubleValue.map { Date(timeIntervalSince1970: $0) } }
        self.init(
            name: name, state: state, code: row["code"]?.stringValue, reason: row["reason"]?.stringValue,
            attempt: Int(row["attempt"]?.intValue ?? 1), key: row["key"]?.stringValue, made: row["made"]?.stringValue,
            usd: row["usd"]?.doubleValue, figures: row["figures"] ?? .object([:]),
            allowedBy: row["allowed_by"]?.stringValue, startedAt: date("started_at"), finishedAt: date("finished_at"))
    }
}
