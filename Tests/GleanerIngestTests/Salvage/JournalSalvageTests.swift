import Foundation
import GleanerCore
import NIOCore
import SQLite
import Testing

@testable import GleanerIngest

// Much computing: one at a time, so that other tests keep a thread.
@Suite("A journal whose disk lied", .serialized)
struct JournalSalvageTests {
    /// Exchanges of a process that was killed; their bodies are of many lengths, two with checkpoints.
    private struct Killed {
        let directory: DamagedDirectory
        let exchanges: [ID<Exchange>: ExchangeIntent]
    }

    /// - Parameter settled: all in the database file, nothing in the log.
    private func killed(_ count: Int = 24, settled: Bool, pageSize: Int = JournalFiles.pageSize) async throws -> Killed
    {
        let directory = try DamagedDirectory()
        if pageSize != JournalFiles.pageSize {
            try SQLiteConnection(path: directory.files.database).execute(
                "PRAGMA page_size = \(pageSize); PRAGMA journal_mode = WAL; VACUUM")
        }
        var exchanges: [ID<Exchange>: ExchangeIntent] = [:]
        let journal = try Journal(configuration(directory))
        for n in 1...count {
            let (request, answer) = Self.bodies(n)
            let intent = ExchangeIntent.fixture(request: request)
            exchanges[intent.id] = intent
            let ticket = try await journal.open(intent, request: ByteBuffer(string: request))
            let middle = answer.index(answer.startIndex, offsetBy: n % 12 == 0 ? answer.count / 2 : 0)
            if n % 12 == 0 { journal.checkpoint(ticket, ByteBuffer(string: String(answer[..<middle]))) }
            try await journal.close(
                ticket, .fixture(response: answer), rest: ByteBuffer(string: String(answer[middle...])))
        }
        if settled { journal.shutdown() }
        try directory.take()
        if !settled { journal.shutdown() }
        #expect(directory.log.isEmpty == settled)
        return Killed(directory: directory, exchanges: exchanges)
    }

    private static func bodies(_ n: Int) -> (request: String, answer: String) {
        (
            String(repeating: "question \(n) ", count: n % 5 == 0 ? 4000 : 20 + 3 * n),
            String(repeating: "answer \(n) ", count: n % 7 == 0 ? 6000 : 40 + n)
        )
    }

    private func configuration(_ directory: DamagedDirectory) -> JournalConfiguration {
        JournalConfiguration(directory: directory.url)
    }

    private struct Outcome {
        var sound = 0
        var damaged = 0
        var damage = JournalDamage()
    }

    /// Starts on what is there and reads it all.
    private func start(_ killed: Killed, _ place: String) async throws -> Outcome {
        let journal = try Journal(configuration(killed.directory))
        defer { journal.shutdown() }
        var outcome = Outcome(damage: journal.damage)
        for waiting in try await journal.oldest(limit: .max, bytes: .max) {
            if waiting.isDamaged {
                outcome.damaged += 1
                continue
            }
            outcome.sound += 1
            let known = try #require(killed.exchanges[waiting.exchange.intent.id], "\(place): an exchange nobody made")
            let intent = waiting.exchange.intent
            #expect(intent.requestHash == known.requestHash, "\(place)")
            #expect(intent.tags == known.tags && intent.endUser == known.endUser, "\(place)")
            #expect(intent.requestedModel == known.requestedModel && intent.project == known.project, "\(place)")
            // An end that the disk has lost is said to be lost.
            if waiting.exchange.outcome.status != .completed {
                #expect(waiting.exchange.outcome.reason == "journal_damaged", "\(place)")
            }
        }
        return outcome
    }

    @Test("a damaged byte in the log costs at most its exchange, and is told")
    func log() async throws {
        let killed = try await killed(settled: false)
        let log = killed.directory.log
        var dice = SystemRandomNumberGenerator()
        for _ in 0..<40 {
            let offset = Int.random(in: 0..<log.count, using: &dice)
            var hit = log
            hit[offset] ^= 1 << UInt8.random(in: 0..<8, using: &dice)
            try killed.directory.put(log: hit)
            let outcome = try await start(killed, "log byte \(offset)")
            #expect(outcome.sound >= killed.exchanges.count - 1, "log byte \(offset): \(outcome)")
            if !outcome.damage.isLossy { #expect(outcome.sound == killed.exchanges.count, "log byte \(offset)") }
            // Behind the last commit lie bytes of nobody.
            if killed.directory.aside.isEmpty { continue }
            let originals = try #require(outcome.damage.originals)
            #expect(try Data(contentsOf: URL(fileURLWithPath: originals + "/journal.sqlite-wal")) == Data(hit))
            #expect(
                try Data(contentsOf: URL(fileURLWithPath: originals + "/journal.sqlite"))
                    == Data(killed.directory.database))
        }
    }

