import SQLite
import Testing

@testable import GleanerIngest

// Much computing: one at a time, so that other tests keep a thread.
@Suite("The log, byte by byte", .serialized)
struct JournalLogTests {
    private let frameSize = 24 + DamagedDirectory.pageSize

    /// A log of twelve commits and more frames, as a kill leaves it.
    private func logged() throws -> DamagedDirectory {
        let directory = try DamagedDirectory()
        let connection = try directory.connect()
        for n in 1...12 { try DamagedDirectory.insert([n], connection) }
        try directory.take()
        return directory
    }

    @Test("a sound log is left to SQLite")
    func sound() throws {
        let directory = try logged()
        try directory.put()
        let log = try #require(try directory.scan())
        #expect(!log.isDamaged)
        #expect(log.torn == 0)
        #expect(log.frames.count == (directory.log.count - 32) / frameSize)
        #expect(log.frames.filter { $0.pagesAfterCommit > 0 }.count == 13)
        #expect(try directory.lines() == Array(1...12))
    }

    @Test(
        "one damaged byte anywhere is put right where that can be, else only the page it is in is touched",
        arguments: [0, 1, 2, 3])
    func everyByte(quarter: Int) throws {
        let directory = try logged()
        var (altered, whole, torn) = (0, 0, 0)
        // All of the header and of the first frame's, then every 29th byte: each place in a page comes by.
        let offsets = Array(0..<60) + Array(stride(from: 60, to: directory.log.count, by: 29))
        for offset in offsets where offset % 4 == quarter {
            var log = directory.log
            log[offset] ^= 1 << UInt8(offset % 8)
            try directory.put(log: log)
            let scan = try #require(try directory.scan(), "byte \(offset)")
            var damage = JournalDamage()
            // Only when it is the last commit's own mark.
            if scan.torn > 0 { torn += 1 }
            if scan.isDamaged { try directory.files.settle(scan, &damage) }
            #expect(damage.kept <= 1, "byte \(offset)")
            if !damage.isLossy, scan.torn == 0 {
                #expect(try directory.lines() == Array(1...12), "byte \(offset)")
                whole += 1
            }
            altered += scan.isDamaged ? 1 : 0
        }
        #expect(altered + torn == offsets.filter { $0 % 4 == quarter }.count)
        #expect(torn <= 1)
        // The lower three bytes of a word can nearly always be told on pages this small.
        #expect(whole > altered * (quarter == 3 ? 1 : 9) / 10)
    }

    @Test("a torn end costs the commit it tore, and nothing before it")
    func torn() throws {
        let directory = try logged()
        for cut in stride(from: 1, to: directory.log.count - 32 - 3 * frameSize, by: 211) {
            try directory.put(log: Array(directory.log.dropLast(cut)))
            let scan = try directory.scan()
            #expect(scan?.isDamaged != true)
            // SQLite's own reading is the yardstick.
            let lines = try directory.lines()
            #expect(lines == Array(1...12).prefix(lines.count).map { $0 })
        }
        try directory.put(log: Array(directory.log.dropLast(1)))
        #expect(try directory.scan()?.torn ?? 0 > 0)
        #expect(try directory.lines() == Array(1...11))
    }

    @Test("half a page that was never written does not count as damage of the commits before it")
    func tornInTheMiddle() throws {
        let directory = try DamagedDirectory()
        let connection = try directory.connect()
        try DamagedDirectory.insert(1...5, connection)
        let before = try Self.frames(directory)
        try connection.transaction { () throws(SQLiteError) in
            for n in 6...30 {
                let statement = try connection.statement("INSERT INTO lines VALUES (?, ?)")
                statement.bind(1, n)
                statement.bind(2, DamagedDirectory.line(n))
                try statement.run()
            }
        }
        try directory.take()
        var log = directory.log
        for offset in 0..<300 { log[32 + (before + 2) * frameSize + 100 + offset] = 0 }
        try directory.put(log: log)
        let scan = try #require(try directory.scan())
        #expect(!scan.isDamaged)
        #expect(scan.frames.count == before)
        #expect(scan.torn == (log.count - 32) / frameSize - before)
        #expect(try directory.lines() == Array(1...5))
    }

    private static func frames(_ directory: DamagedDirectory) throws -> Int {
        try directory.take()
        return (directory.log.count - 32) / (24 + DamagedDirectory.pageSize)
    }

