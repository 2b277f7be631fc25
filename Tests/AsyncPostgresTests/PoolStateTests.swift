import Testing

@testable import AsyncPostgres

@Suite("Bookkeeping of the pool")
struct PoolStateTests {
    private let soon = ContinuousClock.now + .seconds(5)
    private func request(_ number: Int) -> RequestID { RequestID(number: number) }
    private func connection(_ number: Int) -> ConnectionID { ConnectionID(number: number) }

    /// A pool with one connection, leased to request 1.
    private func leased(size: Int, maximumWaiters: Int = 10) -> PoolState {
        var state = PoolState(size: size, maximumWaiters: maximumWaiters)
        #expect(state.lease(request(1), deadline: soon) == .open(connection(1)))
        #expect(state.opened(connection(1)) == .lend(connection(1), to: request(1)))
        return state
    }

    @Test("the first caller opens a connection; the next one after its return gets the same")
    func reuse() {
        var state = leased(size: 2)
        #expect(state.returned(connection(1)) == .park)
        #expect(state.lease(request(2), deadline: soon) == .lend(connection(1)))
        #expect(state.statistics == .init(open: 1, idle: 0, leased: 1, waiting: 0))
    }

    @Test("connections are opened up to the size, then callers wait in line")
    func line() {
        var state = leased(size: 2)
        #expect(state.lease(request(2), deadline: soon) == .open(connection(2)))
        #expect(state.lease(request(3), deadline: soon) == .wait)
        #expect(state.statistics == .init(open: 2, idle: 0, leased: 1, waiting: 2))
        #expect(state.returned(connection(1)) == .lend(connection(1), to: request(2)))
        #expect(state.opened(connection(2)) == .lend(connection(2), to: request(3)))
    }

    @Test("the connection used last is lent first")
    func lastUsed() {
        var state = leased(size: 2)
        _ = state.lease(request(2), deadline: soon)
        _ = state.opened(connection(2))
        #expect(state.returned(connection(2)) == .park)
        #expect(state.returned(connection(1)) == .park)
        #expect(state.lease(request(3), deadline: soon) == .lend(connection(1)))
    }

    @Test("a full line refuses")
    func fullLine() {
        var state = leased(size: 1, maximumWaiters: 1)
        #expect(state.lease(request(2), deadline: soon) == .wait)
        #expect(state.lease(request(3), deadline: soon) == .refuse(.poolExhausted(waiting: 1)))
    }

    @Test("a caller who gave up gets nothing; the one behind is next")
    func gaveUp() {
        var state = leased(size: 1)
        _ = state.lease(request(2), deadline: soon)
        _ = state.lease(request(3), deadline: soon)
        #expect(state.cancel(request(2)) == true)
        #expect(state.cancel(request(2)) == false)
        #expect(state.returned(connection(1)) == .lend(connection(1), to: request(3)))
        #expect(state.cancel(request(3)) == false)
    }

    @Test("callers are refused at their deadline, and not before")
    func expiry() {
        var state = leased(size: 1)
        _ = state.lease(request(2), deadline: soon)
        _ = state.lease(request(3), deadline: soon + .seconds(1))
        #expect(state.nextDeadline == soon)
        #expect(state.expire(soon - .milliseconds(1)) == [])
        #expect(state.expire(soon) == [request(2)])
        #expect(state.nextDeadline == soon + .seconds(1))
    }

    @Test("a lost connection is replaced for whoever waits")
    func replacement() {
        var state = leased(size: 1)
        #expect(state.lease(request(2), deadline: soon) == .wait)
        #expect(state.lost(connection(1)) == connection(2))
        #expect(state.opened(connection(2)) == .lend(connection(2), to: request(2)))
        #expect(state.lost(connection(2)) == nil)
        #expect(state.statistics == .init(open: 0, idle: 0, leased: 0, waiting: 0))
    }

    @Test("an idle connection that ends is forgotten; a leased one stays its holder's")
    func endedByItself() {
        var state = leased(size: 1)
        #expect(state.lostWhileIdle(connection(1)) == false)
        #expect(state.returned(connection(1)) == .park)
        #expect(state.lostWhileIdle(connection(1)) == true)
        #expect(state.lease(request(2), deadline: soon) == .open(connection(2)))
    }

    @Test("when no connection can be had, who waits is refused, and so is who comes before the next attempt")
    func serverAway() {
        let failure = PostgresError.connectionFailed("refused")
        var state = PoolState(size: 2, maximumWaiters: 10)
        _ = state.lease(request(1), deadline: soon)
        _ = state.lease(request(2), deadline: soon)
        #expect(state.failedToOpen(connection(1), failure) == .init(refuse: [], pause: 1))
        #expect(state.failedToOpen(connection(2), failure) == .init(refuse: [request(1), request(2)], pause: nil))
        #expect(state.lease(request(3), deadline: soon) == .refuse(failure))
        #expect(state.pauseEnded() == nil)
        #expect(state.lease(request(4), deadline: soon) == .open(connection(3)))
        #expect(state.opened(connection(3)) == .lend(connection(3), to: request(4)))
    }

    @Test("when one more connection cannot be had, callers wait for those there are, and it is tried again later")
    func serverFull() {
        var state = leased(size: 2)
        #expect(state.lease(request(2), deadline: soon) == .open(connection(2)))
        let failure = PostgresError.connectionFailed("too many clients")
        #expect(state.failedToOpen(connection(2), failure) == .init(refuse: [], pause: 1))
        #expect(state.lease(request(3), deadline: soon) == .wait)
        #expect(state.returned(connection(1)) == .lend(connection(1), to: request(2)))
        #expect(state.pauseEnded() == connection(3))
    }

    @Test("closing refuses who waits, closes what is idle, and what is leased or opening when it comes")
    func closing() {
        var state = leased(size: 3)
        _ = state.lease(request(2), deadline: soon)
        _ = state.opened(connection(2))
        _ = state.returned(connection(2))
        #expect(state.close() == .init(refuse: [], close: [connection(2)]))
        #expect(state.lease(request(3), deadline: soon) == .refuse(.poolClosed))
        #expect(state.hasLeases)
        #expect(state.returned(connection(1)) == .close)
        #expect(!state.hasLeases)

        var opening = PoolState(size: 1, maximumWaiters: 1)
        _ = opening.lease(request(1), deadline: soon)
        #expect(opening.close() == .init(refuse: [request(1)], close: []))
        #expect(opening.opened(connection(1)) == .close)
        #expect(opening.lost(connection(1)) == nil)
    }
}