    @Test("a damaged byte in the database file costs at most its exchange, and is told")
    func database() async throws {
        let killed = try await killed(settled: true)
        let database = killed.directory.database
        var dice = SystemRandomNumberGenerator()
        var offsets = (0..<60).map { _ in Int.random(in: 0..<database.count, using: &dice) }
        // Where the structure is: the file's header, the schema, and each page's header and list of cells.
        offsets += Array(stride(from: 0, to: 108, by: 5))
        for page in stride(from: 0, to: database.count, by: 5 * JournalFiles.pageSize) {
            offsets += (0..<14).map { page + $0 }
        }
        for offset in offsets {
            var hit = database
            hit[offset] ^= 1 << UInt8.random(in: 0..<8, using: &dice)
            try killed.directory.put(database: hit)
            let outcome = try await start(killed, "database byte \(offset)")
            #expect(outcome.sound >= killed.exchanges.count - 1, "database byte \(offset): \(outcome)")
            let isTold = outcome.damage.originals != nil || outcome.damaged > 0
            #expect(outcome.sound == killed.exchanges.count || isTold, "database byte \(offset): \(outcome)")
        }
    }

    @Test(
        "a damaged page size is found out, that of journals made before December 2026 as well",
        arguments: [4096, 16384])
    func pageSize(_ made: Int) async throws {
        let killed = try await killed(settled: true, pageSize: made)
        #expect(try killed.directory.files.pageSize() == made)
        for bit in 0..<16 {
            var hit = killed.directory.database
            hit[16 + bit / 8] ^= 1 << (bit % 8)
            try killed.directory.put(database: hit)
            let outcome = try await start(killed, "bit \(bit)")
            #expect(outcome.sound == killed.exchanges.count, "bit \(bit): \(outcome)")
        }
    }

    @Test("a damaged bit in the list of free pages costs nothing")
    func freeList() async throws {
        let killed = try await killed(settled: true)
        // Delivered: their bodies' pages are free.
        try {
            let connection = try killed.directory.connect()
            for table in ["intents", "checkpoints", "records"] {
                try connection.execute("DELETE FROM \(table) WHERE seq BETWEEN 5 AND 10")
            }
            try connection.checkpoint(.truncate)
        }()
        try killed.directory.take()
        let database = killed.directory.database
        func number(at offset: Int) -> Int { database[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
        let trunk = (number(at: 32) - 1) * JournalFiles.pageSize
        let leaves = number(at: trunk + 4)
        #expect(trunk > 0 && leaves > 0)
        // The least byte of each number names other pages of so small a file.
        for offset in [35] + (0..<leaves).map({ trunk + 11 + 4 * $0 }) {
            for bit in 0..<8 {
                var hit = database
                hit[offset] ^= 1 << bit
                try killed.directory.put(database: hit)
                let outcome = try await start(killed, "byte \(offset), bit \(bit)")
                #expect(outcome.sound >= killed.exchanges.count - 6, "byte \(offset), bit \(bit): \(outcome)")
            }
        }
    }

    @Test("a schema that names a column wrongly is rebuilt from the rows' shapes")
    func schema() async throws {
        let killed = try await killed(settled: true)
        for name in ["http_status", "request_sha256", "intents", "bytes", "seal"] {
            var hit = killed.directory.database
            let place = try #require(Data(hit).range(of: Data(name.utf8))).lowerBound
            hit[place + 1] ^= 1
            try killed.directory.put(database: hit)
            let outcome = try await start(killed, name)
            #expect(outcome.sound == killed.exchanges.count, "\(name): \(outcome)")
            #expect(outcome.damage.isRebuilt, "\(name)")
        }
    }

    @Test("a lost page costs what was in it, no start fails, and the next start is an ordinary one")
    func pages() async throws {
        let killed = try await killed(settled: true)
        let database = killed.directory.database
        let size = JournalFiles.pageSize
        for page in 0..<database.count / size {
            var hit = database
            for offset in 0..<size { hit[page * size + offset] = 0xA5 }
            try killed.directory.put(database: hit)
            let outcome = try await start(killed, "page \(page)")
            #expect(outcome.sound >= killed.exchanges.count / 3, "page \(page): \(outcome)")
            #expect(outcome.damage.originals != nil || outcome.damaged > 0, "page \(page)")
            let again = try await start(killed, "page \(page), again")
            #expect(again.damage == JournalDamage())
            #expect(again.sound + again.damaged == outcome.sound + outcome.damaged, "page \(page)")
        }
    }

    @Test("a file that is no database at all is put aside, and the journal begins anew")
    func rubbish() async throws {
        let killed = try await killed(2, settled: true)
        for rubbish in [[UInt8](repeating: 0x41, count: 50_000), Array("SQLite format 3\u{0}".utf8), [0]] {
            try killed.directory.put(database: rubbish)
            let outcome = try await start(killed, "rubbish of \(rubbish.count)")
            #expect(outcome.sound == 0)
            let originals = try #require(outcome.damage.originals)
            #expect(try Data(contentsOf: URL(fileURLWithPath: originals + "/journal.sqlite")) == Data(rubbish))
        }
    }

    @Test("rows written before there were seals are read as they are")
    func earlierVersion() async throws {
        let killed = try await killed(3, settled: true)
        try killed.directory.put()
        let connection = try JournalDatabase.open(at: killed.directory.url, syncsCommits: true)
        for table in ["intents", "records"] { try connection.execute("ALTER TABLE \(table) DROP COLUMN seal") }
        try connection.checkpoint(.truncate)
        try killed.directory.take()
        try killed.directory.put(log: [])
        let outcome = try await start(killed, "no seals")
        #expect(outcome.sound == 3)
        #expect(outcome.damage == JournalDamage())
    }
}
