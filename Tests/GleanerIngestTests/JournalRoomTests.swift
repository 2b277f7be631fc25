import Foundation
import GleanerCore
import Glibc
import NIOCore
import Testing

@testable import GleanerIngest

@Suite("Journal's room, and its files gone")
struct JournalRoomTests {
    private let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
        "journal-\(UUID().uuidString)")
    private var log: String { directory.path + "/journal.sqlite-wal" }

    private func with(_ body: (Journal) async throws -> Void) async throws {
        var configuration = JournalConfiguration(directory: directory)
        configuration.reserveBytes = 8 << 20
        let journal = try Journal(configuration)
        defer {
            journal.shutdown()
            try? FileManager.default.removeItem(at: directory)
        }
        try await body(journal)
    }

    private func sizes() throws -> (length: Int64, blocks: Int64) {
        var status = stat()
        try #require(stat(log, &status) == 0)
        return (Int64(status.st_size), Int64(status.st_blocks) * 512)
    }

    @Test("an accepted exchange finds room for its end in the log's own blocks, and the log is no longer for it")
    func reserved() async throws {
        try await with { journal in
            for _ in 0..<20 {
                let ticket = try await journal.open(
                    .fixture(request: "r"), request: ByteBuffer(repeating: 1, count: 50_000))
                let (length, blocks) = try sizes()
                #expect(blocks >= length + (8 << 20))
                try await journal.close(ticket, .fixture(response: "x"), rest: ByteBuffer(string: "x"))
            }
            #expect(try sizes().length < 8 << 20)
        }
    }

    @Test("the room is given back on demand, and taken again")
    func released() async throws {
        try await with { journal in
            _ = try await journal.open(.fixture(request: "r"), request: ByteBuffer(string: "r"))
            JournalReserve.release(in: directory)
            let (length, blocks) = try sizes()
            #expect(blocks < length + (1 << 20))
            var reserve = JournalReserve(directory: directory, bytes: 8 << 20)
            defer { reserve.close() }
            #expect(!reserve.canSpare(after: length, open: 0))
            let isCovered = reserve.cover(1 << 20, after: length, open: 3)
            #expect(isCovered)
            #expect(try sizes().blocks >= length + (9 << 20))
            #expect(reserve.canSpare(after: length, open: 3))
            reserve.release(after: length)
            #expect(try sizes().blocks < length + (1 << 20))
            #expect(!reserve.canSpare(after: length, open: 0))
        }
    }

    @Test("where few calls come the log goes round in what has been written already, and under load it may grow")
    func rests() throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let writer = JournalWriter(
            directory: directory, durability: .disk,
            reserve: JournalReserve(directory: directory, bytes: 64 << 20), sync: JournalSync())
        defer { writer.close() }
        var sequence: Int64 = 0
        func write(_ count: Int) throws {
            for _ in 0..<count {
                sequence += 1
                let request = ByteBuffer(repeating: 1, count: 3_000)
                try writer.commit([.open(sequence, .fixture(request: "\(sequence)"), request: request)])
            }
        }
        let began = ContinuousClock.now
        try write(100)
        try writer.checkpointAtRest(at: began + .seconds(60))
        try write(400)
        let length = try sizes().length
        #expect(length > 2 << 20)
        try writer.checkpointAtRest(at: began + .seconds(1))
        try write(100)
        let longer = try sizes().length
        #expect(longer > length)
        for _ in 0..<5 {
            try writer.checkpointAtRest(at: .now + .seconds(60))
            try write(200)
        }
        #expect(try sizes().length == longer)
        #expect(writer.isCheckpointDue == false)
    }

    @Test("an end that cannot be written waits as interrupted, after its checkpoints")
    func arrears() throws {
        var arrears = JournalArrears()
        let outcome = ExchangeOutcome.fixture(response: "one two")
        arrears.add(.checkpoint(7, part: 1, ByteBuffer(string: "one ")), reason: "journal_disk_full")
        #expect(arrears.waiting.isEmpty)
        arrears.add(.close(7, outcome, rest: ByteBuffer(string: "two")), reason: "journal_disk_full")
        arrears.add(.close(3, outcome, rest: ByteBuffer()), reason: "journal_disk_full")
        let ends = arrears.waiting.compactMap { entry -> (Int64, ExchangeOutcome)? in
            if case .close(let sequence, let outcome, _) = entry { (sequence, outcome) } else { nil }
        }
        #expect(ends.map(\.0) == [3, 7])
        #expect(ends[1].1.status == .interrupted)
        #expect(ends[1].1.reason == "journal_disk_full")
        #expect(ends[1].1.responseHash == outcome.responseHash)
        #expect(arrears.checkpoints(of: 7).count == 1)
        arrears.settled(7)
        arrears.settled(3)
        #expect(arrears.isEmpty)
    }

    @Test("when the files go nothing is acknowledged, and what was open is kept for PostgreSQL as far as it came")
    func removed() async throws {
        try await with { journal in
            let stored = ID<Exchange>.new()
            let ending = try await journal.open(.fixture(id: stored, request: "a"), request: ByteBuffer(string: "a"))
            let long = try await journal.open(.fixture(request: "b"), request: ByteBuffer(string: "b"))
            journal.checkpoint(long, ByteBuffer(repeating: UInt8(ascii: "x"), count: 100_000))
            for suffix in ["", "-wal"] { unlink(directory.path + "/journal.sqlite" + suffix) }
            journal.checkpoint(ending, ByteBuffer(string: "half "))
            await #expect(throws: JournalError.self) {
                try await journal.close(
                    ending, .fixture(response: "half and half"), rest: ByteBuffer(string: "and half"))
            }
            #expect(journal.health == .failed)
            await #expect(throws: JournalError.self) {
                _ = try await journal.open(.fixture(request: "c"), request: ByteBuffer(string: "c"))
            }
            // The caller is told first; then its end goes to where PostgreSQL will get it from.
            for _ in 0..<400 where journal.counts.open > 1 { try await Task.sleep(for: .milliseconds(5)) }
            #expect(journal.counts.open == 1)
            await journal.interruptOpen()
            await #expect(throws: JournalError.self) {
                try await journal.close(long, .fixture(response: "x"), rest: ByteBuffer(string: "late"))
            }
            #expect(journal.counts.open == 0)
            #expect(journal.counts.journaled == 2)
            #expect(journal.counts.gap == 0)
            let found = try await journal.oldest(limit: 10, bytes: 1 << 20)
            #expect(found.count == 2)
            for waiting in found {
                #expect(waiting.exchange.outcome.status == .interrupted)
                #expect(waiting.exchange.outcome.reason == "journal_unavailable")
                let response = String(decoding: waiting.exchange.response, as: UTF8.self)
                #expect(
                    waiting.exchange.intent.id == stored
                        ? response == "half and half" : response.hasPrefix("xxx") && response.count >= 100_000)
            }
        }
    }
}
