import SQLite

/// SQLite's write-ahead log read as plain bytes, before SQLite sees it.
///
/// SQLite reads a log up to its first damaged frame and takes the rest for never written. But each frame's checksum goes
/// on from the one stored before it, so every frame can be judged by itself: the damage is found, put right where it is
/// one byte that can be told, and what lies behind it is kept. <https://sqlite.org/fileformat2.html#the_write_ahead_log>
struct JournalLog {
    enum State: Equatable {
        /// As SQLite demands it.
        case sound
        /// Its content is certain, but SQLite would stop at it. `words` are the right ones when a byte had to be changed.
        case mended(words: [UInt32]?)
        /// One byte was hit, and it cannot be said which: no page that was half written.
        case hit
        /// More was hit than can be judged.
        case damaged
        /// Of an older generation, or no frame at all.
        case foreign
    }
    struct Frame {
        var page: Int
        /// Pages of the database after the commit that this frame ends; 0 when it ends none.
        var pagesAfterCommit: Int
        var state: State
    }

    let file: DiskFile
    let pageSize: Int
    let order: LogByteOrder
    /// Frames that count: up to the last commit that is whole.
    private(set) var frames: [Frame] = []
    /// Frames behind it: of a commit that never came to its end, so it was acknowledged to nobody.
    private(set) var torn = 0
    /// What SQLite would make of it.
    private(set) var readable = 0

    private static let magic: UInt32 = 0x377F_0682
    private static let headerSize = 32
    private static let frameHeaderSize = 24

    /// `nil` when there is no log with a frame in it.
    init?(path: String, databasePageSize: Int) throws(SQLiteError) {
        guard let file = try DiskFile.ifPresent(path) else { return nil }
        let bytes = try file.read(at: 0, count: Self.headerSize)
        guard bytes.count == Self.headerSize else { return nil }
        // A damaged header is tried with all it may have said; frames decide.
        var best: JournalLog?
        for header in Self.headers(bytes, databasePageSize: databasePageSize) {
            let log = try JournalLog(file, header)
            if header.isSound { best = log; break }
            if log.frames.count > best?.frames.count ?? 0 { best = log }
        }
        guard let best, !best.frames.isEmpty || best.torn > 0 else { return nil }
        self = best
    }

    /// Pages of the database with all of this in it. A number that may have been hit is not what shortens it.
    var pages: Int {
        guard let last = frames.last, !last.isCertain else { return frames.last?.pagesAfterCommit ?? 0 }
        return frames.filter(\.isCertain).reduce(1) { max($0, $1.pagesAfterCommit, $1.page) }
    }

    /// Whether SQLite, left alone, would lose something that was acknowledged.
    var isDamaged: Bool { readable < frames.count }

    /// The page as it was written, or as far as it can still be read.
    func content(_ index: Int) throws(SQLiteError) -> [UInt8] {
        if case .mended(let words?) = frames[index].state { return order.bytes(Array(words.dropFirst(2))) }
        let page = try file.read(at: position(index) + Self.frameHeaderSize, count: pageSize)
        return page + [UInt8](repeating: 0, count: pageSize - page.count)
    }

    private func position(_ index: Int) -> Int { Self.position(index, pageSize: pageSize) }

    /// Where a frame begins: behind the header, and behind frames of a page each.
    static func position(_ index: Int, pageSize: Int) -> Int { headerSize + index * (frameHeaderSize + pageSize) }

    // MARK: Header

    private struct Header {
        var pageSize: Int
        var order: LogByteOrder
        var salts: UInt64
        /// What the first frame's checksum may go on from.
        var seeds: [LogChecksum]
        var isSound: Bool
    }

    private static func headers(_ bytes: [UInt8], databasePageSize: Int) -> [Header] {
        let words = LogByteOrder.big.words(bytes)
        let stored = LogChecksum(first: words[6], second: words[7])
        func header(_ pageSize: Int, _ order: LogByteOrder) -> Header {
            let sum = LogChecksum().adding(Array(order.words(bytes).prefix(6)))
            let isSound =
                sum == stored && words[0] == magic | (order == .big ? 1 : 0) && words[1] == 3_007_000
                && words[2] == UInt32(pageSize)
            return Header(
                pageSize: pageSize, order: order, salts: UInt64(words[4]) << 32 | UInt64(words[5]),
                seeds: [stored, sum], isSound: isSound)
        }
        let said = Int(words[2])
        let sizes = (512...65536).contains(said) && said & (said - 1) == 0 ? [said] : []
        let order: LogByteOrder = words[0] & 1 == 0 ? .little : .big
        let likely = (sizes + [databasePageSize]).map { header($0, order) }
        return likely + (sizes + [databasePageSize]).map { header($0, order == .big ? .little : .big) }
    }

    // MARK: Frames

