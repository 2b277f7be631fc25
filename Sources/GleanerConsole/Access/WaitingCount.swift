import Synchronization

/// How many wait for something that serves a limited number.
final class WaitingCount: Sendable {
    private let count = Mutex(0)

    func enter(atMost limit: Int) -> Bool {
        count.withLock {
            guard $0 < limit else { return false }
            $0 += 1
            return true
        }
    }
    func leave() { count.withLock { $0 -= 1 } }
}
