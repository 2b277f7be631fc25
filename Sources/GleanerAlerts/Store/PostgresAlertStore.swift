import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs

/// Rules, what looks found, alerts and who was told.
struct PostgresAlertStore: Sendable {
    let pool: PostgresPool
    let queue: JobQueue

    init(pool: PostgresPool) {
        self.pool = pool
        queue = JobQueue(pool: pool)
    }

    // MARK: Rules

    /// By name.
    func rules(of project: ID<Project>) async throws -> [AlertRule] {
        try await pool.query(
            "\(sql: Self.rules) WHERE r.project_id = \(project.uuid) AND r.removed_at IS NULL ORDER BY r.name"
        ).map(Self.rule)
    }

    /// Of all projects.
    func rules() async throws -> [AlertRule] {
        try await pool.query("\(sql: Self.rules) WHERE r.removed_at IS NULL ORDER BY r.project_id, r.name").map(
            Self.rule)
    }

    func rule(_ name: String, of project: ID<Project>) async throws -> AlertRule? {
        guard !name.utf8.contains(0) else { return nil }
        return try await pool.query(
            """
            \(sql: Self.rules) WHERE r.project_id = \(project.uuid) AND r.name = \(name) AND r.removed_at IS NULL
            """
        ).first.map(Self.rule)
    }

    private static let rules: SQL = """
        SELECT r.id, r.project_id, p.name AS project, r.name, r.version, r.looked_at, r.trouble, v.document, v.author,
               v.note, v.created_at AS changed_at
        FROM gleaner.alert_rules r
        JOIN gleaner.alert_rule_versions v ON v.rule_id = r.id AND v.version = r.version
        JOIN gleaner.projects p ON p.id = r.project_id
        """

    private static func rule(_ row: PostgresRow) throws -> AlertRule {
        AlertRule(
            id: ID(try row.decode("id")), project: ID(try row.decode("project_id")),
            projectName: try row.decode("project"), name: try row.decode("name"),
            version: Int(try row.decode("version", as: Int32.self)), document: try document(row),
            author: try row.decode("author"), note: try row.decode("note"), changedAt: try row.decode("changed_at"),
            lookedAt: try row.decodeIfPresent("looked_at"), trouble: try row.decodeIfPresent("trouble"))
    }

    static func document(_ row: PostgresRow) throws -> AlertRuleDocument {
        try AlertRuleDocument(JSONValue(parsing: row.decode("document", as: JSONB.self).bytes))
    }

    /// Makes the rule, or gives it a new version. The same document again changes nothing.
    /// - Parameter expected: the version that is to be changed, 0 for none.
    /// - Throws: `AlertError.ruleConflict`.
    func put(
        _ document: AlertRuleDocument, as name: String, in project: ID<Project>, by author: String, note: String,
        expected: Int?
    ) async throws {
        let bytes = JSONB(bytes: try document.rendered.canonicalBytes())
        try await pool.withTransaction { connection in
            try await connection.query(
                "SELECT pg_advisory_xact_lock(hashtext(\("gleaner.alert_rule:\(project):\(name)")))")
            let known = try await connection.query(
                """
                SELECT r.id, r.version, r.removed_at IS NULL AS is_there, v.document = \(bytes) AS same
                FROM gleaner.alert_rules r
                JOIN gleaner.alert_rule_versions v ON v.rule_id = r.id AND v.version = r.version
                WHERE r.project_id = \(project.uuid) AND r.name = \(name)
                """
            ).first
            let isThere = try known?.decode("is_there", as: Bool.self) ?? false
            let last = Int(try known?.decode("version", as: Int32.self) ?? 0)
            if let expected, expected != (isThere ? last : 0) {
                throw AlertError.ruleConflict(expected: expected, found: isThere ? last : 0)
            }
            if isThere, try known?.decode("same", as: Bool.self) == true { return }
            let id: ID<AlertRule> = try known.map { ID(try $0.decode("id")) } ?? .new()
            let version = Int32(clamping: last + 1)
            try await connection.query(
                """
                INSERT INTO gleaner.alert_rules (id, project_id, name, version, created_at)
                VALUES (\(id.uuid), \(project.uuid), \(name), \(version), now())
                ON CONFLICT ON CONSTRAINT alert_rules_pkey
                    DO UPDATE SET version = EXCLUDED.version, removed_at = NULL, looked_at = NULL, trouble = NULL
                """)
            try await connection.query(
                """
                INSERT INTO gleaner.alert_rule_versions (rule_id, version, document, author, note, created_at)
                VALUES (\(id.uuid), \(version), \(bytes), \(author), \(note), now())
                """)
            // What was found by another document says nothing of this one; what is open stays open.
            try await connection.query("DELETE FROM gleaner.alert_standings WHERE rule_id = \(id.uuid)")
            try await Self.audit("alert_rule.put", name, note, by: author, in: project, on: connection)
        }
    }

    /// Its open alerts end with it.
    func remove(_ rule: AlertRule, by person: String, why: String) async throws {
        try await pool.withTransaction { connection in
            let removed = try await connection.query(
                "UPDATE gleaner.alert_rules SET removed_at = now() WHERE id = \(rule.id.uuid) AND removed_at IS NULL"
            ).affected
            guard removed == 1 else { return }
            try await connection.query("DELETE FROM gleaner.alert_standings WHERE rule_id = \(rule.id.uuid)")
            let open = try await connection.query(
                "SELECT id FROM gleaner.alerts WHERE rule_id = \(rule.id.uuid) AND resolved_at IS NULL FOR UPDATE"
            ).map { ID<Alert>(try $0.decode("id")) }
            for alert in open {
                try await resolve(
                    alert, of: rule.project, as: .ruleRemoved, by: person, why: "The rule was removed.",
                    on: connection)
            }
            try await Self.audit("alert_rule.remove", rule.name, why, by: person, in: rule.project, on: connection)
        }
    }

    /// A look failed, or did not.
    func note(trouble: String?, of rule: ID<AlertRule>, at time: Date) async throws {
        try await pool.query(
            """
            UPDATE gleaner.alert_rules SET looked_at = \(time), trouble = \(trouble?.replacing("\0", with: " "))
            WHERE id = \(rule.uuid)
            """)
    }

    /// As report views know it.
    func name(of project: ID<Project>) async throws -> String {
        try await pool.query("SELECT name FROM gleaner.projects WHERE id = \(project.uuid)").first?.decode("name") ?? ""
    }

    // MARK: What people did

    static func audit(
        _ action: String, _ subject: String, _ why: String, by actor: String, in project: ID<Project>,
        on connection: PostgresConnection
    ) async throws {
        try await connection.query(
            """
            INSERT INTO gleaner.audit_events (id, project_id, actor, action, subject, details, at)
            VALUES (\(ID<AlertEvent>.new().uuid), \(project.uuid), \(actor), \(action), \(subject),
                    \(JSONB(bytes: try JSONValue.object(["why": .string(why)]).canonicalBytes())), now())
            """)
    }
}
