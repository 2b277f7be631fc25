import AsyncPostgres
import Foundation
import GleanerCore

/// A version in the making, and its rows.
extension PostgresDatasetStore {
    func openVersion(
        dataset: String, policy: PromotionPolicy, project: ID<Project>, salt: String,
        on connection: PostgresConnection
    ) async throws -> VersionPlace {
        try await connection.query(
            """
            INSERT INTO gleaner.datasets (id, project_id, name, created_at)
            VALUES (\(ID<DatasetVersion>.new().uuid), \(project.uuid), \(dataset), now())
            ON CONFLICT (project_id, name) DO NOTHING
            """, timeout: Self.patience)
        // One build of a project at a time: what one holds out, another may be about to train on. That is known at the
        // first statement, so that nobody builds in vain.
        try await connection.query(
            "UPDATE gleaner.split_salts SET salt = salt WHERE project_id = \(project.uuid)", timeout: Self.patience)
        // One build of a dataset at a time: numbers count up without gaps. An update, since a mere lock would not tell
        // this snapshot that another build has committed in the meantime.
        let row = try await connection.query(
            """
            UPDATE gleaner.datasets SET name = name WHERE project_id = \(project.uuid) AND name = \(dataset)
            RETURNING id
            """, timeout: Self.patience)[0]
        let id: UUID = try row.decode("id")
        let number: Int = try await connection.query(
            "SELECT coalesce(max(number), 0) + 1 AS number FROM gleaner.dataset_versions WHERE dataset_id = \(id)")[0]
            .decode("number")
        let (policyID, policyVersion) = try await keep(policy, of: project, on: connection)
        return VersionPlace(
            id: ID<DatasetVersion>.new().uuid, dataset: id, name: dataset, number: number, policy: policyID,
            policyVersion: policyVersion, salt: salt, project: project)
    }

    /// The policy's row: the newest of its name if it says the same, else a new version.
    func keep(
        _ policy: PromotionPolicy, of project: ID<Project>, on connection: PostgresConnection
    ) async throws -> (UUID, Int) {
        let document = JSONB(bytes: try policy.document.canonicalBytes())
        try await connection.query(
            "SELECT pg_advisory_xact_lock(hashtext(\("gleaner.policy:\(project):\(policy.name)")))",
            timeout: Self.patience)
        let newest = try await connection.query(
            """
            SELECT id, version, document = \(document) AS same FROM gleaner.promotion_policies
            WHERE project_id = \(project.uuid) AND name = \(policy.name) ORDER BY version DESC LIMIT 1
            """
        ).first
        let version = try newest?.decode("version", as: Int.self) ?? 0
        if let newest, try newest.decode("same", as: Bool.self) { return (try newest.decode("id"), version) }
        let id = ID<PromotionPolicy>.new().uuid
        try await connection.query(
            """
            INSERT INTO gleaner.promotion_policies (id, project_id, name, version, document, created_at)
            VALUES (\(id), \(project.uuid), \(policy.name), \(Int32(version + 1)), \(document), now())
            """)
        return (id, version + 1)
    }

    func policy(named name: String, in project: ID<Project>) async throws -> [UInt8]? {
        try await pool.query(
            """
            SELECT document FROM gleaner.promotion_policies WHERE project_id = \(project.uuid) AND name = \(name)
            ORDER BY version DESC LIMIT 1
            """
        ).first.map { try $0.decode("document", as: JSONB.self).bytes }
    }

    /// Moves what is left into the version. The version's own row comes last: its foreign keys are checked at the end.
    func freeze(_ place: VersionPlace, on connection: PostgresConnection) async throws {
        try await connection.query(
            """
            INSERT INTO gleaner.exclusions (version_id, shard, exchange_id, reason, detail)
            SELECT \(place.id), shard, exchange_id, reason, detail FROM staged WHERE reason IS NOT NULL
            """, timeout: Self.patience)
        try await connection.query(
            """
            INSERT INTO gleaner.examples (version_id, split, line, shard, exchange_id, source, content, sha256, lineage)
            SELECT \(place.id), split, row_number() OVER (PARTITION BY split ORDER BY exchange_id), shard, exchange_id,
                   source, content, sha256(content), lineage
            FROM staged WHERE reason IS NULL
            """, timeout: Self.patience)
    }

    /// Remembers whom nobody ever trains on from now on, and who is trained on and never measured with.
    func settleSides(_ place: VersionPlace, at now: Date, on connection: PostgresConnection) async throws {
        try await connection.query(
            """
            INSERT INTO gleaner.trained_keys (project_id, key_hash, since)
            SELECT DISTINCT \(place.project.uuid), k.hash, \(now) FROM staged s
            CROSS JOIN LATERAL unnest(ARRAY[s.exchange_key, s.conversation_key, s.user_key]) AS k(hash)
            WHERE s.reason IS NULL AND s.split <> 'holdout' AND k.hash IS NOT NULL
            ON CONFLICT DO NOTHING
            """, timeout: Self.patience)
        try await connection.query(
            """
            INSERT INTO gleaner.holdouts (project_id, key_hash, since)
            SELECT DISTINCT \(place.project.uuid), drawn_key, \(now) FROM staged WHERE drawn_key IS NOT NULL
            ON CONFLICT DO NOTHING
            """, timeout: Self.patience)
    }

    func closeVersion(
        _ place: VersionPlace, policy: PromotionPolicy, statistics: DatasetVersion.Statistics, content: [UInt8],
        by builder: String?, key: String?, at now: Date, on connection: PostgresConnection
    ) async throws -> DatasetVersion {
        try await connection.query(
            """
            INSERT INTO gleaner.dataset_versions
                (id, dataset_id, project_id, number, policy_id, policy_document, salt, statistics, content_sha256, created_at,
                 kind, built_by, approvals_needed, build_key)
            SELECT \(place.id), id, project_id, \(Int32(place.number)), \(place.policy),
                   \(JSONB(bytes: try policy.document.canonicalBytes())), \(place.salt),
                   \(JSONB(bytes: Array(try JSONEncoder().encode(statistics)))), \(content), \(now),
                   \(policy.kind.rawValue), \(builder), \(Int16(policy.approvals)), \(key)
            FROM gleaner.datasets WHERE id = \(place.dataset)
            """)
        return DatasetVersion(
            id: place.id, dataset: place.name, number: place.number, kind: policy.kind, policyName: policy.name,
            policyVersion: place.policyVersion, policy: try policy.document, salt: place.salt, statistics: statistics,
            contentSHA256: content.hexadecimal, builtBy: builder, approvals: .init(needed: policy.approvals, by: []),
            withdrawn: nil, createdAt: now)
    }
}
