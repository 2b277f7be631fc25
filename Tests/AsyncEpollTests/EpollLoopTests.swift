import AsyncEpoll
import Glibc
import Testing

@Suite("Descriptors on an epoll loop")
struct EpollLoopTests {
    private struct Pair: Sendable {
        let (mine, theirs): (Int32, Int32)
        init() {
            var descriptors: [Int32] = [0, 0]
            precondition(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &descriptors) == 0)
            (mine, theirs) = (descriptors[0], descriptors[1])
        }
    }

    @Test("a handler is called again while bytes are left unread")
    func levelTriggered() async {
        let pair = Pair()
        let thread = EpollThread(name: "test", makeContext: { $0 })
        write(pair.theirs, "abc", 3)
        let bytes = await withCheckedContinuation { continuation in
            thread.submit { loop in
                var bytes: [UInt8] = []
                loop.watch(pair.mine, .read) { _ in
                    var byte: UInt8 = 0
                    read(pair.mine, &byte, 1)
                    bytes.append(byte)
                    guard bytes.count == 3 else { return }
                    loop.unwatch(pair.mine)
                    continuation.resume(returning: bytes)
                }
            }
        }
        #expect(bytes == Array("abc".utf8))
        close(pair.mine)
        close(pair.theirs)
    }

    @Test("the peer's end is reported to who waits to read")
    func closed() async {
        let pair = Pair()
        let thread = EpollThread(name: "test", makeContext: { $0 })
        let interest = await withCheckedContinuation { continuation in
            thread.submit { loop in
                loop.watch(pair.mine, .read) { interest in
                    loop.unwatch(pair.mine)
                    continuation.resume(returning: interest)
                }
                close(pair.theirs)
            }
        }
        #expect(interest.isSuperset(of: [.read, .closed]))
        close(pair.mine)
    }

    @Test("a descriptor that was opened anew with the number of a watched one is watched again")
    func reusedNumber() async {
        let pair = Pair()
        let thread = EpollThread(name: "test", makeContext: { $0 })
        let heard = await withCheckedContinuation { continuation in
            thread.submit { loop in
                loop.watch(pair.mine, .read) { _ in Issue.record("the old watch was called") }
                // As libpq does when it tries the next address: another socket, the same number.
                let next = Pair()
                dup2(next.mine, pair.mine)
                close(next.mine)
                loop.watch(pair.mine, .read) { _ in
                    loop.unwatch(pair.mine)
                    close(next.theirs)
                    continuation.resume(returning: true)
                }
                write(next.theirs, "x", 1)
            }
        }
        #expect(heard)
        close(pair.mine)
        close(pair.theirs)
    }

    @Test("a handler that unwatches another descriptor keeps that one's event from being delivered")
    func unwatchedMeanwhile() async {
        let (first, second) = (Pair(), Pair())
        let thread = EpollThread(name: "test", makeContext: { $0 })
        for pair in [first, second] { write(pair.theirs, "x", 1) }
        let calls = await withCheckedContinuation { continuation in
            thread.submit { loop in
                var calls = 0
                for (pair, other) in [(first, second), (second, first)] {
                    loop.watch(pair.mine, .read) { _ in
                        calls += 1
                        loop.unwatch(pair.mine)
                        loop.unwatch(other.mine)
                    }
                }
                loop.schedule(after: .milliseconds(30)) { continuation.resume(returning: calls) }
            }
        }
        #expect(calls == 1)
        for descriptor in [first.mine, first.theirs, second.mine, second.theirs] { close(descriptor) }
    }
}
