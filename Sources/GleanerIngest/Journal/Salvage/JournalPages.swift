import SQLite

/// A value of a row as it lies in a page.
enum StoredValue: Equatable {
    case null
    case integer(Int64)
    case text([UInt8])
    case blob([UInt8])
}

/// The rows in a database file, read page by page without the tree above them: a page that is lost costs its own rows.
/// <https://sqlite.org/fileformat2.html>
struct JournalPages {
    struct Row {
        let rowid: Int64
        let values: [StoredValue]
        /// The page says that there is a row here; otherwise it only looks like one.
        var isCertain = true
    }

    private let file: DiskFile
    private let pageSize: Int
    private let count: Int
    /// Cells of which no row could be made.
    private(set) var unreadable = 0

    private static let tableLeaf: UInt8 = 0x0D
    private static let tableInner: UInt8 = 0x05
    /// Overflow, and of an index: inner and leaf. (One bit makes an inner page of a table out of a leaf.)
    private static let otherKinds: Set<UInt8> = [0x00, 0x02, 0x0A]

    init(_ file: DiskFile, pageSize: Int) {
        self.file = file
        self.pageSize = pageSize
        count = (file.size + pageSize - 1) / pageSize
    }

    /// Every row of every page that is not free, in the file's order. The first page, with the schema, has none of ours.
    mutating func forEach(_ body: (Row) throws(SQLiteError) -> Void) throws(SQLiteError) {
        guard count > 1 else { return }
        let free = try freePages()
        for number in 2...count where !free.contains(number) {
            let page = try read(number)
            // A kind of page that there is not may be a leaf whose first byte was hit.
            guard !Self.otherKinds.contains(page[0]) else { continue }
            let isLeaf = page[0] == Self.tableLeaf
            let (cells, more) = cells(of: page)
            for cell in cells {
                if var row = try row(at: cell, in: page) {
                    row.isCertain = isLeaf
                    try body(row)
                } else if isLeaf {
                    unreadable += 1
                }
            }
            for cell in more {
                guard var row = try row(at: cell, in: page) else { continue }
                row.isCertain = false
                try body(row)
            }
        }
    }

    private func read(_ number: Int) throws(SQLiteError) -> [UInt8] {
        let page = try file.read(at: (number - 1) * pageSize, count: pageSize)
        return page + [UInt8](repeating: 0, count: pageSize - page.count)
    }

    /// What the free list names and no tree does. It ends where it is damaged; a deleted row that then shows up is delivered
    /// once more, while rows of a page that only a damaged number calls free would be lost.
    private func freePages() throws(SQLiteError) -> Set<Int> {
        var free: Set<Int> = []
        var trunk = try read(1).integer(at: 32, bytes: 4)
        while (2...count).contains(trunk), !free.contains(trunk) {
            let page = try read(trunk)
            let leaves = page.integer(at: 4, bytes: 4)
            // A page of the list begins with a page's number, one of a tree with its kind.
            guard page[0] == 0, leaves <= pageSize / 4 - 2 else { break }
            free.insert(trunk)
            for index in 0..<leaves { free.insert(page.integer(at: 8 + 4 * index, bytes: 4)) }
            trunk = page.integer(at: 0, bytes: 4)
        }
        return free.isEmpty ? free : free.subtracting(try pagesInTrees(besides: free))
    }

    /// The tables' first pages, and what their inner pages name.
    private func pagesInTrees(besides free: Set<Int>) throws(SQLiteError) -> Set<Int> {
        let schema = try read(1)
        var named: Set<Int> = []
        for cell in places(listedIn: schema, header: 100, list: 108) {
            // sqlite_schema: type, name, tbl_name, rootpage, sql
            if let row = try row(at: cell, in: schema), row.values.count == 5, case .integer(let root) = row.values[3] {
                named.insert(Int(truncatingIfNeeded: root))
            }
        }
        for number in 2...count where !free.contains(number) {
            let page = try read(number)
            guard page[0] == Self.tableInner else { continue }
            named.insert(page.integer(at: 8, bytes: 4))
            for cell in places(listedIn: page, header: 0, list: 12) { named.insert(page.integer(at: cell, bytes: 4)) }
        }
        return named
    }

    private func places(listedIn page: [UInt8], header: Int, list: Int) -> [Int] {
        let count = min(page.integer(at: header + 3, bytes: 2), (pageSize - list) / 2)
        return (0..<count).map { page.integer(at: list + 2 * $0, bytes: 2) }
    }

