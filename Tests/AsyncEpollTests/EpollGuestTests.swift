import Glibc
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import AsyncEpoll

@Suite("A guest of NIO's event loop", .timeLimit(.minutes(1)))
struct EpollGuestTests {
    private final class Record: Sendable {
        private let words = Mutex<[String]>([])
        func note(_ word: String) { words.withLock { $0.append(word) } }
        var all: [String] { words.withLock { $0 } }
    }

    private func withGuest(
        _ record: Record = Record(),
        _ body: (EpollGuest<EpollLoop>, any EventLoop) async throws -> Void
    ) async throws {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = loops.any()
        let made = EpollGuest(of: loop, makeContext: { $0 }, tearDown: { _ in record.note("torn down") })
        let guest = try #require(made)
        try await body(guest, loop)
        guest.stop()
        try await loops.shutdownGracefully()
    }

    /// Ends when everything that was submitted before has run.
    private func pass(_ guest: EpollGuest<EpollLoop>) async {
        await withCheckedContinuation { continuation in
            if !guest.submit({ _ in continuation.resume() }) { continuation.resume() }
        }
    }

    @Test("commands from elsewhere run in their order, on the host's thread")
    func order() async throws {
        let record = Record()
        try await withGuest { guest, loop in
            for number in 0..<1_000 {
                #expect(guest.submit { _ in record.note(loop.inEventLoop ? "\(number)" : "elsewhere") })
            }
            await pass(guest)
        }
        #expect(record.all == (0..<1_000).map(String.init))
    }

    @Test("a command from the host's own thread runs at once, one from inside a command after it")
    func atOnce() async throws {
        let record = Record()
        try await withGuest { guest, loop in
            try await loop.submit {
                guest.submit { _ in
                    guest.submit { _ in record.note("inner") }
                    record.note("outer")
                }
                record.note("after")
            }.get()
            await pass(guest)
        }
        #expect(record.all == ["outer", "after", "inner"])
    }

    @Test("bytes on a watched descriptor are told, again and again while some are left, and for as many as there are")
    func readiness() async throws {
        var ends: [(mine: Int32, theirs: Int32)] = []
        for _ in 0..<300 {
            var pair: [Int32] = [0, 0]
            try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
            ends.append((pair[0], pair[1]))
        }
        let pairs = ends
        let record = Record()
        try await withGuest { guest, _ in
            guest.submit { loop in
                for pair in pairs {
                    loop.watch(pair.mine, .read) { _ in
                        var byte: UInt8 = 0
                        if read(pair.mine, &byte, 1) == 1 { record.note(String(UnicodeScalar(byte))) }
                    }
                }
            }
            for round in ["a", "b", "c"] {
                for pair in pairs { write(pair.theirs, round + round, 2) }
                while record.all.filter({ $0 == round }).count < 600 { try await Task.sleep(for: .milliseconds(1)) }
            }
            guest.submit { loop in for pair in pairs { loop.unwatch(pair.mine) } }
            await pass(guest)
        }
        #expect(record.all.count == 1800)
        for pair in pairs {
            close(pair.mine)
            close(pair.theirs)
        }
    }

    @Test("what comes all the time is told with some delay, all of it, and so is what comes after a silence")
    func busy() async throws {
        var pair: [Int32] = [0, 0]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
        let (mine, theirs) = (pair[0], pair[1])
        let received = Mutex(0)
        try await withGuest { guest, _ in
            guest.submit { loop in
                loop.watch(mine, .read) { _ in
                    var byte: UInt8 = 0
                    if read(mine, &byte, 1) == 1 { received.withLock { $0 += 1 } }
                }
            }
            for round in 1...5 {
                for _ in 0..<2000 {
                    write(theirs, "x", 1)
                    usleep(20)
                }
                while received.withLock({ $0 }) < round * 2001 - 1 { try await Task.sleep(for: .milliseconds(1)) }
                try await Task.sleep(for: .milliseconds(20))
                write(theirs, "x", 1)
                while received.withLock({ $0 }) < round * 2001 { try await Task.sleep(for: .milliseconds(1)) }
            }
            // Stopped while it rests.
            for _ in 0..<500 {
                write(theirs, "x", 1)
                usleep(20)
            }
        }
        close(mine)
        close(theirs)
    }

    @Test("what asks to be run at the next turn again and again leaves room for descriptors and tasks")
    func fairness() async throws {
        let record = Record()
        let endless = Mutex(true)
        var pair: [Int32] = [0, 0]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
        let (mine, theirs) = (pair[0], pair[1])
        try await withGuest { guest, loop in
            @Sendable func again(_: EpollLoop) {
                guard endless.withLock({ $0 }) else { return }
                loop.execute { guest.submitForNextTurn(again) }
            }
            guest.submit { epoll in
                epoll.watch(mine, .read) { _ in
                    epoll.unwatch(mine)
                    record.note("read")
                }
            }
            guest.submitForNextTurn(again)
            try await Task.sleep(for: .milliseconds(20))
            write(theirs, "x", 1)
            while record.all.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
            endless.withLock { $0 = false }
            await pass(guest)
        }
        #expect(record.all == ["read"])
        close(mine)
        close(theirs)
    }

    @Test("timers fire when they are due, the nearer one first though it was set later, and not when cancelled")
    func timers() async throws {
        let record = Record()
        try await withGuest { guest, _ in
            let began = ContinuousClock.now
            guest.submit { loop in
                loop.schedule(after: .milliseconds(60)) { record.note("far") }
                loop.schedule(after: .milliseconds(20)) { record.note("near") }
                loop.cancel(loop.schedule(after: .milliseconds(30)) { record.note("cancelled") })
                loop.schedule(after: .zero) { record.note("now") }
            }
            while record.all.count < 3 { try await Task.sleep(for: .milliseconds(2)) }
            #expect(ContinuousClock.now - began >= .milliseconds(60))
        }
        #expect(record.all.prefix(3) == ["now", "near", "far"])
    }

    @Test("every command that was accepted runs before the end, however the stop falls")
    func stopping() async throws {
        for _ in 0..<50 {
            let record = Record()
            try await withGuest(record) { guest, loop in
                let submitting = Task {
                    var accepted = 0
                    while guest.submit({ _ in record.note("command") }) {
                        accepted += 1
                        await Task.yield()
                    }
                    return accepted
                }
                await Task.yield()
                guest.stop()
                let accepted = await submitting.value
                try await loop.submit {}.get()
                #expect(record.all.count == accepted + 1)
                #expect(record.all.last == "torn down")
                #expect(guest.submit { _ in } == false)
            }
        }
    }
}
