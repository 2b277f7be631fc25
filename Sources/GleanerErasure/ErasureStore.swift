import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs

/// Erasures in `gleaner.erasures`.
struct ErasureStore: Sendable {
    /// Held by everybody who stores exchanges, shared, and alone while a tombstone is set: whoever stores afterwards sees it.
    static let lock: Int64 = 0x6572_6173_7572_65

    let pool: PostgresPool

    /// The secret of this installation; made at the first time.
    func key() async throws -> [UInt8] {
        let read: SQL = "SELECT key FROM gleaner.erasure_keys"
        if let row = try await pool.query(read).first { return try row.decode("key") }
        var generator = SystemRandomNumberGenerator()
        let key = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        try await pool.query("INSERT INTO gleaner.erasure_keys (key) VALUES (\(key)) ON CONFLICT DO NOTHING")
        // Another instance may have been first.
        return try await pool.query(read)[0].decode("key")
    }

    func now() async throws -> Date {
        try await pool.query("SELECT clock_timestamp() AS now")[0].decode("now")
    }

    // MARK: Asking

    func insert(
        _ subject: ErasureSubject, hash: [UInt8], forbid: Bool, reason: String, preview: ErasureTally, by actor: String,
        in project: ID<Project>
    ) async throws -> ID<Erasure> {
        let id = ID<Erasure>.new()
        try await pool.query(
            """
            INSERT INTO gleaner.erasures
                (id, project_id, kind, subject, subject_hash, forbid, reason, state, preview, counts, notes,
                 requested_by, requested_at)
            VALUES (\(id.uuid), \(project.uuid), \(subject.kind.rawValue), \(subject.text), \(hash), \(forbid),
                    \(reason), 'proposed', \(try JSONB(encoding: preview.rows)), '{}', \(try JSONB(encoding: ErasureNotes())),
                    \(actor), clock_timestamp())
            """)
        return id
    }

    /// Sets the tombstone, asks for the work and writes down who wanted it, all or none. Said twice, it is done once.
    /// - Returns: whether there was such a proposal, not older than an hour, or one that has been confirmed already.
    func confirm(_ id: ID<Erasure>, by actor: String, in project: ID<Project>, queue: JobQueue) async throws -> Bool {
        try await pool.withTransaction { connection in
            try await connection.query("SELECT pg_advisory_xact_lock(\(Self.lock))")
            let row = try await connection.query(
                """
                UPDATE gleaner.erasures SET
                    state = 'running', confirmed_by = \(actor),
                    erased_before = greatest(clock_timestamp(),
                        (SELECT max(erased_before) + interval '1 microsecond' FROM gleaner.erasures))
                WHERE id = \(id.uuid) AND project_id = \(project.uuid) AND state = 'proposed'
                  AND requested_at > clock_timestamp() - interval '1 hour'
                RETURNING kind, subject, forbid, preview
                """
            ).first
            guard let row else {
                return try await connection.query(
                    """
                    SELECT 1 FROM gleaner.erasures
                    WHERE id = \(id.uuid) AND project_id = \(project.uuid) AND state <> 'proposed'
                    """
                ).count > 0
            }
            if try row.decode("kind", as: String.self) == ErasureSubject.Kind.exchange.rawValue,
                let exchange = try row.decodeIfPresent("subject", as: String.self).flatMap({ ID<Exchange>($0) })
            {
                try await connection.query(
                    """
                    INSERT INTO gleaner.erased_exchanges (shard, exchange_id, project_id, erasure_id, erased_at)
                    VALUES (\(exchange.shard.value), \(exchange.uuid), \(project.uuid), \(id.uuid), clock_timestamp())
                    ON CONFLICT DO NOTHING
                    """)
            }
            let details: JSONValue = [
                "kind": .string(try row.decode("kind")), "forbid": .bool(try row.decode("forbid")),
                "preview": try JSONValue(parsing: row.decode("preview", as: JSONB.self).bytes),
            ]
            try await connection.query(
                """
                INSERT INTO gleaner.audit_events (id, project_id, actor, action, subject, details, at)
                VALUES (\(ID<Erasure>.new().uuid), \(project.uuid), \(actor), 'erasure.confirm', \(id.description),
                        \(JSONB(bytes: try details.canonicalBytes())), clock_timestamp())
                """)
            try await queue.enqueue(
                NewJob(
                    kind: .erasure, project: project, payload: ["erasure": .string(id.description)],
                    idempotencyKey: id.description, maximumAttempts: 1000), on: connection)
            return true
        }
    }

