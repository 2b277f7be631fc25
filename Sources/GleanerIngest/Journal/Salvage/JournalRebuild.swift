import Foundation
import GleanerCore
import SQLite

/// Moves what can be read of a damaged database file into a new one.
enum JournalRebuild {
    /// Rows are recognised by the number of their columns.
    private struct Table {
        let name: String
        /// What stands in for a value that is missing: as many as there are columns.
        let defaults: [StoredValue]
        /// The first column is the row's own number, which a row does not repeat.
        let hasRowid: Bool
    }
    private static let tables: [Int: Table] = {
        let (null, number, text, blob) = (
            StoredValue.null, StoredValue.integer(0), StoredValue.text([]), StoredValue.blob([])
        )
        let tables = [
            Table(
                name: "intents",
                defaults: [
                    null, blob, blob, null, number, text, number, null, null, null, text, null, blob, blob, null, null,
                ], hasRowid: true),
            Table(name: "checkpoints", defaults: [number, number, blob], hasRowid: false),
            Table(
                name: "records",
                defaults: [null, text, null, null, null, null, null, null, blob, null, null], hasRowid: true),
        ]
        return Dictionary(uniqueKeysWithValues: tables.map { ($0.defaults.count, $0) })
    }()

    /// A sequence above this is a damaged number.
    private static let highestSequence = Int64(1) << 48

    /// - Returns: how many rows could not be read.
    static func run(_ files: JournalFiles, in directory: URL) throws(SQLiteError) -> Int {
        try files.removeUnfinished()
        var lost = 0
        if let old = try DiskFile.ifPresent(files.database) {
            let new = try JournalDatabase.open(at: directory, name: JournalFiles.newName, durability: .disk)
            var pages = JournalPages(old, pageSize: try files.pageSize())
            var (rows, bytes) = (0, 0)
            try new.execute("BEGIN")
            try pages.forEach { row throws(SQLiteError) in
                if try insert(row, into: new) { rows += 1 } else { lost += 1 }
                bytes += row.values.reduce(0) { $0 + $1.size }
                guard bytes > 32 << 20 else { return }
                bytes = 0
                try new.execute("COMMIT")
                try new.checkpoint(.truncate)
                try new.execute("BEGIN")
            }
            try new.execute("COMMIT")
            lost += pages.unreadable
        } else {
            _ = try JournalDatabase.open(at: directory, name: JournalFiles.newName, durability: .disk)
        }
        // The connection is closed now, and all of it in one file.
        let file = try DiskFile(files.new)
        try file.sync()
        try files.putInPlace()
        return lost
    }

    /// - Returns: whether it is one of ours, and not there yet.
    private static func insert(_ row: JournalPages.Row, into new: SQLiteConnection) throws(SQLiteError) -> Bool {
        guard let table = tables[row.values.count] else { return false }
        let places = Array(repeating: "?", count: table.defaults.count).joined(separator: ", ")
        let statement = try new.statement("INSERT OR IGNORE INTO \(table.name) VALUES (\(places))")
        for (index, (value, standIn)) in zip(row.values, table.defaults).enumerated() {
            statement.bind(Int32(index + 1), value == .null ? standIn : value)
        }
        var sequence = row.rowid
        if table.hasRowid {
            statement.bind(1, sequence)
        } else if case .integer(let number) = row.values[0] {
            sequence = number
        } else {
            sequence = 0
        }
        guard (1...highestSequence).contains(sequence) else { return false }
        try statement.run()
        return new.changes == 1
    }
}

extension StoredValue {
    fileprivate var size: Int {
        switch self {
        case .null, .integer: 8
        case .text(let bytes), .blob(let bytes): bytes.count
        }
    }
}

extension SQLiteStatement {
    fileprivate func bind(_ index: Int32, _ value: StoredValue) {
        switch value {
        case .null: bindNull(index)
        case .integer(let value): bind(index, value)
        case .text(let bytes): bind(index, String(decoding: bytes, as: UTF8.self))
        case .blob(let bytes): bind(index, bytes)
        }
    }
}
