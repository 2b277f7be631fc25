import CEpoll
import Glibc
import Synchronization

/// One dedicated thread that owns a value of type `Context` and an epoll loop.
///
/// C libraries with handles that may be used by one thread at a time (libpq, libcurl) live inside `Context`, which is
/// made on the thread and never leaves it. The rest of the program sends commands: closures run on the thread, in the
/// order they were submitted. What crosses the threads is this inbox and an eventfd, so nothing here is unchecked.
public final class EpollThread<Context>: EpollPlace {

    private struct Inbox {
        var commands: [@Sendable (Context) -> Void] = []
        var isOpen = true
    }
    /// State shared by the handle and its thread; the thread may outlive the handle for a moment.
    private final class Shared: Sendable {
        let inbox = Mutex(Inbox())
        let wakeup: Int32
        let finished = Gate()
        init() {
            wakeup = cepoll_wakeup_create()
            precondition(wakeup >= 0, "eventfd failed: errno \(errno)")
        }
        deinit { close(wakeup) }
        func wake() {
            var one: UInt64 = 1
            _ = unsafe write(wakeup, &one, 8)
        }
    }
    private let shared = Shared()

    /// Starts the thread.
    /// - Parameters:
    ///   - name: at most 15 bytes, shown by `top -H` and debuggers.
    ///   - makeContext: runs on the thread; gets the loop on which the context may watch descriptors and set timers.
    ///   - tearDown: runs on the thread after the last command, before the loop is closed.
    public init(
        name: String,
        makeContext: @escaping @Sendable (EpollLoop) -> Context,
        tearDown: @escaping @Sendable (Context) -> Void = { _ in }
    ) {
        let shared = self.shared
        Thread.start(name: name) {
            let loop = EpollLoop()
            let context = makeContext(loop)
            loop.watch(shared.wakeup, .read) { _ in
                var count: UInt64 = 0
                _ = unsafe read(shared.wakeup, &count, 8)
            }
            var isOpen = true
            while isOpen {
                let commands: [@Sendable (Context) -> Void]
                (commands, isOpen) = shared.inbox.withLock { inbox in
                    defer { inbox.commands.removeAll() }
                    return (inbox.commands, inbox.isOpen)
                }
                for command in commands { command(context) }
                if isOpen { loop.turn() }
            }
            // The inbox was found closed and emptied in the same step, so everything that was accepted has run.
            tearDown(context)
            shared.finished.open()
        }
    }

    /// Runs `command` on the thread, after those submitted before it.
    /// - Returns: `false` when the thread has been stopped and the command will never run.
    @discardableResult
    public func submit(_ command: @escaping @Sendable (Context) -> Void) -> Bool {
        let (accepted, wasEmpty) = shared.inbox.withLock { inbox in
            guard inbox.isOpen else { return (false, false) }
            inbox.commands.append(command)
            return (true, inbox.commands.count == 1)
        }
        if wasEmpty { shared.wake() }
        return accepted
    }

    /// Refuses further commands and lets the thread end; returns at once.
    public func stop() {
        shared.inbox.withLock { $0.isOpen = false }
        shared.wake()
    }

    /// Stops, and blocks the calling thread until the last command and the tear-down have run.
    /// Not to be called from the thread itself, nor from a task on the shared pool that must not block.
    public func stopAndWait() {
        stop()
        shared.finished.wait()
    }

    deinit { stop() }
}
