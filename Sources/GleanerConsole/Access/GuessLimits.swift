import Synchronization

/// How often somebody may be wrong: per account and per address, whether or not the account exists.
///
/// A window begins with its first failure. A success clears the account's count, not the address's.
struct GuessCounts: Sendable {
    static let window = Duration.seconds(900)
    static let perAccount = 10
    static let perAddress = 50
    /// A proxy on this machine speaks for everybody, so its address says little.
    static let perProxy = 1000
    /// Names and addresses remembered at once; when it is full, the oldest windows go first.
    static let capacity = 20_000

    private struct Count {
        var failures = 0
        let began: ContinuousClock.Instant
    }
    private var counts: [String: Count] = [:]

    var remembered: Int { counts.count }

    /// - Returns: how long to wait before the next guess, `nil` when it may be made now.
    mutating func wait(account: String, address: String, now: ContinuousClock.Instant) -> Duration? {
        let isProxy = address.hasPrefix("127.") || address == "::1"
        let keys = [
            ("account:" + account, Self.perAccount),
            ("address:" + address, isProxy ? Self.perProxy : Self.perAddress),
        ]
        let waits = keys.compactMap { key, limit -> Duration? in
            guard let count = counts[key] else { return nil }
            let left = Self.window - (now - count.began)
            return left > .zero && count.failures >= limit ? left : nil
        }
        return waits.max()
    }

    mutating func failed(account: String, address: String, now: ContinuousClock.Instant) {
        for key in ["account:" + account, "address:" + address] {
            if counts[key].map({ now - $0.began >= Self.window }) ?? true {
                makeRoom(now)
                counts[key] = Count(began: now)
            }
            counts[key]?.failures += 1
        }
    }

    mutating func succeeded(account: String) { counts["account:" + account] = nil }

    private mutating func makeRoom(_ now: ContinuousClock.Instant) {
        guard counts.count >= Self.capacity else { return }
        counts = counts.filter { now - $0.value.began < Self.window }
        guard counts.count >= Self.capacity else { return }
        let ages = counts.values.map { now - $0.began }.sorted()
        let median = ages[ages.count / 2]
        counts = counts.filter { now - $0.value.began < median }
    }
}

final class GuessLimits: Sendable {
    private let counts = Mutex(GuessCounts())

    func check(account: String, address: String) throws {
        if let wait = counts.withLock({ $0.wait(account: account, address: address, now: .now) }) {
            throw AccountError.tooManyGuesses(wait: wait)
        }
    }
    func failed(account: String, address: String) {
        counts.withLock { $0.failed(account: account, address: address, now: .now) }
    }
    func succeeded(account: String) { counts.withLock { $0.succeeded(account: account) } }
}
