import AsyncPostgres
import Crypto
import Foundation
import GleanerCore

/// How far an import has come: a row of `imports`.
struct ImportCheckpoint: Sendable, Hashable {
    /// Done, good or bad, from the beginning.
    var records: Int64 = 0
    /// SHA-256 over those.
    var hash: [UInt8] = Array(SHA256().finalize())
    var added: Int64 = 0
    var known: Int64 = 0
    var rejected: Int64 = 0
    var rejectedBytes: Int64 = 0
}

/// The table `imports`.
struct ImportStore: Sendable {
    struct Found: Sendable {
        let checkpoint: ImportCheckpoint
        let defaultTime: Date
        let isFinished: Bool
    }
    /// By which a file is known again.
    struct Key: Sendable {
        let project: ID<Project>
        let format: ImportFormat
        let head: [UInt8]
    }

    let pool: PostgresPool

    func find(_ key: Key) async throws -> Found? {
        let rows = try await pool.query(
            """
            SELECT records, position_sha256, added, known, rejected, rejected_bytes, default_time,
                   finished_at IS NOT NULL AS is_finished
            FROM gleaner.imports
            WHERE project_id = \(key.project.uuid) AND format = \(key.format.rawValue) AND head_sha256 = \(key.head)
            """)
        guard let row = rows.first else { return nil }
        return Found(
            checkpoint: ImportCheckpoint(
                records: try row.decode("records"), hash: try row.decode("position_sha256"),
                added: try row.decode("added"), known: try row.decode("known"), rejected: try row.decode("rejected"),
                rejectedBytes: try row.decode("rejected_bytes")),
            defaultTime: try row.decode("default_time"), isFinished: try row.decode("is_finished"))
    }

    /// - Parameter isStart: begins anew, whatever was there; the default time stays.
    func save(
        _ checkpoint: ImportCheckpoint, of key: Key, name: String, defaultTime: Date, isStart: Bool, isFinished: Bool
    ) async throws {
        try await pool.query(
            """
            INSERT INTO gleaner.imports (
                id, project_id, format, head_sha256, name, default_time, records, position_sha256, added, known,
                rejected, rejected_bytes, started_at, updated_at, finished_at)
            VALUES (\(ID<ImportCheckpoint>.new().uuid), \(key.project.uuid), \(key.format.rawValue), \(key.head), \(name),
                    \(defaultTime), \(checkpoint.records), \(checkpoint.hash), \(checkpoint.added), \(checkpoint.known),
                    \(checkpoint.rejected), \(checkpoint.rejectedBytes), now(), now(),
                    CASE WHEN \(isFinished) THEN now() END)
            ON CONFLICT (project_id, format, head_sha256) DO UPDATE SET
                name = excluded.name, records = excluded.records, position_sha256 = excluded.position_sha256,
                added = excluded.added, known = excluded.known, rejected = excluded.rejected,
                rejected_bytes = excluded.rejected_bytes, updated_at = now(), finished_at = excluded.finished_at,
                started_at = CASE WHEN \(isStart) THEN now() ELSE imports.started_at END
            """)
    }
}
