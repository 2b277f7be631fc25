import Synchronization

/// How often each error code was answered. Codes are a fixed set, so this stays small.
final class RefusalCounts: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    func count(_ code: String) { counts.withLock { $0[code, default: 0] += 1 } }
    var snapshot: [(code: String, count: Int)] {
        counts.withLock { $0.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    }
}
