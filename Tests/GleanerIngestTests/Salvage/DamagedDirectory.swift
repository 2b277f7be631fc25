import Foundation
import GleanerCore
import NIOCore
import SQLite

@testable import GleanerIngest

/// A journal's directory whose files are kept as a kill leaves them, to be put back and damaged again and again.
final class DamagedDirectory {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("salvage-\(UUID().uuidString)")
    private(set) var database: [UInt8] = []
    private(set) var log: [UInt8] = []

    var files: JournalFiles { JournalFiles(url) }

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }

    /// Takes what is there now: the files of a process that is killed at this moment.
    func take() throws {
        database = try [UInt8](Data(contentsOf: URL(fileURLWithPath: files.database)))
        log = (try? [UInt8](Data(contentsOf: URL(fileURLWithPath: files.log)))) ?? []
    }

    /// Puts these in place of everything.
    func put(database: [UInt8]? = nil, log: [UInt8]? = nil) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: url.path) {
            try FileManager.default.removeItem(atPath: url.path + "/" + name)
        }
        try Data(database ?? self.database).write(to: URL(fileURLWithPath: files.database))
        let log = log ?? self.log
        if !log.isEmpty { try Data(log).write(to: URL(fileURLWithPath: files.log)) }
    }

    func scan() throws -> JournalLog? {
        try JournalLog(path: files.log, databasePageSize: try files.pageSize())
    }

    /// Directories with originals.
    var aside: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
        return names.filter { $0.hasPrefix("damaged-") }
    }

    // MARK: A small database of its own

    static let pageSize = 512

    /// Small pages, so that a test of each byte is short.
    func connect() throws -> SQLiteConnection {
        let connection = try SQLiteConnection(path: files.database)
        try connection.execute(
            """
            PRAGMA page_size = \(Self.pageSize); PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;
            PRAGMA synchronous = OFF; CREATE TABLE IF NOT EXISTS lines (n INTEGER PRIMARY KEY, line TEXT NOT NULL)
            """)
        return connection
    }

    static func line(_ n: Int) -> String { String(repeating: "line \(n) ", count: 3 + n % 40) }

    static func insert(_ numbers: some Sequence<Int>, _ connection: SQLiteConnection) throws {
        for n in numbers {
            let statement = try connection.statement("INSERT INTO lines VALUES (?, ?)")
            statement.bind(1, n)
            statement.bind(2, line(n))
            try statement.run()
        }
    }

    /// The numbers of the lines that are there and right.
    func lines() throws -> [Int] {
        let connection = try connect()
        let rows = try connection.statement("SELECT n, line FROM lines ORDER BY n")
        var found: [Int] = []
        while try rows.step() {
            let n = Int(rows.integer(0))
            if rows.text(1) == Self.line(n) { found.append(n) }
        }
        return found
    }
}
