import Foundation
import GleanerCore
import SQLite

/// Opens the journal at a start, whatever state the disk left it in.
enum JournalSalvage {
    static func recover(at directory: URL, durability: Durability) throws(SQLiteError) -> JournalRecovery.Found {
        // Its own connection, closed before the writer opens one: closing moves the whole log into the database file.
        try JournalRecovery.run(JournalDatabase.open(at: directory, durability: durability))
    }
}
