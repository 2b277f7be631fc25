import Foundation
import GleanerCore
import NIOCore
import SQLite

/// One thing to write; several make a transaction.
enum JournalEntry: Sendable {
    case open(Int64, ExchangeIntent, request: ByteBuffer)
    case checkpoint(Int64, part: Int64, ByteBuffer)
    case close(Int64, ExchangeOutcome, rest: ByteBuffer)
}

/// Turns entries into rows, and owns the only connection. One thread at a time has it.
final class JournalWriter {
    private var reserve: JournalReserve
    private let directory: URL
    private let durability: Durability
    private let sync: JournalSync
    private var connection: SQLiteConnection?
    /// What its file was made with.
    private var pageSize = JournalFiles.pageSize
    /// The files that were opened.
    private var files: [JournalFile]
    /// Those are no longer found by name. What is still written to them is read by this process only.
    var isRemoved = false
    /// A look whether it can write again is due.
    var isProbing = false

    /// What could not be written yet.
    private(set) var arrears = JournalArrears()

    /// The log is moved into the database file at this length: 32 MiB, or half the reserve, since on a
    /// full volume the database file may have to grow into the reserve by what is in the log.
    private var longestLog: Int64 { min(32 << 20, reserve.wanted / 2) }

    /// At this length already, while few calls come: what goes where something was written before is synced sooner, since the
    /// file system has nothing to note (docs/adr/0025).
    private static let restingLog: Int64 = 2 << 20
    /// The log began at its front.
    private var logBegan = ContinuousClock.now

    init(directory: URL, durability: Durability, reserve: JournalReserve, sync: JournalSync) {
        self.directory = directory
        self.durability = durability
        self.sync = sync
        self.reserve = reserve
        let paths = JournalFiles(directory)
        files = [JournalFile(path: paths.database), JournalFile(path: paths.log)]
    }

    func connected() throws(SQLiteError) -> SQLiteConnection {
        if let connection { return connection }
        let opened = try JournalDatabase.open(at: directory, syncsCommits: false)
        if durability == .disk {
            guard let log = LogFile(path: JournalFiles(directory).log) else {
                throw SQLiteError(code: SQLiteError.cannotOpen, message: "the log cannot be opened", systemError: errno)
            }
            sync.use(log)
        }
        pageSize = try opened.integer("PRAGMA page_size").map { Int($0) } ?? JournalFiles.pageSize
        connection = opened
        return opened
    }

    /// Writes all of them or none; when it returns they are as durable as the journal promises.
    /// - Parameters:
    ///   - delivered: exchanges that Postgres has; they leave.
    ///   - isSyncedLater: only begins that; the sync is to be finished before anybody is told.
    func commit(
        _ entries: some Sequence<JournalEntry>, deleting delivered: [Int64] = [], isSyncedLater: Bool = false
    ) throws(SQLiteError) {
        FaultPoint.beforeCommit.pass()
        let connection = try connected()
        if delivered.isEmpty, arrears.isEmpty, let entry = Self.only(entries) {
            // One row is a transaction of its own.
            try write(entry, connection)
        } else {
            try connection.transaction { () throws(SQLiteError) in
                for entry in entries {
                    if !arrears.isEmpty, case .close(let sequence, _, _) = entry {
                        for part in arrears.checkpoints(of: sequence) { try write(part, connection) }
                    }
                    try write(entry, connection)
                }
                try delete(delivered, connection)
            }
        }
        if isSyncedLater { sync.begin() } else { try sync.finish(isNew: true) }
        // A commit into a file without a name is gone with this process.
        if !isRemoved { try checkFiles() }
        if !arrears.isEmpty {
            for case .close(let sequence, _, _) in entries { arrears.settled(sequence) }
        }
        FaultPoint.afterCommit.pass()
    }

    private static func only(_ entries: some Sequence<JournalEntry>) -> JournalEntry? {
        var iterator = entries.makeIterator()
        guard let first = iterator.next(), iterator.next() == nil else { return nil }
        return first
    }

