import Foundation
import Glibc
import SQLite

/// Room in SQLite's log, allocated beyond its end: what is open can still be ended on a full volume, since it is written
/// into blocks that the file has already. Room kept in another file would not do: between its removal and the write
/// anybody may take it.
///
/// The file's length stays what SQLite made it (`FALLOC_FL_KEEP_SIZE`), so nobody reads the room as frames. SQLite never
/// shortens a log that is in use, and begins at its front again after a checkpoint.
struct JournalReserve {
    private let path: String
    let wanted: Int64
    private var log: LogFile?
    /// Up to here the log has blocks.
    private var allocated: Int64 = 0

    /// What the end of one open exchange is taken to need: a few pages, since ends share their commits.
    private static let endBytes: Int64 = 16 << 10
    /// So much is allocated at once beyond what is needed, so that not every commit has to.
    private static let step: Int64 = 4 << 20

    /// - Parameter bytes: at most; an eighth of what is free when that is less.
    init(directory: URL, bytes: Int64) {
        path = JournalFiles(directory).log
        var volume = statvfs()
        let free = statvfs(directory.path, &volume) == 0 ? Int64(volume.f_bavail) * Int64(volume.f_frsize) : bytes
        wanted = max(min(bytes, free / 8), 64 << 10)
        // Of earlier versions.
        unlink(directory.appendingPathComponent("journal.reserve").path)
    }

    /// Sees to it that `bytes` more can be written behind `end` and the reserve remains, however many are open.
    /// - Returns: `false` when the volume has no room for that.
    mutating func cover(_ bytes: Int64, after end: Int64, open: Int64) -> Bool {
        let needed = end + bytes + wanted + open * Self.endBytes
        if allocated >= needed { return true }
        return allocate(to: needed + Self.step) || allocate(to: needed)
    }

    /// Whether open exchanges can spare something for what is not their end.
    func canSpare(after end: Int64, open: Int64) -> Bool {
        allocated - end > wanted / 4 + open * Self.endBytes
    }

    /// Gives back what lies behind the last commit, for a checkpoint that needs it, while nothing is open. That is also what
    /// a transaction wrote that then had no room: it counts for nobody, and may have taken all there was.
    mutating func release(after end: Int64) {
        if let cut = log?.cut(after: end) { allocated = cut }
    }

    /// The same for a log that is not in use.
    static func release(in directory: URL) {
        _ = LogFile(path: JournalFiles(directory).log)?.cut(after: .max)
    }

    /// SQLite has cut the log to nothing, and the room behind its end with it.
    mutating func logWasCut() { allocated = 0 }

    mutating func close() { log = nil }

    private mutating func allocate(to end: Int64) -> Bool {
        if log == nil { log = LogFile(path: path) }
        guard let log else { return true }
        let failure = log.allocate(from: allocated, to: end)
        if failure == 0 { allocated = end }
        // A file system without it promises nothing, and whatever else is wrong the commit will tell.
        return ![ENOSPC, EDQUOT, EFBIG].contains(failure)
    }
}