    private init(_ file: DiskFile, _ header: Header) throws(SQLiteError) {
        self.file = file
        pageSize = header.pageSize
        order = header.order
        let size = Self.frameHeaderSize + pageSize
        let count = max(0, file.size - Self.headerSize) / size
        var seeds = header.seeds
        let salts = try generation(header, count: count)
        var isReadable = header.isSound && salts == header.salts
        for index in 0..<count {
            let bytes = try file.read(at: position(index), count: size)
            guard bytes.count == size else { break }
            let fields = LogByteOrder.big.words(bytes.prefix(Self.frameHeaderSize))
            let stored = LogChecksum(first: fields[4], second: fields[5])
            let found = UInt64(fields[2]) << 32 | UInt64(fields[3])
            guard found == salts || (found ^ salts).isOneByte else {
                frames.append(Frame(page: 0, pagesAfterCommit: 0, state: .foreign))
                isReadable = false
                seeds = [stored]
                continue
            }
            let words = order.words(bytes.prefix(8)) + order.words(bytes.dropFirst(Self.frameHeaderSize))
            var (frame, sums) = judge(words, stored, seeds)
            if index > 0, frames[index - 1].state == .hit, sums.isEmpty, frame.state == .mended(words: nil) {
                // It goes on from the sum of what the frame before it holds, so only the stored sum was hit there.
                frames[index - 1].state = .mended(words: nil)
            }
            if frame.state == .sound, found != salts { frame.state = .mended(words: nil) }
            isReadable = isReadable && frame.state == .sound && frame.page > 0
            frames.append(frame)
            if isReadable, frame.pagesAfterCommit > 0 { readable = index + 1 }
            seeds = Array(([stored] + sums).prefix(3))
        }
        endAtLastCommit()
        // A frame that ends too early.
        if file.size > position(count), try self.salts(count) == salts { torn += 1 }
    }

    private func salts(_ index: Int) throws(SQLiteError) -> UInt64? {
        let fields = LogByteOrder.big.words(try file.read(at: position(index) + 8, count: 8))
        return fields.count == 2 ? UInt64(fields[0]) << 32 | UInt64(fields[1]) : nil
    }

    /// The salts of the newest generation: its first frames lie at the beginning.
    private func generation(_ header: Header, count: Int) throws(SQLiteError) -> UInt64 {
        guard !header.isSound else { return header.salts }
        var seen = [header.salts]
        for index in 0..<min(count, 2) {
            if let salts = try salts(index) { seen.append(salts) }
        }
        // Two that agree outvote one that was hit.
        return seen.first { one in seen.filter { $0 == one }.count > 1 } ?? header.salts
    }

    private func judge(
        _ words: [UInt32], _ stored: LogChecksum, _ seeds: [LogChecksum]
    ) -> (Frame, sums: [LogChecksum]) {
        let sums = seeds.map { $0.adding(words) }
        func frame(_ state: State, _ words: [UInt32]) -> Frame {
            let fields = LogByteOrder.big.words(order.bytes(Array(words.prefix(2))))
            return Frame(page: Int(fields[0]), pagesAfterCommit: Int(fields[1]), state: state)
        }
        if sums.first == stored { return (frame(.sound, words), []) }
        if sums.contains(stored) { return (frame(.mended(words: nil), words), []) }
        // Either the stored sum was hit or a byte that changes one byte of the sum: the next frame tells.
        let isNear = sums.contains(where: stored.isNear)
        for sum in sums {
            let corrections = sum.corrections(of: words, to: stored)
            if corrections.isEmpty { continue }
            guard corrections.count == 1, !isNear else { return (frame(.hit, words), isNear ? sums : []) }
            var right = words
            right[corrections[0].index] = corrections[0].word
            return (frame(.mended(words: right), right), [])
        }
        return (frame(isNear ? .mended(words: nil) : .damaged, words), sums)
    }

    /// Leaves out what no whole commit follows.
    ///
    /// A commit that is damaged in itself and the last one is left out too: a power cut tears the one that is being
    /// synced, nobody has been told of it yet, and its pages may be no more than half of what they should be.
    private mutating func endAtLastCommit() {
        let belonging = frames.lastIndex { $0.state != .foreign }.map { $0 + 1 } ?? 0
        while let last = frames.lastIndex(where: { $0.pagesAfterCommit > 0 && $0.isWhole }) {
            frames.removeSubrange((last + 1)...)
            let before = frames.dropLast().lastIndex { $0.pagesAfterCommit > 0 && $0.state != .foreign } ?? -1
            if frames[(before + 1)...].allSatisfy(\.isWhole) { break }
            frames.removeSubrange((before + 1)...)
        }
        if !frames.contains(where: { $0.pagesAfterCommit > 0 && $0.isWhole }) { frames = [] }
        readable = min(readable, frames.count)
        torn = belonging - frames.count
    }
}

extension JournalLog.Frame {
    /// It was written as a whole, whatever a byte of it says now.
    var isWhole: Bool { isCertain || state == .hit }

    /// Its content is what was written.
    var isCertain: Bool {
        switch state {
        case .sound, .mended: true
        case .hit, .damaged, .foreign: false
        }
    }
}
