import AsyncPostgres
import Foundation
import GleanerCore
import Logging

/// Exported files of withdrawn dataset versions that lie in this instance's data directory: `exports/` and `tuning/`.
///
/// A directory of `exports/` is of a version when its `manifest.json` says so in `version_id`, or, where an export was cut
/// short, its `.export.json` in `key.version`. One of `tuning/` is of the version that its fine-tune learns from.
struct ExportFiles: Sendable {
    private static let records = ["manifest.json", ".export.json"]

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
        for (record, version) in Self.records(in: place.dataDirectory.appendingPathComponent("exports")) {
            let gone = try await pool.query(
                """
                SELECT 1 FROM gleaner.erasure_versions e JOIN gleaner.dataset_versions v ON v.id = e.version_id
                WHERE v.id = \(version) AND v.withdrawn_at IS NOT NULL
                """)
            guard !gone.isEmpty else { continue }
            let directory = record.deletingLastPathComponent()
            let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
            // The record last: until it is gone, the rest is looked for again.
            let isRecord = { (name: String) in Self.records.contains(name) ? 1 : 0 }
            for name in names.sorted(by: { (isRecord($0), $0) < (isRecord($1), $1) }) {
                try await remove(directory.appendingPathComponent(name), version)
            }
        }
        try await eraseTrained()
        return newest
    }

    /// What fine-tunes were given and what their programs said, once they have ended. What a program made of it stays.
    private func eraseTrained() async throws {
        let room = TuningRoom(url: place.dataDirectory.appendingPathComponent("tuning"))
        let jobs = room.jobs
        guard !jobs.isEmpty else { return }
        let ended = try await pool.query(
            """
            SELECT j.id, v.id AS version FROM gleaner.tuning_jobs j
            JOIN gleaner.dataset_versions v ON v.id = j.dataset_version_id
            WHERE j.id = ANY (\(PostgresArray(jobs))) AND j.finished_at IS NOT NULL AND v.withdrawn_at IS NOT NULL
              AND EXISTS (SELECT 1 FROM gleaner.erasure_versions e WHERE e.version_id = v.id)
            """)
        for row in ended {
            for file in room.files(of: try row.decode("id")) {
                try await remove(file, try row.decode("version"))
            }
        }
    }

    private func remove(_ file: URL, _ version: UUID) async throws {
        let path = file.path
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            attributes[.type] as? FileAttributeType == .typeRegular
        else { return }
        let bytes = (attributes[.size] as? NSNumber)?.int64Value ?? 0
        try FileManager.default.removeItem(atPath: path)
        try await pool.query(
            """
            INSERT INTO gleaner.erased_files (journal_id, version_id, path, bytes, erased_at)
            VALUES (\(place.id), \(version), \(path), \(bytes), clock_timestamp())
            """)
        logger.notice("a file of a withdrawn dataset version was removed", metadata: ["path": "\(path)"])
    }

    private static func records(in directory: URL) -> [(URL, UUID)] {
        guard let walk = FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil) else {
            return []
        }
        return walk.compactMap { item in
            guard let url = item as? URL, records.contains(url.lastPathComponent),
                let bytes = try? Data(contentsOf: url), let document = try? JSONValue(parsing: bytes),
                let text = document["version_id"]?.stringValue ?? document["key"]?["version"]?.stringValue,
                let version = UUID(uuidString: text)
            else { return nil }
            return (url, version)
        }
    }
}
