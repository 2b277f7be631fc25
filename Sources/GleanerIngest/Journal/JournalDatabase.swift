import Foundation
import GleanerCore
import Glibc
import SQLite

/// How long an acknowledged write survives.
public enum Durability: String, Sendable, Hashable, CaseIterable {
    /// fsynced: survives power loss. The default.
    case disk
    /// Handed to the kernel: survives `kill -9`, not power loss.
    case process
}

/// The SQLite file behind the journal: WAL, small pages (docs/adr/0024).
///
/// An exchange is an `intents` row, perhaps `checkpoints` rows, and in the end a `records` row. All three leave when
/// Postgres has them. Sizes and speeds that led here: docs/adr/0002.
enum JournalDatabase {
    static let fileName = "journal.sqlite"

    /// `<directory>/journal.sqlite`, ready for use.
    /// - Parameter syncsCommits: SQLite syncs its log with each of them; else only before it moves the log into the file.
    static func open(
        at directory: URL, name: String = fileName, syncsCommits: Bool
    ) throws(SQLiteError) -> SQLiteConnection {
        let connection = try SQLiteConnection(path: directory.appendingPathComponent(name).path)
        // Before the first table exists this decides the page size; later it does nothing.
        try connection.execute("PRAGMA page_size = \(JournalFiles.pageSize)")
        // One connection only (a lock file keeps others out), so SQLite needs no shared memory and no file locks. That
        // saves system calls with every commit, and a file that a full disk could keep from growing.
        try connection.execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA temp_store = MEMORY")
        try connection.execute("PRAGMA synchronous = \(syncsCommits ? "FULL" : "NORMAL")")
        // What leaves the journal is overwritten as it leaves (Debian's SQLite does so anyway): an erasure promises it.
        try connection.execute("PRAGMA secure_delete = ON")
        let level = try connection.integer("PRAGMA synchronous")
        guard level == (syncsCommits ? 2 : 1) else {
            throw SQLiteError(code: 21, message: "synchronous is \(level ?? -1)")
        }
        try connection.execute(schema)
        for table in ["intents", "records"] {
            // A journal of an earlier version: its rows have no seal, and none is asked of them.
            let columns = "SELECT count(*) FROM pragma_table_info('\(table)') WHERE name = 'seal'"
            guard try connection.integer(columns) == 0 else { continue }
            try connection.execute("ALTER TABLE \(table) ADD COLUMN seal INTEGER")
        }
        return connection
    }

    /// Looks whether the pages hang together: a row that a damaged page hides would be missed by nobody.
    /// - Throws: `corrupt` when they do not.
    static func check(_ connection: SQLiteConnection) throws(SQLiteError) {
        let verdict = try connection.statement("PRAGMA quick_check(1)")
        defer { verdict.reset() }
        guard try verdict.step() else { return }
        let words = verdict.text(0)
        guard words == "ok" else {
            // Its first line names the tree or the list, the second what is wrong there.
            throw SQLiteError(code: SQLiteError.corrupt, message: words.replacing("\n", with: " "))
        }
        // The schema is text in a page, and a statement that names a column in vain would fail only when it is needed.
        let sound = try SQLiteConnection(path: ":memory:")
        try sound.execute(schema)
        for table in tables where try columns(of: table, connection) != columns(of: table, sound) {
            throw SQLiteError(code: SQLiteError.corrupt, message: "the schema of \(table) is damaged")
        }
    }

    private static let tables = ["intents", "checkpoints", "records"]

    /// Their names, in order.
    private static func columns(of table: String, _ connection: SQLiteConnection) throws(SQLiteError) -> String? {
        let names = try connection.statement("SELECT group_concat(name, ' ') FROM pragma_table_info('\(table)')")
        defer { names.reset() }
        return try names.step() ? names.text(0) : nil
    }

    static let schema = """
        CREATE TABLE IF NOT EXISTS intents (
            seq INTEGER PRIMARY KEY, id BLOB NOT NULL, project BLOB NOT NULL, api_key BLOB, received_us INTEGER NOT NULL,
            endpoint TEXT NOT NULL, streamed INTEGER NOT NULL, model TEXT, conversation TEXT, end_user TEXT,
            tags TEXT NOT NULL, provider TEXT, request_sha256 BLOB NOT NULL, request BLOB NOT NULL, details BLOB,
            seal INTEGER
        );
        CREATE TABLE IF NOT EXISTS checkpoints (
            seq INTEGER NOT NULL, part INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (seq, part)
        );
        CREATE TABLE IF NOT EXISTS records (
            seq INTEGER PRIMARY KEY, status TEXT NOT NULL, reason TEXT, http_status INTEGER, headers BLOB,
            duration_us INTEGER, ttft_us INTEGER, response_sha256 BLOB, response BLOB NOT NULL, attempts BLOB,
            seal INTEGER
        );
        """
}

extension JournalError {
    init(_ error: SQLiteError) {
        self =
            error.isDiskFull
            ? .diskFull
            : .storage(code: error.code, message: error.message)
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
        // Whoever throws here has been made: `deinit` closes.
        guard flock(fd, LOCK_EX | LOCK_NB) == 0 else { throw .locked(path: directory.path) }
    }
    /// Lets another process have the directory, also while this object is still held somewhere.
    func release() { flock(fd, LOCK_UN) }

    deinit { close(fd) }
}