    /// Where the page's cells begin; and where more of them may, if the count of them was hit: the list of places goes
    /// on with what was deleted, which mostly looks like no row.
    private func cells(of page: [UInt8]) -> (listed: [Int], more: [Int]) {
        let count = page.integer(at: 3, bytes: 2)
        let content = page.integer(at: 5, bytes: 2)
        let room = max(0, (content == 0 ? pageSize : min(content, pageSize)) - 8) / 2
        let places = (0..<max(min(count, (pageSize - 8) / 2), room)).map { page.integer(at: 8 + 2 * $0, bytes: 2) }
        let listed = Array(places.prefix(count))
        var known = Set(listed)
        let more = places.dropFirst(count).filter { $0 >= max(content, 8) && known.insert($0).inserted }
        return (listed, more)
    }

    // MARK: Rows

    /// `nil` when there is no row to be made of it. Of a value whose pages are lost the beginning is given.
    private func row(at start: Int, in page: [UInt8]) throws(SQLiteError) -> Row? {
        var position = start
        guard start >= 8, let size = page.varint(&position), let rowid = page.varint(&position),
            let length = Int(exactly: size), length > 0, length <= count * pageSize
        else { return nil }
        let record = try payload(length, at: position, in: page)
        var header = 0
        guard let headerSize = record.varint(&header).flatMap(Int.init(exactly:)), headerSize <= record.count
        else { return nil }
        var values: [StoredValue] = []
        var place = headerSize
        while header < headerSize {
            guard let kind = record.varint(&header), let value = Self.value(kind, in: record, &place)
            else { return nil }
            values.append(value)
        }
        return header == headerSize ? Row(rowid: rowid, values: values) : nil
    }

    /// A long record goes on in a chain of pages of its own.
    private func payload(_ length: Int, at start: Int, in page: [UInt8]) throws(SQLiteError) -> [UInt8] {
        let most = pageSize - 35
        guard length > most else { return Array(page[min(start, pageSize)..<min(start + length, pageSize)]) }
        let least = (pageSize - 12) * 32 / 255 - 23
        let fitting = least + (length - least) % (pageSize - 4)
        let local = fitting <= most ? fitting : least
        guard start + local + 4 <= pageSize else { return [] }
        var record = Array(page[start..<start + local])
        var next = page.integer(at: start + local, bytes: 4)
        while record.count < length, (2...count).contains(next) {
            let more = try read(next)
            record += more[4..<min(pageSize, 4 + length - record.count)]
            next = more.integer(at: 0, bytes: 4)
        }
        return record
    }

    private static func value(_ kind: Int64, in record: [UInt8], _ place: inout Int) -> StoredValue? {
        func take(_ count: Int) -> [UInt8] {
            let start = min(place, record.count)
            place = start + min(count, record.count - start)
            return Array(record[start..<place])
        }
        switch kind {
        case 0: return .null
        case 1...6:
            let bytes = take([1, 2, 3, 4, 6, 8][Int(kind) - 1])
            guard let first = bytes.first else { return .null }
            return .integer(bytes.reduce(first >= 0x80 ? -1 : 0) { $0 << 8 | Int64($1) })
        case 7:
            // A fraction: no column of ours holds one.
            _ = take(8)
            return .null
        case 8: return .integer(0)
        case 9: return .integer(1)
        case 12...:
            guard let length = Int(exactly: (kind - 12) / 2) else { return nil }
            return kind & 1 == 0 ? .blob(take(length)) : .text(take(length))
        default: return nil
        }
    }
}

extension [UInt8] {
    /// Big-endian; 0 beyond the end.
    fileprivate func integer(at position: Int, bytes: Int) -> Int {
        guard position >= 0, position + bytes <= count else { return 0 }
        return self[position..<position + bytes].reduce(0) { $0 << 8 | Int($1) }
    }

    /// SQLite's integer of one to nine bytes. `nil` at the end.
    fileprivate func varint(_ position: inout Int) -> Int64? {
        var value: UInt64 = 0
        for index in 0..<9 {
            guard position >= 0, position < count else { return nil }
            let byte = self[position]
            position += 1
            if index == 8 { return Int64(bitPattern: value << 8 | UInt64(byte)) }
            value = value << 7 | UInt64(byte & 0x7F)
            if byte < 0x80 { return Int64(bitPattern: value) }
        }
        return nil
    }
}
