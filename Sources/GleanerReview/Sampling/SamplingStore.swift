import AsyncPostgres
import Foundation
import GleanerCore

/// Rules, samples and the slots they open.
struct SamplingStore: Sendable {
    let pool: PostgresPool

    // MARK: Rules

    func rules(of project: ID<Project>) async throws -> [SamplingRule] {
        try await pool.query(
            """
            SELECT id, project_id, name, version, document, salt FROM gleaner.sampling_rules
            WHERE project_id = \(project.uuid) AND retired_at IS NULL ORDER BY name
            """
        ).map(Self.rule)
    }

    func rule(_ id: UUID, of project: ID<Project>) async throws -> SamplingRule? {
        try await pool.query(
            """
            SELECT id, project_id, name, version, document, salt FROM gleaner.sampling_rules
            WHERE id = \(id) AND project_id = \(project.uuid)
            """
        ).first.map(Self.rule)
    }

    func createFirst(project: ID<Project>, name: String, _ document: RuleDocument) async throws {
        let salt = try await salt(of: project)
        try await pool.query(
            """
            INSERT INTO gleaner.sampling_rules (id, project_id, name, version, probability, document, salt, created_at)
            VALUES (\(ID<SamplingRule>.new().uuid), \(project.uuid), \(name), 1, \(document.highestProbability),
                    \(try Self.json(document)), \(salt), now())
            ON CONFLICT (project_id, name, version) DO NOTHING
            """)
    }

    /// - Returns: the rule in force afterwards, and whether it is a new version; a rule that says the same already stays.
    func replace(
        project: ID<Project>, name: String, _ document: RuleDocument
    ) async throws -> (rule: SamplingRule, isNew: Bool) {
        let salt = try await salt(of: project)
        let json = try Self.json(document)
        return try await pool.withTransaction { connection in
            // One change at a time, also over instances: versions count up without gaps.
            try await connection.query("SELECT 1 FROM gleaner.projects WHERE id = \(project.uuid) FOR UPDATE")
            let same = try await connection.query(
                """
                SELECT id, project_id, name, version, document, salt FROM gleaner.sampling_rules
                WHERE project_id = \(project.uuid) AND name = \(name) AND retired_at IS NULL AND document = \(json)
                """)
            if let row = same.first { return (try Self.rule(row), false) }
            try await Self.retire(project, name, on: connection)
            let rows = try await connection.query(
                """
                INSERT INTO gleaner.sampling_rules (id, project_id, name, version, probability, document, salt, created_at)
                SELECT \(ID<SamplingRule>.new().uuid), \(project.uuid), \(name), coalesce(max(version), 0) + 1,
                       \(document.highestProbability), \(json), \(salt), now()
                FROM gleaner.sampling_rules WHERE project_id = \(project.uuid) AND name = \(name)
                RETURNING id, project_id, name, version, document, salt
                """)
            return (try Self.rule(rows[0]), true)
        }
    }

    /// - Returns: whether there was one.
    func retire(project: ID<Project>, name: String) async throws -> Bool {
        try await pool.withConnection { try await Self.retire(project, name, on: $0) }
    }

    /// What was counted for the rule goes with it: the next one of that name may apply to others.
    @discardableResult
    private static func retire(
        _ project: ID<Project>, _ name: String, on connection: PostgresConnection
    ) async throws -> Bool {
        try await connection.query(
            """
            WITH gone AS (
                DELETE FROM gleaner.sampling_volumes WHERE project_id = \(project.uuid) AND rule = \(name)
            )
            UPDATE gleaner.sampling_rules SET retired_at = now()
            WHERE project_id = \(project.uuid) AND name = \(name) AND retired_at IS NULL
            """
        ).affected > 0
    }

    /// Made once, by whoever comes first.
    private func salt(of project: ID<Project>) async throws -> String {
        let fresh = (0..<32).map { _ in String(format: "%02x", UInt8.random(in: 0...255)) }.joined()
        return try await pool.query(
            """
            WITH made AS (
                INSERT INTO gleaner.sampling_salts (project_id, salt) VALUES (\(project.uuid), \(fresh))
                ON CONFLICT (project_id) DO UPDATE SET salt = sampling_salts.salt RETURNING salt
            )
            SELECT salt FROM made
            """)[0].decode("salt")
    }

    // MARK: Samples

    /// Keeps the samples and opens an item for each exchange, once.
    func keep(_ samples: [Sample], items: [NewItem]) async throws {
        guard !samples.isEmpty else { return }
        try await pool.query(
            """
            WITH kept AS (
                INSERT INTO gleaner.samples
                    (shard, exchange_id, project_id, rule_id, rule_version, probability, score, drawn_at)
                SELECT d.*, now() FROM unnest(
                    \(PostgresArray(samples.map(\.exchange.shard.value))), \(PostgresArray(samples.map(\.exchange.uuid))),
                    \(PostgresArray(samples.map(\.project.uuid))), \(PostgresArray(samples.map(\.rule))),
                    \(PostgresArray(samples.map { Int32($0.ruleVersion) })), \(PostgresArray(samples.map(\.probability))),
                    \(PostgresArray(samples.map(\.score)))) AS d (shard, exchange_id, project_id, rule_id, version, p, score)
                ORDER BY exchange_id, rule_id
                ON CONFLICT DO NOTHING
                RETURNING project_id, exchange_id
            ), marked AS (
                \(raw: RollupMarks.ofExchanges) FROM kept
            ), \(sql: ItemStore.opening(items))
            SELECT 1
            """)
    }

    /// Keeps the picks and opens an item for each.
    /// - Parameter isFirst: slots that wait already move to the front.
    func keep(picks: [NewItem], by picker: String, reason: String?, isFirst: Bool = true) async throws {
        try await pool.query(
            """
            WITH kept AS (
                INSERT INTO gleaner.picks (shard, exchange_id, project_id, picked_by, reason, picked_at)
                SELECT p.*, \(picker), \(reason), now() FROM unnest(
                    \(PostgresArray(picks.map(\.exchange.shard.value))), \(PostgresArray(picks.map(\.exchange.uuid))),
                    \(PostgresArray(picks.map(\.project.uuid)))) AS p (shard, exchange_id, project_id)
                ORDER BY exchange_id
                ON CONFLICT DO NOTHING
                RETURNING project_id, exchange_id
            ), marked AS (
                \(raw: RollupMarks.ofExchanges) FROM kept
            ), moved AS (
                UPDATE gleaner.review_slots SET position = position - 1
                WHERE project_id = ANY(\(PostgresArray(picks.map(\.project.uuid))))
                  AND exchange_id = ANY(\(PostgresArray(picks.map(\.exchange.uuid))))
                  AND NOT is_gold AND state = 'open' AND position >= 0 AND \(isFirst)
            ), \(sql: ItemStore.opening(picks))
            SELECT 1
            """)
    }

    private static func json(_ document: RuleDocument) throws -> JSONB {
        JSONB(bytes: Array(try JSONEncoder().encode(document)))
    }

    private static func rule(_ row: PostgresRow) throws -> SamplingRule {
        let document = try row.decode("document", as: JSONB.self)
        return SamplingRule(
            id: try row.decode("id"), project: ID(try row.decode("project_id", as: UUID.self)),
            name: try row.decode("name"), version: try row.decode("version"),
            document: try JSONDecoder().decode(RuleDocument.self, from: Data(document.bytes)),
            salt: try row.decode("salt"))
    }
}
