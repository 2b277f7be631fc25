import Foundation
import GleanerCore
import NIOCore
import SQLite
import Testing

@testable import GleanerIngest

@Suite("Journal")
struct JournalTests {
    private let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
        "journal-\(UUID().uuidString)")

    private func configuration(limit: Int64 = 1 << 30) -> JournalConfiguration {
        var configuration = JournalConfiguration(directory: directory)
        configuration.maximumBytes = limit
        return configuration
    }
    private func removing<Value>(_ body: () async throws -> Value) async rethrows -> Value {
        defer { try? FileManager.default.removeItem(at: directory) }
        return try await body()
    }

    @Test("what was written is read back to the byte, checkpoints first")
    func roundTrip() async throws {
        try await removing {
            let journal = try Journal(configuration())
            defer { journal.shutdown() }
            let request = ByteBuffer(bytes: [0x7B, 0, 0xFF, 0x7D])
            let intent = ExchangeIntent.fixture(request: "x")
            let ticket = try await journal.open(intent, request: request)
            journal.checkpoint(ticket, ByteBuffer(string: "one "))
            journal.checkpoint(ticket, ByteBuffer(string: "two "))
            let outcome = ExchangeOutcome.fixture(response: "one two three")
            try await journal.close(ticket, outcome, rest: ByteBuffer(string: "three"))
            let found = try await journal.oldest(limit: 10, bytes: 1 << 20)
            #expect(found.count == 1)
            #expect(found[0].exchange.request == [0x7B, 0, 0xFF, 0x7D])
            #expect(String(decoding: found[0].exchange.response, as: UTF8.self) == "one two three")
            #expect(found[0].exchange.intent.tags == ["a", "b"])
            #expect(found[0].exchange.outcome == outcome)
            #expect(found[0].exchange.intent.id == intent.id)
            #expect(abs(found[0].exchange.intent.receivedAt.timeIntervalSince(intent.receivedAt)) < 0.000_01)
            #expect(journal.counts.gap == 0)
            journal.acknowledge([found[0].sequence], quarantined: 0)
            #expect(try await journal.oldest(limit: 10, bytes: 1 << 20).isEmpty)
            #expect(journal.waitingBytes == 0)
            #expect(journal.counts.stored == 1)
            #expect(journal.counts.gap == 0)
        }
    }

    @Test(
        "batches may be delivered in another order than they were taken in, from memory and from disk",
        arguments: [1 << 20, 0])
    func otherOrder(_ heldBytes: Int) async throws {
        try await removing {
            var configuration = configuration()
            configuration.heldBytes = heldBytes
            let journal = try Journal(configuration)
            defer { journal.shutdown() }
            for _ in 0..<6 {
                let ticket = try await journal.open(.fixture(request: "r"), request: ByteBuffer(string: "r"))
                try await journal.close(ticket, .fixture(response: "a"), rest: ByteBuffer(string: "a"))
            }
            func take(_ limit: Int, without taken: [Int64] = []) async throws -> [Int64] {
                try await journal.oldest(limit: limit, bytes: 1 << 20, without: Set(taken)).map(\.sequence)
            }
            let first = try await take(2)
            let second = try await take(2, without: first)
            journal.acknowledge(second, quarantined: 0)
            let third = try await take(10, without: first)
            #expect(third.count == 2)
            #expect(Set(first + second + third).count == 6)
            journal.acknowledge(first, quarantined: 0)
            #expect(try await take(10) == third)
            journal.acknowledge(third, quarantined: 0)
            #expect(try await take(10).isEmpty)
            #expect(!journal.hasUnread)
            #expect(journal.counts.stored == 6)
            #expect(journal.counts.gap == 0)
            #expect(journal.waitingBytes == 0)
        }
    }

    @Test("an exchange left open by a dead process comes back interrupted, with its checkpoints")
    func recovery() async throws {
        try await removing {
            let id = ID<Exchange>.new()
            do {
                let journal = try Journal(configuration())
                let ticket = try await journal.open(.fixture(id: id, request: "r"), request: ByteBuffer(string: "r"))
                journal.checkpoint(ticket, ByteBuffer(string: "half an ans"))
                journal.shutdown()
            }
            for start in 1...2 {
                let journal = try Journal(configuration())
                let found = try await journal.oldest(limit: 10, bytes: 1 << 20)
                #expect(found.map(\.exchange.intent.id) == [id])
                #expect(found[0].exchange.outcome.status == .interrupted)
                #expect(String(decoding: found[0].exchange.response, as: UTF8.self) == "half an ans")
                #expect(journal.counts.interrupted == (start == 1 ? 1 : 0))
                #expect(journal.counts.journaled == 1)
                #expect(journal.counts.gap == 0)
                #expect(journal.waitingBytes == 12)
                journal.shutdown()
            }
        }
    }

    @Test("a thousand writers at once are all durable, in far fewer commits than writers")
    func groupCommit() async throws {
        try await removing {
            let journal = try Journal(configuration())
            await withTaskGroup(of: Void.self) { group in
                for i in 0..<1000 {
                    group.addTask {
                        do {
                            let ticket = try await journal.open(
                                .fixture(request: "\(i)"), request: ByteBuffer(string: "\(i)"))
                            try await journal.close(
                                ticket, .fixture(response: "\(i)"), rest: ByteBuffer(string: "\(i)"))
                        } catch {
                            Issue.record("\(error)")
                        }
                    }
                }
            }
            #expect(journal.counts.journaled == 1000)
            #expect(journal.counts.gap == 0)
            journal.shutdown()
            let again = try Journal(configuration())
            defer { again.shutdown() }
            #expect(again.counts.journaled == 1000)
            #expect(try await again.oldest(limit: 2000, bytes: .max).count == 1000)
        }
    }

    @Test("a full journal refuses new exchanges before they cost anything, and lets open ones end")
    func full() async throws {
        try await removing {
            let journal = try Journal(configuration(limit: 100))
            defer { journal.shutdown() }
            let ticket = try await journal.open(.fixture(request: "a"), request: ByteBuffer(repeating: 1, count: 90))
            await #expect(throws: JournalError.full(bytes: 90, limit: 100)) {
                try await journal.open(.fixture(request: "b"), request: ByteBuffer(repeating: 1, count: 20))
            }
            try await journal.close(ticket, .fixture(response: "c"), rest: ByteBuffer(repeating: 1, count: 500))
            #expect(journal.counts.gap == 0)
            #expect(journal.counts.received == 1)
        }
    }

    @Test("an id is taken once")
    func duplicate() async throws {
        try await removing {
            let journal = try Journal(configuration())
            defer { journal.shutdown() }
            let intent = ExchangeIntent.fixture(request: "a")
            _ = try await journal.open(intent, request: ByteBuffer(string: "a"))
            await #expect(throws: JournalError.duplicate) {
                try await journal.open(intent, request: ByteBuffer(string: "a"))
            }
        }
    }

    @Test("a second process on the same directory is refused")
    func locked() async throws {
        try await removing {
            let journal = try Journal(configuration())
            defer { journal.shutdown() }
            #expect(throws: JournalError.locked(path: directory.path)) { try Journal(configuration()) }
        }
    }

    @Test("being refused closes no file but its own")
    func refusedOften() async throws {
        try await removing {
            let lock = try JournalLock(directory: directory)
            defer { withExtendedLifetime(lock) {} }
            // A descriptor closed twice is by then another's: that of a log, of a socket.
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        (0..<4000).count { _ in
                            let fd = open("/dev/null", O_RDONLY | O_CLOEXEC)
                            return fd < 0 || close(fd) != 0
                        }
                    }
                }
                for _ in 0..<4000 {
                    #expect(throws: JournalError.locked(path: directory.path)) { try JournalLock(directory: directory) }
                }
                let stolen = try await group.reduce(0, +)
                #expect(stolen == 0)
            }
        }
    }

    @Test("a log that is in use, files that nobody else can read, and syncs with each commit or by the caller")
    func files() async throws {
        try await removing {
            let journal = try Journal(configuration())
            journal.shutdown()
            let written = try JournalDatabase.open(at: directory, name: "other.sqlite", syncsCommits: false)
            #expect(try written.integer("PRAGMA synchronous") == 1)
            let database = try JournalDatabase.open(at: directory, syncsCommits: true)
            #expect(try database.integer("PRAGMA synchronous") == 2)
            #expect(try database.integer("SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'") == 1)
            #expect(try database.integer("PRAGMA page_size") == 4096)
            let mode = try FileManager.default.attributesOfItem(atPath: directory.path)[.posixPermissions] as? Int
            #expect(mode == 0o700)
        }
    }

    @Test("a journal made with larger pages is used as it is")
    func largerPages() async throws {
        try await removing {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            let path = directory.appendingPathComponent(JournalDatabase.fileName).path
            try SQLiteConnection(path: path).execute("PRAGMA page_size = 16384; PRAGMA journal_mode = WAL")
            for start in 1...2 {
                let journal = try Journal(configuration())
                let ticket = try await journal.open(.fixture(request: "\(start)"), request: ByteBuffer(string: "a"))
                try await journal.close(ticket, .fixture(response: "b"), rest: ByteBuffer(repeating: 7, count: 70_000))
                let found = try await journal.oldest(limit: 10, bytes: 1 << 20)
                #expect(found.map(\.exchange.response.count) == Array(repeating: 70_000, count: start))
                journal.shutdown()
            }
            #expect(try SQLiteConnection(path: path).integer("PRAGMA page_size") == 16384)
        }
    }

    @Test("after shutdown nothing is accepted")
    func closed() async throws {
        try await removing {
            let journal = try Journal(configuration())
            journal.shutdown()
            await #expect(throws: JournalError.closed) {
                try await journal.open(.fixture(request: "a"), request: ByteBuffer(string: "a"))
            }
        }
    }
}
