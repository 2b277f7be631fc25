import AsyncPostgres
import Foundation
import GleanerCore
import Logging

/// Withdrawn dataset versions, and those that take their places.
struct ErasureVersions: Sendable {
    let pool: PostgresPool
    let rebuilder: any DatasetRebuilder
    let logger: Logger

    func ids(of erasure: ID<Erasure>) async throws -> [UUID] {
        try await pool.query(
            "SELECT version_id FROM gleaner.erasure_versions WHERE erasure_id = \(erasure.uuid) ORDER BY version_id"
        ).map { try $0.decode("version_id") }
    }

    /// One new version for all of a dataset that had the same policy. A version that was built after the exchanges had
    /// gone, by whomever, will do: so a successor of a killed worker builds none twice.
    func replace(for erasure: Erasure) async throws {
        let open = try await pool.query(
            """
            SELECT v.id, v.dataset_id, v.policy_document, coalesce(s.id, NULL) AS known
            FROM gleaner.erasure_versions e JOIN gleaner.dataset_versions v ON v.id = e.version_id
            LEFT JOIN LATERAL (
                SELECT n.id FROM gleaner.dataset_versions n
                WHERE n.dataset_id = v.dataset_id AND n.policy_document = v.policy_document AND n.number > v.number
                  AND n.withdrawn_at IS NULL AND n.created_at > v.withdrawn_at
                ORDER BY n.number DESC LIMIT 1) s ON true
            WHERE e.erasure_id = \(erasure.id.uuid) AND e.replaced_by IS NULL AND e.note IS NULL
            ORDER BY v.number DESC
            """)
        var built: [Place: UUID] = [:]
        for row in open {
            let version: UUID = try row.decode("id")
            let place = Place(
                dataset: try row.decode("dataset_id"), policy: try row.decode("policy_document", as: JSONB.self).bytes)
            do {
                var new = try built[place] ?? row.decodeIfPresent("known")
                if new == nil { new = try await rebuilder.rebuild(version, in: erasure.project) }
                built[place] = new
                try await say(new, new == nil ? "no exchange passes the policy any more" : nil, of: version, erasure.id)
            } catch let error as any Explained {
                logger.warning("a withdrawn version was not rebuilt", metadata: ["error": "\(error)"])
                try await say(nil, "\(error.explanation.code): \(error.explanation.what)", of: version, erasure.id)
            }
        }
    }

    private struct Place: Hashable {
        let dataset: UUID
        let policy: [UInt8]
    }

    private func say(
        _ new: UUID?, _ note: String?, of version: UUID, _ erasure: ID<Erasure>
    ) async throws {
        try await pool.withTransaction { connection in
            try await connection.query(
                """
                UPDATE gleaner.erasure_versions SET replaced_by = \(new), note = \(note)
                WHERE erasure_id = \(erasure.uuid) AND version_id = \(version)
                """)
            try await connection.query(
                "UPDATE gleaner.dataset_versions SET replaced_by = coalesce(\(new), replaced_by) WHERE id = \(version)")
        }
    }
}
