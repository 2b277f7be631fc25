import Foundation
import GleanerCore
import SQLite

/// Opens the journal at a start, whatever state the disk left it in. Damage costs what was hit; nothing is deleted, and
/// no start fails for it. Why it is done this way: docs/adr/0010.
enum JournalSalvage {
    static func recover(at directory: URL, durability: Durability) throws(SQLiteError) -> JournalRecovery.Found {
        let files = JournalFiles(directory)
        var damage = JournalDamage()
        try files.removeUnfinished()
        try mendLog(files, &damage)
        var found: JournalRecovery.Found
        do throws(SQLiteError) {
            guard try !files.isStump() else {
                throw SQLiteError(code: SQLiteError.corrupt, message: "the database file ends in its header")
            }
            found = try read(directory, durability, damage)
        } catch  where error.isDamage {
            damage.reasons.append(error.message)
            try rebuild(files, directory, &damage)
            found = try read(directory, durability, damage)
        }
        found.damage = damage
        return found
    }

    /// Its own connection, closed before the writer opens one: closing moves the whole log into the database file.
    private static func read(
        _ directory: URL, _ durability: Durability, _ damage: JournalDamage
    ) throws(SQLiteError) -> JournalRecovery.Found {
        let connection = try JournalDatabase.open(at: directory, syncsCommits: durability == .disk)
        try JournalDatabase.check(connection)
        return try JournalRecovery.run(connection, reason: damage.isLossy ? "journal_damaged" : "gateway_stopped")
    }

    /// SQLite would read the log up to the first frame that is damaged, and say nothing of the others.
    private static func mendLog(_ files: JournalFiles, _ damage: inout JournalDamage) throws(SQLiteError) {
        guard let log = try JournalLog(path: files.log, databasePageSize: files.pageSize()) else { return }
        damage.torn = log.torn
        let hasDatabase = try files.hasDatabase()
        guard log.isDamaged || (!hasDatabase && !log.frames.isEmpty) else { return }
        damage.reasons.append(
            hasDatabase
                ? "the log is damaged at frame \(log.readable + 1) of \(log.frames.count)" : "the database is missing")
        try putAside(files, &damage)
        try files.settle(log, &damage)
    }

    private static func rebuild(
        _ files: JournalFiles, _ directory: URL, _ damage: inout JournalDamage
    ) throws(SQLiteError) {
        try putAside(files, &damage)
        // Rows are read from one file, so the log is moved into it first. It is sound by now.
        if let log = try JournalLog(path: files.log, databasePageSize: files.pageSize()), !log.frames.isEmpty {
            try files.settle(log, &damage)
        }
        try DiskFile.remove(files.log)
        damage.isRebuilt = true
        damage.lostRows = try JournalRebuild.run(files, in: directory)
    }

    private static func putAside(_ files: JournalFiles, _ damage: inout JournalDamage) throws(SQLiteError) {
        guard damage.originals == nil else { return }
        // Room for the copies; the writer takes it again.
        JournalReserve.release(in: URL(fileURLWithPath: files.directory))
        do throws(SQLiteError) {
            damage.originals = try files.putAside()
        } catch  where error.isDiskFull {
            throw SQLiteError(
                code: error.code, message: "the journal is damaged, and there is no room to keep it beside its repair",
                systemError: error.systemError)
        }
    }
}

extension SQLiteError {
    /// The file's content is at fault, not the disk or the rights. A statement that is always the same is wrong only
    /// when the schema in the file is not what was written.
    fileprivate var isDamage: Bool { [Self.corrupt, Self.notADatabase, Self.wrongStatement].contains(primary) }
}
