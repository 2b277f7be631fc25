import AsyncEpoll
import Foundation
import GleanerCore
import NIOCore
import NIOPosix
import SQLite
import Testing

@testable import GleanerIngest

@Suite("When commits reach the disk")
struct JournalSyncTests {
    private static func temporary(_ body: (URL) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("sync-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        try await body(directory)
    }

    @Test("what was begun is waited for once, and a commit nobody began with is synced, too")
    func order() async throws {
        try await Self.temporary { path in
            try Data("a log".utf8).write(to: path)
            let log = try #require(LogFile(path: path.path))
            let sync = JournalSync()
            sync.use(log)
            #expect(try !sync.finish())
            sync.begin()
            #expect(sync.isBehind)
            #expect(try sync.finish())
            #expect(!sync.isBehind)
            #expect(try !sync.finish())
            #expect(try sync.finish(isNew: true))
        }
    }

    @Test("after a sync that failed none works any more: the kernel may have thrown away what it could not write")
    func failure() async throws {
        try await Self.temporary { path in
            try Data("a log".utf8).write(to: path)
            let (log, device) = (try #require(LogFile(path: path.path)), try #require(LogFile(path: "/dev/null")))
            let sync = JournalSync()
            // A device cannot be synced.
            sync.use(device)
            sync.begin()
            let error = #expect(throws: SQLiteError.self) { try sync.finish() }
            #expect(error?.health == .failed)
            sync.use(log)
            #expect(throws: SQLiteError.self) { try sync.finish() }
            #expect(throws: SQLiteError.self) { try sync.finish(isNew: true) }
        }
    }

    @Test("where a commit need not survive the machine, nothing is synced")
    func processOnly() throws {
        let sync = JournalSync()
        sync.begin()
        #expect(try !sync.finish(isNew: true))
    }

    @Test("intents begun on the loop are written at once, and all durable when one of them is settled")
    func settled() async throws {
        try await onLoop { journal in
            let tickets = try await withThrowingTaskGroup { group in
                for i in 0..<3 {
                    group.addTask {
                        try await journal.begin(.fixture(request: "\(i)"), request: ByteBuffer(string: "\(i)"))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(journal.counts.open == 3)
            #expect(journal.sync.isBehind)
            try journal.settle(tickets[0])
            #expect(!journal.sync.isBehind)
            for ticket in tickets {
                try journal.settle(ticket)
                try await journal.close(ticket, .fixture(response: "x"), rest: ByteBuffer(string: "x"))
                #expect(!journal.sync.isBehind)
            }
        } after: { journal in
            #expect(journal.counts.journaled == 3)
        }
    }

    @Test("what nobody settles is synced with the next commit that is not to be settled")
    func unsettled() async throws {
        try await onLoop { journal in
            let ticket = try await journal.begin(.fixture(request: "a"), request: ByteBuffer(string: "a"))
            #expect(journal.sync.isBehind)
            try await journal.record(
                .fixture(request: "b"), request: ByteBuffer(string: "b"), .fixture(response: "x"),
                response: ByteBuffer(string: "x"))
            #expect(!journal.sync.isBehind)
            try await journal.close(ticket, .fixture(response: "x"), rest: ByteBuffer(string: "x"))
        } after: { journal in
            #expect(journal.counts.journaled == 2)
        }
    }

    @Test("an end takes the intents of others with it to the disk")
    func together() async throws {
        try await onLoop { journal in
            let first = try await journal.open(.fixture(request: "a"), request: ByteBuffer(string: "a"))
            _ = try await journal.begin(.fixture(request: "b"), request: ByteBuffer(string: "b"))
            try await journal.end(first, .fixture(response: "x"), rest: ByteBuffer(string: "x"))
            #expect(journal.sync.isBehind)
            try journal.settle(first)
            #expect(!journal.sync.isBehind)
        } after: { journal in
            // What never ended is stored as interrupted.
            #expect(journal.counts.journaled == 2)
            #expect(journal.counts.interrupted == 1)
        }
    }

    /// Runs `body` on the loop that hosts a journal's commits, then opens that journal again.
    private func onLoop(
        _ body: @escaping @Sendable (Journal) async throws -> Void, after: (Journal) async throws -> Void
    ) async throws {
        try await Self.temporary { directory in
            let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            let loop = loops.next()
            let journal = try Journal(JournalConfiguration(directory: directory), on: loop)
            let result = await Task(executorPreference: LoopExecutor(loop)) { try await body(journal) }.result
            journal.shutdown()
            try await loops.shutdownGracefully()
            try result.get()
            let again = try Journal(JournalConfiguration(directory: directory))
            defer { again.shutdown() }
            try await after(again)
        }
    }
}