    /// Proposals that nobody confirmed name people too.
    func forgetProposals() async throws {
        try await pool.query(
            """
            DELETE FROM gleaner.erasures
            WHERE state = 'proposed' AND requested_at < clock_timestamp() - interval '1 hour'
            """)
    }

    // MARK: Reading

    func find(_ id: ID<Erasure>, in project: ID<Project>?) async throws -> Erasure? {
        try await pool.query(
            """
            SELECT * FROM gleaner.erasures
            WHERE id = \(id.uuid) AND project_id = coalesce(\(project?.uuid), project_id)
            """
        ).first.map(Erasure.init)
    }

    /// Newest first.
    func list(of project: ID<Project>, before: ID<Erasure>?, limit: Int) async throws -> [Erasure] {
        let last = UUID(uuid: (255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255))
        return try await pool.query(
            """
            SELECT * FROM gleaner.erasures
            WHERE project_id = \(project.uuid) AND id < \(before?.uuid ?? last) ORDER BY id DESC LIMIT \(limit)
            """
        ).map(Erasure.init)
    }

    // MARK: The work

    func say(_ state: Erasure.State, of id: ID<Erasure>) async throws {
        let isDone = state == .done
        try await pool.query(
            """
            UPDATE gleaner.erasures SET
                state = \(state.rawValue),
                subject = CASE WHEN \(isDone) THEN NULL ELSE subject END,
                finished_at = CASE WHEN \(isDone) THEN coalesce(finished_at, clock_timestamp()) END
            WHERE id = \(id.uuid) AND state <> 'done'
            """)
    }

    func note(_ files: [ProviderFileErasure], of id: ID<Erasure>) async throws {
        guard !files.isEmpty else { return }
        try await pool.query(
            """
            UPDATE gleaner.erasures
            SET notes = jsonb_set(notes, '{provider_files}', \(try JSONB(encoding: files))) WHERE id = \(id.uuid)
            """)
    }

    /// Ids that were erased, a page at a time.
    func erased(by id: ID<Erasure>, after: ID<Exchange>?, limit: Int) async throws -> [ID<Exchange>] {
        let lowest = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        return try await pool.query(
            """
            SELECT exchange_id FROM gleaner.erased_exchanges
            WHERE erasure_id = \(id.uuid) AND exchange_id > \(after?.uuid ?? lowest) ORDER BY exchange_id LIMIT \(limit)
            """
        ).map { ID(try $0.decode("exchange_id")) }
    }
}

extension Erasure {
    init(_ row: PostgresRow) throws {
        func decoded<Value: Decodable>(_ column: String, as type: Value.Type) throws -> Value {
            try JSONDecoder().decode(type, from: Data(row.decode(column, as: JSONB.self).bytes))
        }
        // The table's checks know the same words.
        let kind = ErasureSubject.Kind(rawValue: try row.decode("kind")) ?? .exchange
        self.init(
            id: ID(try row.decode("id")), project: ID(try row.decode("project_id")), kind: kind,
            subject: try row.decodeIfPresent("subject", as: String.self).flatMap { try? ErasureSubject(kind, $0) },
            subjectHash: try row.decode("subject_hash"), forbid: try row.decode("forbid"),
            reason: try row.decode("reason"), state: State(rawValue: try row.decode("state")) ?? .running,
            preview: try decoded("preview", as: [String: Int64].self),
            counts: try decoded("counts", as: [String: Int64].self),
            notes: try decoded("notes", as: ErasureNotes.self), requestedBy: try row.decode("requested_by"),
            requestedAt: try row.decode("requested_at"), confirmedBy: try row.decodeIfPresent("confirmed_by"),
            erasedBefore: try row.decodeIfPresent("erased_before"),
            finishedAt: try row.decodeIfPresent("finished_at"))
    }
}
