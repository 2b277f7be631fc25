import Foundation
import GRDB
import GleanerCore
import Glibc

/// How long an acknowledged write survives.
public enum Durability: String, Sendable, Hashable, CaseIterable {
    /// fsynced: survives power loss. The default.
    case disk
    /// Handed to the kernel: survives `kill -9`, not power loss.
    case process
}

/// The SQLite file behind the journal: WAL, `synchronous=FULL`, 16 KiB pages.
///
/// An exchange is an `intents` row, perhaps `checkpoints` rows, and in the end a `records` row. All three leave when
/// Postgres has them. Sizes and speeds that led here: docs/adr/0002.
enum JournalDatabase {
    static func open(at directory: URL, durability: Durability) throws(JournalError) -> DatabasePool {
        do {
            try FileManager.default.createDirectory(
                at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            var configuration = Configuration()
            configuration.label = "journal"
            configuration.maximumReaderCount = 2
            configuration.prepareDatabase { db in
                // Before the first table exists this decides the page size; later it does nothing.
                try db.execute(sql: "PRAGMA page_size = 16384")
                try db.execute(sql: "PRAGMA temp_store = MEMORY")
            }
            let pool = try DatabasePool(
                path: directory.appendingPathComponent("journal.sqlite").path, configuration: configuration)
            try pool.writeWithoutTransaction { db in
                // GRDB opens WAL databases with synchronous=NORMAL, which does not sync each commit.
                try db.execute(sql: "PRAGMA synchronous = \(durability == .disk ? "FULL" : "NORMAL")")
                let level = try Int.fetchOne(db, sql: "PRAGMA synchronous")
                guard durability == .process || level == 2 else {
                    throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "synchronous is \(level ?? -1), not FULL")
                }
                try db.execute(sql: schema)
                try addColumn("details", to: "intents", db)
                try addColumn("attempts", to: "records", db)
            }
            return pool
        } catch {
            throw JournalError(error)
        }
    }

    /// A journal may have been left by an older Gleaner.
    private static func addColumn(_ column: String, to table: String, _ db: Database) throws {
        guard try !db.columns(in: table).contains(where: { $0.name == column }) else { return }
        try db.execute(sql: "ALTER TABLE \(table) ADD COLUMN \(column) BLOB")
    }

    private static let schema = """
        CREATE TABLE IF NOT EXISTS intents (
            seq INTEGER PRIMARY KEY, id BLOB NOT NULL, project BLOB NOT NULL, api_key BLOB, received_us INTEGER NOT NULL,
            endpoint TEXT NOT NULL, streamed INTEGER NOT NULL, model TEXT, conversation TEXT, end_user TEXT,
            tags TEXT NOT NULL, provider TEXT, request_sha256 BLOB NOT NULL, request BLOB NOT NULL
        );
        CREATE TABLE IF NOT EXISTS checkpoints (
            seq INTEGER NOT NULL, part INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (seq, part)
        );
        CREATE TABLE IF NOT EXISTS records (
            seq INTEGER PRIMARY KEY, status TEXT NOT NULL, reason TEXT, http_status INTEGER, headers BLOB,
            duration_us INTEGER, ttft_us INTEGER, response_sha256 BLOB, response BLOB NOT NULL
        );
        """
}

extension JournalError {
    init(_ error: any Error) {
        switch error {
        case let error as JournalError: self = error
        case let error as DatabaseError:
            self = .storage(code: error.extendedResultCode.rawValue, message: error.message ?? "no message")
        default: self = .storage(code: 0, message: "\(type(of: error))")
        }
    }
}

/// Holds `journal.lock` for as long as it lives: one process per journal directory.
final class JournalLock: Sendable {
    private let fd: Int32

    init(directory: URL) throws(JournalError) {
        do {
            try FileManager.default.createDirectory(
                at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .storage(code: 0, message: "cannot create \(directory.path)")
        }
        let path = directory.appendingPathComponent("journal.lock").path
        fd = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard fd >= 0 else { throw .storage(code: errno, message: "cannot open \(path)") }
        guard flock(fd, LOCK_EX | LOCK_NB) == 0 else {
            close(fd)
            throw .locked(path: directory.path)
        }
    }
    /// Lets another process have the directory, also while this object is still held somewhere.
    func release() { flock(fd, LOCK_UN) }

    deinit { close(fd) }
}
