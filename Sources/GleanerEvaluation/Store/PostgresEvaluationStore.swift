import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs

/// Evaluations and what they are made of.
struct PostgresEvaluationStore: Sendable {
    let pool: PostgresPool

    // MARK: The holdout

    /// A dataset version by name and number, `nil` for its newest; none that was withdrawn.
    func version(_ number: Int?, of dataset: String, in project: ID<Project>) async throws -> (id: UUID, number: Int)? {
        try await pool.query(
            """
            SELECT v.id, v.number FROM gleaner.datasets d JOIN gleaner.dataset_versions v ON v.dataset_id = d.id
            WHERE d.project_id = \(project.uuid) AND d.name = \(dataset) AND v.withdrawn_at IS NULL
              AND (\(number.map(Int32.init(clamping:)))::integer IS NULL OR v.number = \(number.map(Int32.init(clamping:))))
            ORDER BY v.number DESC LIMIT 1
            """
        ).first.map { (try $0.decode("id"), Int(try $0.decode("number", as: Int32.self))) }
    }

    /// Lines drawn from the holdout: those whose keyed hashes are smallest, in the order of their lines. None is among
    /// them whose exchange or conversation stands in train or validation of some version: builds keep the two apart, but
    /// for versions from before they did. None either whose answer was bad: what people did not want is no reference.
    /// - Returns: with how many lines there are. Lines that nobody can answer are drawn and left out.
    func items(of version: UUID, salt: String, limit: Int) async throws -> (items: [HoldoutItem], holdout: Int) {
        // In canonical JSON a quotation mark inside text has a backslash before it, so `"label"` is the member.
        let lines = try await pool.query(
            """
            SELECT e.line FROM gleaner.examples e JOIN gleaner.dataset_versions v ON v.id = e.version_id
            WHERE e.version_id = \(version) AND e.split = 'holdout' AND position('"label":false'::bytea IN e.content) = 0
              AND NOT EXISTS (
                  SELECT 1 FROM gleaner.trained_keys t WHERE t.project_id = v.project_id AND t.key_hash IN (
                      sha256(convert_to(v.project_id::text || ':exchange:' || e.exchange_id::text, 'UTF8')),
                      sha256(convert_to(v.project_id::text || ':conversation:' || (e.lineage->>'conversation'), 'UTF8'))))
            ORDER BY e.line
            """
        ).map { try $0.decode("line", as: Int32.self) }
        let drawn = lines.map { (line: $0, unit: SamplingHash.unit(salt: salt, key: "line:\($0)")) }
            .sorted { ($0.unit, $0.line) < ($1.unit, $1.line) }.prefix(limit).map(\.line).sorted()
        var items: [HoldoutItem] = []
        for start in stride(from: 0, to: drawn.count, by: 200) {
            let page = Array(drawn[start..<min(start + 200, drawn.count)])
            items += try await pool.query(
                """
                SELECT e.line, e.exchange_id, e.content, e.lineage, x.conversation
                FROM gleaner.examples e LEFT JOIN gleaner.exchanges x ON x.shard = e.shard AND x.id = e.exchange_id
                WHERE e.version_id = \(version) AND e.split = 'holdout' AND e.line = ANY(\(PostgresArray(page)))
                ORDER BY e.line
                """
            ).compactMap(Self.item)
        }
        return (items, lines.count)
    }

    private static func item(_ row: PostgresRow) throws -> HoldoutItem? {
        HoldoutItem(
            line: Int(try row.decode("line", as: Int32.self)),
            exchange: ID(try row.decode("exchange_id", as: UUID.self)),
            content: try JSONValue(parsing: row.decode("content", as: [UInt8].self)),
            lineage: try JSONValue(parsing: row.decode("lineage", as: JSONB.self).bytes),
            conversation: try row.decodeIfPresent("conversation"))
    }

    // MARK: Evaluations

    /// Stores an evaluation and the job that does it, both or neither.
    /// - Returns: `false` when its key was taken; then nothing was stored.
    func add(_ evaluation: Evaluation, queue: JobQueue) async throws -> Bool {
        try await pool.withTransaction { connection in
            let job = NewJob(
                kind: .evaluation, project: evaluation.project,
                payload: ["evaluation": .string(evaluation.id.description)],
                idempotencyKey: evaluation.id.description)
            let added = try await connection.query(
                """
                INSERT INTO gleaner.evaluations
                    (id, project_id, key, version_id, candidate, incumbent, policy, salt, state, holdout, items, estimate,
                     author, created_at)
                VALUES (\(evaluation.id.uuid), \(evaluation.project.uuid), \(evaluation.key), \(evaluation.version),
                        \(JSONB(bytes: try StoredJSON.bytes(evaluation.candidate))),
                        \(JSONB(bytes: try StoredJSON.bytes(evaluation.incumbent))),
                        \(JSONB(bytes: try StoredJSON.bytes(evaluation.policy))), \(evaluation.salt), 'waiting',
                        \(Int32(clamping: evaluation.holdout)), \(Int32(clamping: evaluation.items)),
                        \(JSONB(bytes: try StoredJSON.bytes(evaluation.estimate))), \(evaluation.author), now())
                ON CONFLICT ON CONSTRAINT evaluations_key_key DO NOTHING
                """)
            guard added.affected == 1 else { return false }
            let id = try await queue.enqueue(job, on: connection)
            try await connection.query(
                "UPDATE gleaner.evaluations SET job_id = \(id.uuid) WHERE id = \(evaluation.id.uuid)")
            return true
        }
    }