    @Test(
        "frames of an older generation behind the newest are no damage, and a damaged byte among the new ones is mended"
    )
    func olderGeneration() throws {
        let directory = try DamagedDirectory()
        let connection = try directory.connect()
        for n in 1...12 { try DamagedDirectory.insert([n], connection) }
        let old = try Self.frames(directory)
        try connection.checkpoint(.passive)
        for n in 13...15 { try DamagedDirectory.insert([n], connection) }
        try directory.take()
        try directory.put()
        let scan = try #require(try directory.scan())
        #expect(!scan.isDamaged)
        #expect(scan.torn == 0)
        #expect(scan.frames.count < old)
        #expect(try directory.lines() == Array(1...15))
        for offset in stride(from: 0, to: 32 + scan.frames.count * frameSize, by: 37) {
            var log = directory.log
            log[offset] ^= 0x20
            try directory.put(log: log)
            let scan = try #require(try directory.scan(), "byte \(offset)")
            var damage = JournalDamage()
            try directory.files.settle(scan, &damage)
            if !damage.isLossy { #expect(try directory.lines() == Array(1...15), "byte \(offset)") }
        }
    }

    @Test("frames that a rolled back transaction left behind are not read")
    func rolledBack() throws {
        let directory = try DamagedDirectory()
        let connection = try directory.connect()
        try connection.execute("PRAGMA cache_size = 3; PRAGMA cache_spill = 3")
        for n in 1...5 { try DamagedDirectory.insert([n], connection) }
        // Too large for the cache, so its pages reach the log before its end.
        try connection.execute("BEGIN")
        try DamagedDirectory.insert(100...180, connection)
        try connection.execute("ROLLBACK")
        try DamagedDirectory.insert([6], connection)
        try directory.take()
        try directory.put()
        let scan = try #require(try directory.scan())
        #expect((directory.log.count - 32) / frameSize > scan.frames.count + 10)
        #expect(!scan.isDamaged)
        #expect(scan.torn > 0)
        var log = directory.log
        log[32 + 2 * frameSize + 200] ^= 4
        try directory.put(log: log)
        let damaged = try #require(try directory.scan())
        var damage = JournalDamage()
        #expect(damaged.isDamaged)
        try directory.files.settle(damaged, &damage)
        #expect(try directory.lines() == Array(1...6))
    }

    @Test("a page lost as a whole costs what was in it; what came later is there")
    func wholePage() throws {
        let directory = try logged()
        let count = (directory.log.count - 32) / frameSize
        for index in 1..<count - 4 {
            var log = directory.log
            for offset in 0..<DamagedDirectory.pageSize { log[32 + index * frameSize + 24 + offset] = 0xAA }
            try directory.put(log: log)
            let scan = try #require(try directory.scan())
            #expect(scan.isDamaged)
            #expect(scan.frames.count == count)
            var damage = JournalDamage()
            try directory.files.settle(scan, &damage)
            // A later write of the same page has all of it; else the page is kept as it is, and said to be so.
            if damage.kept == 0 { #expect(try directory.lines() == Array(1...12), "frame \(index)") }
            #expect(damage.kept <= 1 && damage.dropped == 0)
        }
    }

    @Test("a kill between the new file's name and the old log's end does no harm")
    func killedInBetween() throws {
        let directory = try logged()
        var log = directory.log
        log[32 + 3 * frameSize + 99] ^= 1
        try directory.put(log: log)
        var damage = JournalDamage()
        try directory.files.settle(try #require(try directory.scan()), &damage)
        let settled = try DiskFile(directory.files.database)
        let database = try settled.read(at: 0, count: settled.size)
        for unfinished in [false, true] {
            try directory.put(database: database, log: log)
            if unfinished { try DiskFile(directory.files.new, creating: true).write([1, 2, 3], at: 0) }
            try directory.files.removeUnfinished()
            try directory.files.settle(try #require(try directory.scan()), &damage)
            #expect(try directory.lines() == Array(1...12))
        }
    }

    @Test("a damaged count of pages or number of a page makes no file larger than all there is to put into it")
    func damagedCounts() throws {
        let directory = try logged()
        let frames = (directory.log.count - 32) / frameSize
        for index in 0..<frames {
            for bit in 0..<64 {
                var hit = directory.log
                hit[32 + index * frameSize + bit / 8] ^= 1 << (bit % 8)
                try directory.put(log: hit)
                guard let scan = try directory.scan() else { continue }
                var damage = JournalDamage()
                try directory.files.settle(scan, &damage)
                let size = try #require(try DiskFile.ifPresent(directory.files.database)).size
                let most = directory.database.count + frames * DamagedDirectory.pageSize
                #expect(size <= most, "frame \(index), bit \(bit)")
            }
        }
    }

    @Test("without a database file the log has it all")
    func noDatabase() throws {
        let directory = try logged()
        try directory.put(database: [])
        #expect(try !directory.files.hasDatabase())
        var damage = JournalDamage()
        try directory.files.settle(try #require(try directory.scan()), &damage)
        #expect(try directory.lines() == Array(1...12))
    }
}
