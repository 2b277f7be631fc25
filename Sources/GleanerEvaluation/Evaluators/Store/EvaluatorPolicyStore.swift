import AsyncPostgres
import Foundation
import GleanerCore

/// The table `gleaner.evaluator_policies`.
struct EvaluatorPolicyStore: Sendable {
    let pool: PostgresPool

    private static let columns = "version, document, author, note, created_at"

    func current(of project: ID<Project>) async throws -> EvaluatorPolicyVersion {
        try await versions(of: project, limit: 1).first ?? .none
    }

    /// Newest first.
    func versions(of project: ID<Project>, limit: Int) async throws -> [EvaluatorPolicyVersion] {
        try await pool.query(
            """
            SELECT \(raw: Self.columns) FROM gleaner.evaluator_policies
            WHERE project_id = \(project.uuid) ORDER BY version DESC LIMIT \(limit)
            """
        ).map(Self.version)
    }

    /// - Throws: `EvaluatorError.policyUnknown`.
    func version(_ version: Int64, of project: ID<Project>) async throws -> EvaluatorPolicyVersion {
        if version == 0 { return .none }
        let rows = try await pool.query(
            """
            SELECT \(raw: Self.columns) FROM gleaner.evaluator_policies
            WHERE project_id = \(project.uuid) AND version = \(version)
            """)
        guard let row = rows.first else { throw EvaluatorError.policyUnknown(version) }
        return try Self.version(row)
    }

    /// Projects whose policy in force names an evaluator that is not paused.
    func evaluatedProjects() async throws -> Set<ID<Project>> {
        Set(
            try await pool.query(
                """
                SELECT project_id FROM (
                    SELECT DISTINCT ON (project_id) project_id, document FROM gleaner.evaluator_policies
                    ORDER BY project_id, version DESC) p
                WHERE EXISTS (SELECT FROM jsonb_array_elements(p.document -> 'evaluators') e
                              WHERE e -> 'paused' IS DISTINCT FROM 'true'::jsonb)
                """
            ).map { ID(try $0.decode("project_id")) })
    }

    /// Makes `policy` the one in force. One that changes nothing makes no version.
    /// - Throws: `EvaluatorError.policyConflict` when another is in force than `expected`.
    func put(
        _ policy: EvaluatorPolicy, of project: ID<Project>, author: String, note: String, expected: Int64?
    ) async throws -> EvaluatorPolicyVersion {
        let document = JSONB(bytes: try StoredJSON.bytes(policy))
        return try await pool.withTransaction { connection in
            try await connection.query(
                "SELECT pg_advisory_xact_lock(hashtext('gleaner.evaluator_policies'), hashtext(\(project.description)))"
            )
            let head =
                try await connection.query(
                    """
                    SELECT \(raw: Self.columns) FROM gleaner.evaluator_policies
                    WHERE project_id = \(project.uuid) ORDER BY version DESC LIMIT 1
                    """
                ).first.map(Self.version) ?? .none
            if let expected, expected != head.version {
                throw EvaluatorError.policyConflict(expected: expected, found: head.version)
            }
            if head.policy == policy { return head }
            return try Self.version(
                try await connection.query(
                    """
                    INSERT INTO gleaner.evaluator_policies (project_id, version, document, author, note, created_at)
                    VALUES (\(project.uuid), \(head.version + 1), \(document), \(author), \(note), clock_timestamp())
                    RETURNING \(raw: Self.columns)
                    """)[0])
        }
    }

    private static func version(_ row: PostgresRow) throws -> EvaluatorPolicyVersion {
        EvaluatorPolicyVersion(
            version: try row.decode("version"),
            policy: try StoredJSON.read(EvaluatorPolicy.self, row.decode("document", as: JSONB.self).bytes),
            author: try row.decode("author"), note: try row.decode("note"), at: try row.decode("created_at"))
    }
}
