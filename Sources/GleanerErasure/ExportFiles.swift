import AsyncPostgres
import Foundation
import GleanerCore
import Logging

/// Exported files of withdrawn dataset versions that lie in this instance's data directory: `exports/` and `tuning/`.
///
/// A directory is of a version when its `manifest.json` says so in `version_id`.
struct ExportFiles: Sendable {
    private static let rooms = ["exports", "tuning"]

    let pool: PostgresPool
    let place: JournalPlace
    let logger: Logger

    /// Removes what belongs to versions that erasures have withdrawn.
    /// - Parameter last: erasures that had finished until then were looked at before.
    /// - Returns: until when they have been by now.
    func erase(finishedAfter last: Date) async throws -> Date {
        let newest = try await pool.query("SELECT max(finished_at) AS at FROM gleaner.erasures")[0]
            .decodeIfPresent("at", as: Date.self)
        guard let newest, newest > last else { return last }
        for directory in Self.rooms.map({ place.dataDirectory.appendingPathComponent($0) }) {
            for (manifest, version) in Self.manifests(in: directory) {
                let gone = try await pool.query(
                    """
                    SELECT 1 FROM gleaner.erasure_versions e JOIN gleaner.dataset_versions v ON v.id = e.version_id
                    WHERE v.id = \(version) AND v.withdrawn_at IS NOT NULL
                    """)
                if !gone.isEmpty { try await remove(manifest.deletingLastPathComponent(), version) }
            }
        }
        return newest
    }

    private func remove(_ directory: URL, _ version: UUID) async throws {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        // The manifest last: until it is gone, the rest is looked for again.
        for name in files.sorted(by: { ($0 == "manifest.json" ? 1 : 0, $0) < ($1 == "manifest.json" ? 1 : 0, $1) }) {
            let path = directory.appendingPathComponent(name).path
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            guard attributes[.type] as? FileAttributeType == .typeRegular else { continue }
            let bytes = (attributes[.size] as? NSNumber)?.int64Value ?? 0
            try FileManager.default.removeItem(atPath: path)
            try await pool.query(
                """
                INSERT INTO gleaner.erased_files (journal_id, version_id, path, bytes, erased_at)
                VALUES (\(place.id), \(version), \(path), \(bytes), clock_timestamp())
                """)
            logger.notice("a file of a withdrawn dataset version was removed", metadata: ["path": "\(path)"])
        }
    }

    private static func manifests(in directory: URL) -> [(URL, UUID)] {
        guard let walk = FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil) else {
            return []
        }
        return walk.compactMap { item in
            guard let url = item as? URL, url.lastPathComponent == "manifest.json",
                let bytes = try? Data(contentsOf: url), let document = try? JSONValue(parsing: bytes),
                let version = document["version_id"]?.stringValue.flatMap(UUID.init(uuidString:))
            else { return nil }
            return (url, version)
        }
    }
}