    /// Keeps what could not be written, for a better time.
    func owe(_ entry: JournalEntry, because error: SQLiteError) {
        arrears.add(entry, reason: JournalError(error).explanation.code)
    }

    /// The log has grown long.
    var isCheckpointDue: Bool { (connection?.loggedFrames ?? 0) > 0 && logEnd >= longestLog }

    /// Moves the log into the database file when it has grown long. Between commits, so that it starts over.
    func checkpointWhenDue() throws(SQLiteError) {
        if isCheckpointDue { try checkpoint() }
    }

    /// The same for a log that has grown by less than its resting length a second, where commits are synced at all.
    func checkpointAtRest(at now: ContinuousClock.Instant = .now) throws(SQLiteError) {
        guard durability == .disk, logEnd >= Self.restingLog else { return }
        let seconds = Double(logEnd) / Double(Self.restingLog)
        if now - logBegan >= .seconds(seconds) { try checkpoint() }
    }

    private func checkpoint(_ mode: SQLiteConnection.Checkpoint = .passive) throws(SQLiteError) {
        try connected().checkpoint(mode)
        logBegan = .now
    }

    // MARK: Room

    /// Where the next frame goes.
    private var logEnd: Int64 { Int64(JournalLog.position(connection?.loggedFrames ?? 0, pageSize: pageSize)) }

    /// Begins nothing that might not be ended.
    /// - Throws: `full` when the volume has no room for `bytes` of bodies and the ends of `open` exchanges.
    func makeRoom(for bytes: Int64, open: Int64) throws(SQLiteError) {
        // Before it is open nobody knows where its log ends.
        _ = try connected()
        if reserve.cover(2 * bytes, after: logEnd, open: open) { return }
        // On a full volume the log goes round in the blocks it has, for as long as the database file need not grow.
        try? checkpoint()
        guard reserve.cover(2 * bytes, after: logEnd, open: open) else { throw .noReserve }
    }

    /// Whether deletions may be written on a full volume: they make room, but an end comes first.
    func canDelete(open: Int64) -> Bool { reserve.canSpare(after: logEnd, open: open) }

    /// Begins the log at its front again, if the database file can take what is in it.
    func emptyLog(isIdle: Bool) throws(SQLiteError) {
        // With nothing open nobody needs the reserve, and the database file may.
        if isIdle { reserve.release(after: logEnd) }
        try checkpoint()
    }

    /// The database file gives back what it does not need. Costs as much as what is in it: to be used when that is nothing.
    func shrink() throws(SQLiteError) {
        try connected().execute("VACUUM")
        try checkpoint()
    }

    /// Nothing that was deleted is left in the log, nor anything else. The reserve goes with it and is made anew.
    func scrub(open: Int64) throws(SQLiteError) {
        try checkpoint(.truncate)
        reserve.logWasCut()
        try makeRoom(for: 0, open: open)
    }

    /// Whether a commit works at the moment.
    func probe() throws(SQLiteError) {
        let connection = try connected()
        try connection.transaction { () throws(SQLiteError) in
            try connection.statement("INSERT INTO checkpoints VALUES (-1, -1, zeroblob(65536))").run()
            try connection.statement("DELETE FROM checkpoints WHERE seq = -1").run()
        }
        try sync.finish(isNew: true)
        try checkFiles()
    }

    func close() {
        connection = nil
        sync.use(nil)
        reserve.close()
    }

    // MARK: Rows

