import AsyncPostgres
import Foundation
public import GleanerCore

extension DatasetService {
    /// Notes that somebody looked at a version and lets it out. Once per person; again changes nothing.
    /// - Parameter approver: a handle, a key's name, or `cli` and the user's.
    /// - Throws: `DatasetError.approvalByBuilder`, `ExportError.withdrawn`.
    public func approve(
        _ version: DatasetVersion, by approver: String, note: String, project: ID<Project>
    ) async throws -> DatasetVersion {
        if let withdrawn = version.withdrawn {
            throw ExportError.withdrawn(
                dataset: version.dataset, version: version.number, reason: withdrawn.reason, replacedBy: nil)
        }
        guard approver != version.builtBy else { throw DatasetError.approvalByBuilder(approver) }
        try await store.pool.query(
            """
            INSERT INTO gleaner.dataset_approvals (version_id, approver, note, approved_at)
            VALUES (\(version.id), \(approver), \(note.replacing("\0", with: " ")), now()) ON CONFLICT DO NOTHING
            """)
        return try await self.version(String(version.number), of: version.dataset, in: project)
    }
}
