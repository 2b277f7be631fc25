import Foundation
import GleanerCore
import SQLite

/// Moves what can be read of a damaged database file into a new one.
enum JournalRebuild {
    private struct Column {
        /// A value of its kind, which also stands in for one that is missing.
        let standIn: StoredValue
        let isRequired: Bool

        static func integer(_ isRequired: Bool) -> Column { Column(standIn: .integer(0), isRequired: isRequired) }
        static func text(_ isRequired: Bool) -> Column { Column(standIn: .text([]), isRequired: isRequired) }
        static func blob(_ isRequired: Bool) -> Column { Column(standIn: .blob([]), isRequired: isRequired) }
    }
    private struct Table {
        let name: String
        let columns: [Column]
        /// The first column is the row's own number, which a row does not repeat.
        let hasRowid: Bool
        /// Columns that rows of an earlier version do not have.
        var added = 1
    }
    private static let tables = [
        Table(
            name: "intents",
            columns: [
                .integer(false), .blob(true), .blob(true), .blob(false), .integer(true), .text(true), .integer(true),
                .text(false), .text(false), .text(false), .text(true), .text(false), .blob(true), .blob(true),
                .blob(false), .integer(false),
            ], hasRowid: true),
        Table(name: "checkpoints", columns: [.integer(true), .integer(true), .blob(true)], hasRowid: false, added: 0),
        Table(
            name: "records",
            columns: [
                .integer(false), .text(true), .text(false), .integer(false), .blob(false), .integer(false),
                .integer(false), .blob(false), .blob(true), .blob(false), .integer(false),
            ], hasRowid: true),
    ]

    /// Rows are recognised by the number of their values.
    private static func table(of row: JournalPages.Row) -> Table? {
        let table = tables.first { ($0.columns.count - $0.added...$0.columns.count).contains(row.values.count) }
        guard let table,
            row.isCertain || zip(row.values, table.columns).allSatisfy({ $0.isNull || $0.isKind(of: $1.standIn) })
        else { return nil }
        return table
    }

    /// A sequence above this is a damaged number.
    private static let highestSequence = Int64(1) << 48

    /// - Returns: how many rows could not be read.
    static func run(_ files: JournalFiles, in directory: URL) throws(SQLiteError) -> Int {
        try files.removeUnfinished()
        var lost = 0
        if let old = try DiskFile.ifPresent(files.database) {
            let new = try JournalDatabase.open(at: directory, name: JournalFiles.newName, syncsCommits: true)
            var pages = JournalPages(old, pageSize: try files.pageSize())
            var bytes = 0
            try new.execute("BEGIN")
            try pages.forEach { row throws(SQLiteError) in
                if try !insert(row, into: new), row.isCertain { lost += 1 }
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
            _ = try JournalDatabase.open(at: directory, name: JournalFiles.newName, syncsCommits: true)
        }
        // The connection is closed now, and all of it in one file.
        let file = try DiskFile(files.new)
        try file.sync()
        try files.putInPlace()
        return lost
    }

    /// - Returns: whether it is one of ours, and not there yet.
    private static func insert(_ row: JournalPages.Row, into new: SQLiteConnection) throws(SQLiteError) -> Bool {
        guard let table = table(of: row) else { return false }
        let places = Array(repeating: "?", count: table.columns.count).joined(separator: ", ")
        let statement = try new.statement("INSERT OR IGNORE INTO \(table.name) VALUES (\(places))")
        for (index, column) in table.columns.enumerated() {
            let value = index < row.values.count ? row.values[index] : .null
            statement.bind(Int32(index + 1), value.isNull && column.isRequired ? column.standIn : value)
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
    fileprivate var isNull: Bool { self == .null }

    fileprivate func isKind(of other: StoredValue) -> Bool {
        switch (self, other) {
        case (.integer, .integer), (.text, .text), (.blob, .blob), (.null, .null): true
        default: false
        }
    }

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
