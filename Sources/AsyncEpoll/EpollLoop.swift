import CEpoll
import Glibc
import HeapModule

/// An epoll instance with timers, used by one thread only.
///
/// Level-triggered: a handler that leaves bytes unread is called again. A handler may watch, update and unwatch any
/// descriptor, its own included; events already fetched for an unwatched descriptor are not delivered.
public final class EpollLoop {
    public struct Interest: OptionSet, Sendable, Hashable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }
        public static let read = Interest(rawValue: 1)
        public static let write = Interest(rawValue: 2)
        /// Only ever reported, never asked for: the peer closed, or the descriptor is in error.
        public static let closed = Interest(rawValue: 4)
    }
    public struct Timer: Hashable, Sendable {
        fileprivate let id: UInt64
    }
    private struct Due: Comparable {
        let at: ContinuousClock.Instant
        let id: UInt64
        static func < (a: Due, b: Due) -> Bool { (a.at, a.id) < (b.at, b.id) }
    }
    private struct Watch {
        let generation: UInt32
        let body: (Interest) -> Void
    }

    /// Itself readable while something is ready on a watched descriptor.
    let epoll: Int32
    private var watches: [Int32: Watch] = [:]
    private var generation: UInt32 = 0
    private var timers: [UInt64: () -> Void] = [:]
    private var due = Heap<Due>()
    private var nextTimer: UInt64 = 0
    private var ready = [cepoll_ready](repeating: cepoll_ready(token: 0, ready: 0), count: CEPOLL_BATCH)
    private let clock = ContinuousClock()

    public init() {
        epoll = cepoll_create()
        precondition(epoll >= 0, "epoll_create1 failed: errno \(errno)")
    }
    deinit { close(epoll) }

    // MARK: Descriptors

    /// Calls `body` whenever `fd` is ready for `interest`, replacing an earlier watch of the same descriptor.
    public func watch(_ fd: Int32, _ interest: Interest, _ body: @escaping (Interest) -> Void) {
        generation &+= 1
        let known = watches[fd] != nil
        watches[fd] = Watch(generation: generation, body: body)
        let token = token(fd)
        // A descriptor that was closed and opened again behind our back is no longer in the set.
        if !known || cepoll_modify(epoll, fd, interest.rawValue, token) != 0 {
            _ = cepoll_add(epoll, fd, interest.rawValue, token)
        }
    }

    /// Changes what a watched descriptor waits for; its handler stays.
    public func update(_ fd: Int32, _ interest: Interest) {
        guard watches[fd] != nil else { return }
        _ = cepoll_modify(epoll, fd, interest.rawValue, token(fd))
    }

    /// Forgets `fd`. Call it before closing the descriptor.
    public func unwatch(_ fd: Int32) {
        guard watches.removeValue(forKey: fd) != nil else { return }
        _ = cepoll_remove(epoll, fd)
    }

    /// Which watch of `fd` an event belongs to: descriptors are reused, generations are not.
    private func token(_ fd: Int32) -> UInt64 {
        UInt64(watches[fd]?.generation ?? 0) << 32 | UInt64(UInt32(bitPattern: fd))
    }

    // MARK: Timers

    /// Calls `body` once, at `instant` or soon after.
    @discardableResult
    public func schedule(at instant: ContinuousClock.Instant, _ body: @escaping () -> Void) -> Timer {
        nextTimer += 1
        timers[nextTimer] = body
        due.insert(Due(at: instant, id: nextTimer))
        return Timer(id: nextTimer)
    }

    @discardableResult
    public func schedule(after delay: Duration, _ body: @escaping () -> Void) -> Timer {
        schedule(at: clock.now + delay, body)
    }

    public func cancel(_ timer: Timer) {
        timers.removeValue(forKey: timer.id)
        // The heap entry stays until its time; many cancelled timers are swept once they are the majority.
        if due.count > 64, due.count > 2 * timers.count {
            due = Heap(due.unordered.filter { timers[$0.id] != nil })
        }
    }

    // MARK: Turning

    /// Handles what came, and the timers that are due.
    /// - Parameter waits: until something comes or the next timer is due; otherwise returns at once.
    /// - Returns: how many descriptors had something, a full batch of them at most.
    @discardableResult
    func turn(waits: Bool = true) -> Int {
        let patience = waits ? millisecondsToNextTimer() : 0
        let count = unsafe ready.withUnsafeMutableBufferPointer { buffer in
            unsafe cepoll_wait(epoll, buffer.baseAddress, patience)
        }
        for event in ready.prefix(Int(max(count, 0))) {
            let fd = Int32(truncatingIfNeeded: event.token)
            guard let watch = watches[fd], watch.generation == UInt32(event.token >> 32) else { continue }
            watch.body(Interest(rawValue: event.ready))
        }
        fireTimers()
        return Int(max(count, 0))
    }

    /// When the next timer is due.
    var nextDue: ContinuousClock.Instant? {
        while let next = due.min, timers[next.id] == nil { _ = due.popMin() }
        return due.min?.at
    }

    private func millisecondsToNextTimer() -> Int32 {
        guard let next = nextDue else { return -1 }
        let wait = next - clock.now
        if wait <= .zero { return 0 }
        let (seconds, attoseconds) = wait.components
        // Rounded up: waking early would spin until the timer is due.
        let milliseconds = seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int32(min(milliseconds, 3_600_000))
    }

    func fireTimers() {
        guard !due.isEmpty else { return }
        let now = clock.now
        while let next = due.min, next.at <= now {
            _ = due.popMin()
            timers.removeValue(forKey: next.id)?()
        }
    }
}
