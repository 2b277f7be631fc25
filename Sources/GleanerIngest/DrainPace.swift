import AsyncPostgres
import GleanerCore

/// How much ingest takes at a time, and how long it rests in between. A value: results in, limits and pauses out.
struct DrainPace {
    static let mostExchanges = 2000
    /// Of bodies. On its way to PostgreSQL a batch is in memory several times over: as it was, projected, as columns,
    /// and in libpq's buffer.
    static let mostBytes = 8 << 20

    /// Fewer than this are not worth a transaction of their own when more may come soon. Nobody waits for a row: what is in the
    /// journal is kept, and a commit of few would be at the disk just when the next call's record is.
    private static let company = 32
    private static let companyPause = Duration.milliseconds(100)
    /// Exchanges a second from which on a backlog must not get in the way of live traffic.
    private static let busyRate = 20.0
    private static let backlogLimit = 64

    private var limit = Self.mostExchanges
    private var backoff = Backoff()
    private(set) var isBusy = false
    private var seen: (received: Int64, at: ContinuousClock.Instant)?
    private var hasPiledUp = false

    /// Batches to be stored at a time: while one waits for its commit, Postgres works at the other. Beside live traffic one.
    var width: Int { isBusy ? 1 : 2 }

    /// How many exchanges to take next.
    mutating func limit(_ journal: Journal) -> Int {
        observe(received: journal.counts.received, at: .now)
        return isBusy && journal.hasUnread ? min(limit, Self.backlogLimit) : limit
    }

    /// Measures live traffic over quarters of a second, or longer where nobody looks.
    mutating func observe(received: Int64, at now: ContinuousClock.Instant) {
        guard let seen else {
            self.seen = (received, now)
            return
        }
        let passed = seen.at.duration(to: now) / .seconds(1)
        guard passed >= 0.25 else { return }
        isBusy = Double(received - seen.received) / passed >= Self.busyRate
        self.seen = (received, now)
    }

    /// - Parameter waiting: bytes of bodies.
    /// - Returns: whether much had piled up, and is gone now.
    mutating func isRelieved(waiting: Int64) -> Bool {
        if waiting >= Self.mostBytes { hasPiledUp = true }
        guard hasPiledUp, waiting < Self.mostBytes / 8 else { return false }
        hasPiledUp = false
        return true
    }

    /// - Returns: how long to rest: after a small batch for company, after a part of a backlog for live traffic.
    mutating func succeeded(moved: Int, in duration: Duration, hasBacklog: Bool) -> Duration {
        backoff.reset()
        limit = min(limit * 2, Self.mostExchanges)
        if hasBacklog { return isBusy ? duration : .zero }
        return moved < Self.company ? Self.companyPause : .zero
    }

    /// - Returns: how long to wait before the next try. What took too long is tried in smaller parts.
    mutating func failed(_ error: any Error) -> Duration {
        if case PostgresError.statementTimeout = error { limit = max(1, limit / 4) }
        // What comes while Postgres is away says little of what comes when it is back.
        seen = nil
        return backoff.next()
    }
}

/// 0.1 s, doubling to 5 s, each up to half shorter by chance, so that instances do not return in step.
struct Backoff {
    private var delay = Duration.milliseconds(100)

    mutating func next() -> Duration {
        defer { delay = min(delay * 2, .seconds(5)) }
        return delay * Double.random(in: 0.5...1)
    }
    mutating func reset() { delay = .milliseconds(100) }
}
