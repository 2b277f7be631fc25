import Foundation
import GleanerCore
import Glibc
import SQLite

/// The journal's two files, without SQLite: whatever a kill interrupts, either what was found is there or the result.
struct JournalFiles {
    let directory: String

    init(_ directory: URL) { self.directory = directory.path }

    var database: String { directory + "/" + JournalDatabase.fileName }
    var log: String { database + "-wal" }
    /// Where the result is made.
    static let newName = JournalDatabase.fileName + ".new"
    var new: String { directory + "/" + Self.newName }

    /// Of a journal that is made now; until November 2026 it was 16 KiB, and a file keeps what it was made with.
    static let pageSize = 4096
    private static let magic = Array("SQLite format 3\u{0}".utf8)

    /// The page size that the database file says, or the one it looks like when it says none that can be.
    func pageSize() throws(SQLiteError) -> Int {
        guard let file = try DiskFile.ifPresent(database) else { return Self.pageSize }
        let header = try file.read(at: 0, count: 100)
        guard header.count == 100, Array(header.prefix(16)) == Self.magic else { return Self.pageSize }
        let said = Int(header[16]) << 8 | Int(header[17]) << 16
        return (512...65536).contains(said) && said & (said - 1) == 0 ? said : try Self.likelyPageSize(of: file)
    }

    private static let earlierPageSize = 16384

    /// In a file of large pages most of what begins with a small one is in the middle of a row.
    private static func likelyPageSize(of file: DiskFile) throws(SQLiteError) -> Int {
        let kinds: Set<UInt8> = [0x02, 0x05, 0x0A, 0x0D]
        var pages = 0
        var others = 0
        for place in stride(from: pageSize, to: min(file.size, 16 << 20), by: pageSize)
        where !place.isMultiple(of: earlierPageSize) {
            guard let first = try file.read(at: place, count: 1).first, first != 0 else { continue }
            if kinds.contains(first) { pages += 1 } else { others += 1 }
        }
        return others > pages ? earlierPageSize : pageSize
    }

    /// Whether there is a first page for SQLite to read; without one it would throw the log away.
    func hasDatabase() throws(SQLiteError) -> Bool {
        try DiskFile.ifPresent(database).map { $0.size >= 512 } ?? false
    }

    /// Whether the file ends before its first page does. SQLite would take it for a new one.
    func isStump() throws(SQLiteError) -> Bool {
        try DiskFile.ifPresent(database).map { (1..<512).contains($0.size) } ?? false
    }

    /// Removes what an interrupted salvage has begun.
    func removeUnfinished() throws(SQLiteError) {
        for suffix in ["", "-wal", "-journal", "-shm"] { try DiskFile.remove(new + suffix) }
    }

    /// Keeps both files as they are now under `damaged-<time>/`. They are never written to again: salvage makes new ones.
    func putAside(at time: Date = Date()) throws(SQLiteError) -> String {
        let stamp = time.formatted(
            .verbatim(
                "\(year: .defaultDigits)\(month: .twoDigits)\(day: .twoDigits)T\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased))\(minute: .twoDigits)\(second: .twoDigits)Z",
                timeZone: .gmt, calendar: Calendar(identifier: .gregorian)))
        var place = "\(directory)/damaged-\(stamp)"
        var number = 1
        while mkdir(place, 0o700) != 0 {
            guard errno == EEXIST else { throw .system("create", place) }
            number += 1
            place = "\(directory)/damaged-\(stamp)-\(number)"
        }
        for path in [database, log] {
            guard let file = try DiskFile.ifPresent(path) else { continue }
            let kept = place + "/" + (path as NSString).lastPathComponent
            // A second name costs no room. SQLite writes into the log when it opens it, so that one is copied.
            if path == database, link(path, kept) == 0 { continue }
            let copy = try DiskFile(kept, creating: true)
            try copy.copy(file)
            try copy.sync()
        }
        try DiskFile.syncDirectory(place)
        try DiskFile.syncDirectory(directory)
        return place
    }

    /// Makes one file of both: the database with the newest content of each page in the log, as a checkpoint would.
    ///
    /// Done twice it gives the same, so a kill between the two steps at its end does no harm.
    func settle(_ log: JournalLog, _ damage: inout JournalDamage) throws(SQLiteError) {
        guard !log.frames.isEmpty else { return }
        // A number that was hit must not make the file larger than all there is to put into it.
        let known = try DiskFile.ifPresent(database).map { ($0.size + log.pageSize - 1) / log.pageSize } ?? 0
        let pages = min(log.pages, known + log.frames.count)
        var newest: [Int: Int] = [:]
        for (index, frame) in log.frames.enumerated() {
            if case .mended = frame.state { damage.mended += 1 }
            guard frame.state != .foreign, (1...pages).contains(frame.page) else {
                // Behind a commit that made the file smaller a sound page may lie outside.
                if !frame.isCertain { damage.dropped += 1 }
                continue
            }
            // Also when a later one takes its place: its number may be what was hit.
            if !frame.isCertain { damage.kept += 1 }
            newest[frame.page] = index
        }
        let file = try DiskFile(new, creating: true)
        if let old = try DiskFile.ifPresent(database) { try file.copy(old) }
        try file.resize(to: pages * log.pageSize)
        for (page, index) in newest {
            try file.write(log.content(index), at: (page - 1) * log.pageSize)
        }
        try file.sync()
        try putInPlace()
        try DiskFile.remove(self.log)
        try DiskFile.syncDirectory(directory)
    }

    /// The result takes the name.
    func putInPlace() throws(SQLiteError) {
        try DiskFile.rename(new, to: database)
        try DiskFile.syncDirectory(directory)
    }
}
