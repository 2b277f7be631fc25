import AsyncPostgres
import Foundation
import GleanerCore

/// Rules, samples and the slots they open.
struct SamplingStore: Sendable {
    let pool: PostgresPool

    func rules(of project: ID<Project>) async throws -> [SamplingRule] {
        try await pool.query(
            """
            SELECT id, project_id, name, version, probability, salt FROM gleaner.sampling_rules
            WHERE project_id = \(project.uuid) AND retired_at IS NULL ORDER BY name
            """
        ).map(Self.rule)
    }

    func createFirst(project: ID<Project>, name: String, probability: Double) async throws {
        try await pool.query(
            """
            INSERT INTO gleaner.sampling_rules (id, project_id, name, version, probability, salt, created_at)
            VALUES (\(ID<SamplingRule>.new().uuid), \(project.uuid), \(name), 1, \(probability), \(Self.salt(project, name)), now())
            ON CONFLICT (project_id, name, version) DO NOTHING
            """)
    }

    /// - Returns: the rule in force afterwards: a new version, or the one that says the same already.
    func replace(project: ID<Project>, name: String, probability: Double) async throws -> SamplingRule {
        try await pool.withTransaction { connection in
            // One change at a time, also over instances: versions count up without gaps.
            try await connection.query("SELECT 1 FROM gleaner.projects WHERE id = \(project.uuid) FOR UPDATE")
            let same = try await connection.query(
                """
                SELECT id, project_id, name, version, probability, salt FROM gleaner.sampling_rules
                WHERE project_id = \(project.uuid) AND name = \(name) AND retired_at IS NULL
                  AND probability = \(probability)
                """)
            if let row = same.first { return try Self.rule(row) }
            try await connection.query(
                """
                UPDATE gleaner.sampling_rules SET retired_at = now()
                WHERE project_id = \(project.uuid) AND name = \(name) AND retired_at IS NULL
                """)
            let rows = try await connection.query(
                """
                INSERT INTO gleaner.sampling_rules (id, project_id, name, version, probability, salt, created_at)
                SELECT \(ID<SamplingRule>.new().uuid), \(project.uuid), \(name), coalesce(max(version), 0) + 1,
                       \(probability), \(Self.salt(project, name)), now()
                FROM gleaner.sampling_rules WHERE project_id = \(project.uuid) AND name = \(name)
                RETURNING id, project_id, name, version, probability, salt
                """)
            return try Self.rule(rows[0])
        }
    }

    /// Keeps the samples and opens a slot for each exchange, once. In order of ids, so that two instances with the same
    /// exchanges wait for each other rather than deadlock.
    func keep(_ samples: [Sample]) async throws {
        guard !samples.isEmpty else { return }
        try await pool.query(
            """
            WITH drawn AS (
                SELECT * FROM unnest(
                    \(PostgresArray(samples.map(\.exchange.shard.value))), \(PostgresArray(samples.map(\.exchange.uuid))),
                    \(PostgresArray(samples.map(\.project.uuid))), \(PostgresArray(samples.map(\.rule))),
                    \(PostgresArray(samples.map { Int32($0.ruleVersion) })), \(PostgresArray(samples.map(\.probability))),
                    \(PostgresArray(samples.map(\.position))))
                AS d (shard, exchange_id, project_id, rule_id, rule_version, probability, position)
            ), kept AS (
                INSERT INTO gleaner.samples (shard, exchange_id, project_id, rule_id, rule_version, probability, drawn_at)
                SELECT shard, exchange_id, project_id, rule_id, rule_version, probability, now() FROM drawn
                ORDER BY exchange_id, rule_id
                ON CONFLICT DO NOTHING
            )
            INSERT INTO gleaner.review_slots (id, project_id, exchange_id, slot, position, state, created_at)
            SELECT DISTINCT ON (exchange_id) gen_random_uuid(), project_id, exchange_id, 1, position, 'open', now()
            FROM drawn ORDER BY exchange_id
            ON CONFLICT (project_id, exchange_id, slot) DO NOTHING
            """)
    }

    /// Whole exchanges after `last`, by id. They are what `SamplingCandidate.isEligible` says of those that land.
    func eligible(of project: ID<Project>, after last: ID<Exchange>, limit: Int) async throws -> [ID<Exchange>] {
        try await pool.query(
            """
            SELECT id FROM gleaner.exchanges
            WHERE project_id = \(project.uuid) AND id > \(last.uuid)
              AND status = 'completed' AND complete AND http_status = 200
            ORDER BY id LIMIT \(limit)
            """
        ).map { ID(try $0.decode("id", as: UUID.self)) }
    }

    private static func salt(_ project: ID<Project>, _ name: String) -> String { "sampling:\(project):\(name)" }

    private static func rule(_ row: PostgresRow) throws -> SamplingRule {
        SamplingRule(
            id: try row.decode("id"), project: ID(try row.decode("project_id", as: UUID.self)),
            name: try row.decode("name"),
            version: try row.decode("version"), probability: try row.decode("probability"), salt: try row.decode("salt")
        )
    }
}
