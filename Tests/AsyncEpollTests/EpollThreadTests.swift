import AsyncEpoll
import Synchronization
import Testing

@Suite("A thread with an epoll loop")
struct EpollThreadTests {
    /// What happened, in order, as the thread saw it.
    private final class Record: Sendable {
        private let words = Mutex<[String]>([])
        func note(_ word: String) { words.withLock { $0.append(word) } }
        var all: [String] { words.withLock { $0 } }
    }

    private func thread(_ record: Record = Record()) -> EpollThread<EpollLoop> {
        EpollThread(name: "test", makeContext: { $0 }, tearDown: { _ in record.note("torn down") })
    }

    /// Blocks a thread of its own, not the pool's.
    private func stopAndWait(_ thread: EpollThread<EpollLoop>) async {
        await withCheckedContinuation { continuation in
            Thread.start(name: "stopper") {
                thread.stopAndWait()
                continuation.resume()
            }
        }
    }

    @Test("commands run in the order they were submitted")
    func order() async {
        let record = Record()
        let thread = thread(record)
        for number in 0..<1_000 { #expect(thread.submit { _ in record.note("\(number)") }) }
        await stopAndWait(thread)
        #expect(record.all == (0..<1_000).map(String.init) + ["torn down"])
    }

    @Test("every command that was accepted runs, however the stop falls between them")
    func stopping() async {
        for _ in 0..<50 {
            let record = Record()
            let thread = thread(record)
            let submitting = Task {
                var accepted = 0
                while thread.submit({ _ in record.note("command") }) { accepted += 1 }
                return accepted
            }
            await Task.yield()
            await stopAndWait(thread)
            let accepted = await submitting.value
            #expect(record.all.count == accepted + 1)
            #expect(record.all.last == "torn down")
        }
    }

    @Test("a stopped thread refuses commands")
    func refusing() async {
        let thread = thread()
        await stopAndWait(thread)
        #expect(thread.submit { _ in } == false)
    }

    @Test("a command may submit another")
    func nesting() async {
        let thread = thread()
        await withCheckedContinuation { continuation in
            thread.submit { _ in thread.submit { _ in continuation.resume() } }
        }
        await stopAndWait(thread)
    }

    @Test("timers fire in the order of their times, those of the same time as they were set; a cancelled one does not")
    func timers() async {
        let record = Record()
        let thread = thread()
        await withCheckedContinuation { continuation in
            thread.submit { loop in
                let now = ContinuousClock.now
                loop.schedule(at: now + .milliseconds(30)) {
                    record.note("late")
                    continuation.resume()
                }
                loop.schedule(at: now + .milliseconds(10)) { record.note("early") }
                loop.schedule(at: now + .milliseconds(20)) { record.note("first of two") }
                loop.schedule(at: now + .milliseconds(20)) { record.note("second of two") }
                let cancelled = loop.schedule(at: now + .milliseconds(15)) { record.note("cancelled") }
                loop.schedule(at: now + .milliseconds(12)) { loop.cancel(cancelled) }
            }
        }
        await stopAndWait(thread)
        #expect(record.all == ["early", "first of two", "second of two", "late"])
    }

    @Test("a timer that was set among thousands of cancelled ones still fires")
    func sweep() async {
        let thread = thread()
        let start = ContinuousClock.now
        await withCheckedContinuation { continuation in
            thread.submit { loop in
                loop.schedule(after: .milliseconds(20)) { continuation.resume() }
                for _ in 0..<10_000 {
                    loop.cancel(loop.schedule(after: .milliseconds(10)) { Issue.record("was cancelled") })
                }
            }
        }
        #expect(ContinuousClock.now - start >= .milliseconds(20))
        await stopAndWait(thread)
    }
}