    private func write(_ entry: JournalEntry, _ connection: SQLiteConnection) throws(SQLiteError) {
        switch entry {
        case .open(let sequence, let intent, let request):
            let row = try connection.statement(
                "INSERT INTO intents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            var seal = JournalSeal(sequence: sequence)
            row.bind(1, sequence)
            seal.bind(row, 2, intent.id.bytes)
            seal.bind(row, 3, intent.project.bytes)
            seal.bind(row, 4, intent.key?.bytes)
            seal.bind(row, 5, intent.receivedAt.microsecondsSince1970)
            seal.bind(row, 6, intent.endpoint)
            seal.bind(row, 7, intent.streamed ? 1 : 0)
            seal.bind(row, 8, intent.requestedModel)
            seal.bind(row, 9, intent.conversation)
            seal.bind(row, 10, intent.endUser)
            seal.bind(row, 11, intent.tags.joined(separator: Self.tagSeparator))
            seal.bind(row, 12, intent.provider)
            seal.bind(row, 13, intent.requestHash)
            seal.bind(row, 15, JournalEnvelope.details(intent))
            row.bind(16, seal.value)
            try run(row, 14, request)
        case .checkpoint(let sequence, let part, let bytes):
            let row = try connection.statement("INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?)")
            row.bind(1, sequence)
            row.bind(2, part)
            try run(row, 3, bytes)
        case .close(let sequence, let outcome, let rest):
            // Once more when the files were gone after the first time.
            let row = try connection.statement(
                "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            var seal = JournalSeal(sequence: sequence)
            row.bind(1, sequence)
            seal.bind(row, 2, outcome.status.rawValue)
            seal.bind(row, 3, outcome.reason)
            seal.bind(row, 4, outcome.httpStatus.map(Int64.init))
            seal.bind(row, 5, JournalEnvelope.headers(outcome.headers))
            seal.bind(row, 6, outcome.duration?.microseconds)
            seal.bind(row, 7, outcome.timeToFirstToken?.microseconds)
            seal.bind(row, 8, outcome.responseHash)
            seal.bind(row, 10, JournalEnvelope.attempts(outcome.attempts))
            row.bind(11, seal.value)
            try run(row, 9, rest)
        }
    }

    private func run(_ row: SQLiteStatement, _ index: Int32, _ bytes: ByteBuffer) throws(SQLiteError) {
        let result = bytes.withUnsafeReadableBytes { buffer in
            Result { () throws(SQLiteError) in try row.run(index, borrowing: buffer) }
        }
        try result.get()
    }

    /// Deliveries are mostly neighbours, so a few ranges do for a batch.
    private func delete(_ delivered: [Int64], _ connection: SQLiteConnection) throws(SQLiteError) {
        guard !delivered.isEmpty else { return }
        for range in Self.ranges(delivered) {
            for sql in Self.deletions {
                let statement = try connection.statement(sql)
                statement.bind(1, range.lowerBound)
                statement.bind(2, range.upperBound)
                try statement.run()
            }
        }
    }

    private static let deletions = [
        "DELETE FROM records WHERE seq BETWEEN ? AND ?", "DELETE FROM checkpoints WHERE seq BETWEEN ? AND ?",
        "DELETE FROM intents WHERE seq BETWEEN ? AND ?",
    ]

    static func ranges(_ sequences: [Int64]) -> [ClosedRange<Int64>] {
        var ranges: [ClosedRange<Int64>] = []
        for sequence in sequences.sorted() {
            if let last = ranges.last, sequence <= last.upperBound + 1 {
                ranges[ranges.count - 1] = last.lowerBound...sequence
            } else {
                ranges.append(sequence...sequence)
            }
        }
        return ranges
    }

    /// A control character that a tag cannot contain.
    static let tagSeparator = "\u{1F}"

    // MARK: Files

    /// - Throws: `moved` when a file is not the one seen first.
    private func checkFiles() throws(SQLiteError) {
        for index in files.indices { try files[index].check() }
    }
}

extension Duration {
    var microseconds: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
}

extension Date {
    /// The journal's and PostgreSQL's resolution. One rounding for both: a replay is compared with what was stored.
    var microsecondsSince1970: Int64 { Int64((timeIntervalSince1970 * 1_000_000).rounded()) }
    init(microsecondsSince1970: Int64) { self.init(timeIntervalSince1970: Double(microsecondsSince1970) / 1_000_000) }
}