    func evaluation(_ id: ID<Evaluation>, of project: ID<Project>) async throws -> Evaluation? {
        try await pool.query(
            "\(sql: Self.all) WHERE e.project_id = \(project.uuid) AND e.id = \(id.uuid)"
        ).first.map(Self.evaluation)
    }

    func evaluation(key: String, of project: ID<Project>) async throws -> Evaluation? {
        try await pool.query(
            "\(sql: Self.all) WHERE e.project_id = \(project.uuid) AND e.key = \(key)"
        ).first.map(Self.evaluation)
    }

    /// Newest first.
    func evaluations(
        of project: ID<Project>, before: ID<Evaluation>?, limit: Int
    ) async throws -> [Evaluation] {
        try await pool.query(
            """
            \(sql: Self.all) WHERE e.project_id = \(project.uuid)
              AND (\(before?.uuid)::uuid IS NULL OR e.id < \(before?.uuid)) ORDER BY e.id DESC LIMIT \(limit)
            """
        ).map(Self.evaluation)
    }

    static let all: SQL = """
        SELECT e.*, d.name AS dataset, v.number,
               (SELECT count(*) FROM gleaner.evaluation_items i WHERE i.evaluation_id = e.id) AS answered
        FROM gleaner.evaluations e JOIN gleaner.dataset_versions v ON v.id = e.version_id
        JOIN gleaner.datasets d ON d.id = v.dataset_id
        """

    static func evaluation(_ row: PostgresRow) throws -> Evaluation {
        func document<Value: Decodable>(_ column: String, _ type: Value.Type) throws -> Value {
            try StoredJSON.read(type, row.decode(column, as: JSONB.self).bytes)
        }
        return Evaluation(
            id: ID(try row.decode("id")), project: ID(try row.decode("project_id")),
            key: try row.decodeIfPresent("key"),
            version: try row.decode("version_id"), dataset: try row.decode("dataset"),
            versionNumber: Int(try row.decode("number", as: Int32.self)),
            candidate: try document("candidate", ModelChoice.self),
            incumbent: try document("incumbent", ModelChoice.self), policy: try document("policy", GatePolicy.self),
            salt: try row.decode("salt"), state: Evaluation.State(rawValue: try row.decode("state")) ?? .failed,
            holdout: Int(try row.decode("holdout", as: Int32.self)),
            items: Int(try row.decode("items", as: Int32.self)),
            answered: Int(try row.decode("answered", as: Int64.self)),
            estimate: try document("estimate", GateEstimate.self),
            report: try row.decodeIfPresent("report", as: JSONB.self).map {
                try StoredJSON.read(GateReport.self, $0.bytes)
            },
            failure: try row.decodeIfPresent("failure"), peopleEndedBy: try row.decodeIfPresent("people_ended_by"),
            author: try row.decode("author"), createdAt: try row.decode("created_at"),
            finishedAt: try row.decodeIfPresent("finished_at"))
    }

    // MARK: How it ends

    func began(_ id: ID<Evaluation>) async throws {
        try await pool.query(
            "UPDATE gleaner.evaluations SET state = 'running' WHERE id = \(id.uuid) AND state = 'waiting'")
    }

    func failed(_ id: ID<Evaluation>, reason: String) async throws {
        try await pool.query(
            """
            UPDATE gleaner.evaluations SET state = 'failed', failure = \(reason), finished_at = now()
            WHERE id = \(id.uuid) AND state IN ('waiting', 'running')
            """)
    }

    /// The verdict and the decision that it is, both or neither, once.
    func finish(_ evaluation: Evaluation, _ report: GateReport) async throws {
        let evidence = JSONB(bytes: try StoredJSON.bytes(report))
        try await pool.withTransaction { connection in
            let done = try await connection.query(
                """
                UPDATE gleaner.evaluations
                SET state = 'done', verdict = \(report.verdict.rawValue), report = \(evidence), finished_at = now()
                WHERE id = \(evaluation.id.uuid) AND state = 'running'
                """)
            guard done.affected == 1 else { return }
            try await connection.query(
                """
                INSERT INTO gleaner.decisions
                    (id, project_id, evaluation_id, kind, actor, why, evidence, state, created_at, settled_at)
                VALUES (\(ID<Decision>.new().uuid), \(evaluation.project.uuid), \(evaluation.id.uuid), 'verdict', 'gleaner',
                        \(report.summary), \(evidence), 'applied', now(), now())
                """)
        }
    }
}
