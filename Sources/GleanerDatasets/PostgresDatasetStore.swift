import AsyncPostgres
import Foundation
import GleanerCore

/// Datasets, their versions, examples and exclusions.
struct PostgresDatasetStore: Sendable {
    /// For the statements of a build that look at everything at once, and for waiting on a build beside this one.
    static let patience = Duration.seconds(900)

    let pool: PostgresPool

    func versions(of project: ID<Project>, dataset: String?) async throws -> [DatasetVersion] {
        let condition: SQL = dataset.map { "d.name = \($0)" } ?? "true"
        return try await pool.query(Self.selection(of: project, where: condition)).map(Self.version)
    }

    /// One by its id.
    func version(_ id: UUID, of project: ID<Project>) async throws -> DatasetVersion? {
        try await pool.query(Self.selection(of: project, where: "v.id = \(id)")).first.map(Self.version)
    }

    /// The version that was built under a key; `nil` when none was.
    func built(under key: String, in project: ID<Project>, on connection: PostgresConnection) async throws
        -> DatasetVersion?
    {
        try await connection.query(Self.selection(of: project, where: "v.build_key = \(key)")).first.map(Self.version)
    }

    private static func selection(of project: ID<Project>, where condition: SQL) -> SQL {
        """
        SELECT v.id, d.name, v.number, v.kind, p.name AS policy_name, p.version AS policy_version, v.policy_document,
               v.salt, v.statistics, encode(v.content_sha256, 'hex') AS content, v.created_at, v.built_by,
               v.approvals_needed, v.withdrawn_at, v.withdrawn_reason, v.erased_examples,
               ARRAY(SELECT a.approver FROM gleaner.dataset_approvals a WHERE a.version_id = v.id
                     ORDER BY a.approved_at, a.approver) AS approvers
        FROM gleaner.dataset_versions v
        JOIN gleaner.datasets d ON d.id = v.dataset_id
        JOIN gleaner.promotion_policies p ON p.id = v.policy_id
        WHERE v.project_id = \(project.uuid) AND \(sql: condition)
        ORDER BY v.created_at DESC, v.number DESC
        """
    }

    private static func version(_ row: PostgresRow) throws -> DatasetVersion {
        let withdrawn: DatasetVersion.Withdrawal? = try row.decodeIfPresent("withdrawn_at", as: Date.self).map { at in
            .init(
                at: at, reason: try row.decode("withdrawn_reason"), erasedExamples: try row.decode("erased_examples"))
        }
        return DatasetVersion(
            id: try row.decode("id"), dataset: try row.decode("name"), number: try row.decode("number"),
            kind: DatasetKind(rawValue: try row.decode("kind")) ?? .sft, policyName: try row.decode("policy_name"),
            policyVersion: try row.decode("policy_version"),
            policy: try JSONValue(parsing: row.decode("policy_document", as: JSONB.self).bytes),
            salt: try row.decode("salt"),
            statistics: try JSONDecoder().decode(
                DatasetVersion.Statistics.self, from: Data(row.decode("statistics", as: JSONB.self).bytes)),
            contentSHA256: try row.decode("content"), builtBy: try row.decodeIfPresent("built_by"),
            approvals: .init(
                needed: try row.decode("approvals_needed"),
                by: try row.decode("approvers", as: PostgresArray<String>.self).elements),
            withdrawn: withdrawn, createdAt: try row.decode("created_at"))
    }

    /// The lines of a version: train first, then validation, each in order.
    func forEachLine(
        of version: UUID, on connection: PostgresConnection,
        _ body: (_ split: String, _ line: Int, _ content: [UInt8], _ tokens: Int) async throws -> Void
    ) async throws {
        try await connection.forEachRow(
            """
            SELECT split, line, content, (lineage->>'estimated_tokens')::bigint AS tokens FROM gleaner.examples
            WHERE version_id = \(version) AND split <> 'holdout' ORDER BY split, line
            """, batch: 500
        ) { row in
            try await body(row.decode("split"), row.decode("line"), row.decode("content"), row.decode("tokens"))
        }
    }

    func example(_ version: UUID, split: String, line: Int) async throws -> (content: JSONValue, lineage: JSONValue)? {
        guard let number = Int32(exactly: line), !split.utf8.contains(0) else { return nil }
        return try await pool.query(
            """
            SELECT content, lineage FROM gleaner.examples
            WHERE version_id = \(version) AND split = \(split) AND line = \(number)
            """
        ).first.map { row in
            (
                try JSONValue(parsing: row.decode("content", as: [UInt8].self)),
                try JSONValue(parsing: row.decode("lineage", as: JSONB.self).bytes)
            )
        }
    }

    func models(trainedOn version: UUID) async throws -> [TrainedModel] {
        try await pool.query(
            """
            SELECT provider, model, tuning_job_id::text AS job FROM gleaner.model_versions WHERE dataset_version_id = \(version)
            ORDER BY created_at, model
            """
        ).map {
            TrainedModel(
                provider: try $0.decode("provider"), model: try $0.decode("model"),
                tuningJob: try $0.decodeIfPresent("job"))
        }
    }
}
