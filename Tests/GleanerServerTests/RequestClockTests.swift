import NIOCore
import Testing

@testable import GleanerServer

@Suite("The time a client takes")
struct RequestClockTests {
    private let start = NIODeadline.now()

    private func clock(_ change: (inout ConnectionPolicy) -> Void = { _ in }) -> RequestClock {
        var policy = ConnectionPolicy()
        change(&policy)
        return RequestClock(policy, now: start)
    }

    @Test("a silent connection is idle, one byte makes it a slow head")
    func silence() {
        var clock = clock()
        #expect(clock.check(waiting: 0, now: start + .seconds(74)) == .fine)
        #expect(clock.check(waiting: 0, now: start + .seconds(75)) == .idle)
        clock.received(1, now: start + .seconds(60))
        clock.received(1, now: start + .seconds(69))
        #expect(clock.check(waiting: 0, now: start + .milliseconds(69_999)) == .fine)
        #expect(clock.check(waiting: 0, now: start + .seconds(70)) == .slowHead)
    }

    @Test("a body has the head's time for nothing, then a second for each 1 KiB, and never more than its own")
    func body() {
        var clock = clock()
        clock.received(100, now: start)
        clock.headEnded(now: start)
        #expect(clock.check(waiting: 0, now: start + .milliseconds(9_999)) == .fine)
        #expect(clock.check(waiting: 0, now: start + .seconds(10)) == .slowBody)
        clock.received(20 * 1024, now: start + .seconds(5))
        #expect(clock.check(waiting: 0, now: start + .milliseconds(29_999)) == .fine)
        #expect(clock.check(waiting: 0, now: start + .seconds(30)) == .slowBody)
        clock.received(10 << 20, now: start + .seconds(6))
        #expect(clock.check(waiting: 0, now: start + .milliseconds(59_999)) == .fine)
        #expect(clock.check(waiting: 0, now: start + .seconds(60)) == .slowBody)
        clock.requestEnded()
        #expect(clock.check(waiting: 0, now: start + .seconds(600)) == .fine)
    }

    @Test("while an answer is on its way a connection is not idle; afterwards its time begins anew")
    func answering() {
        var clock = clock()
        clock.received(100, now: start)
        clock.headEnded(now: start)
        clock.requestEnded()
        #expect(!clock.isIdle)
        #expect(clock.check(waiting: 0, now: start + .seconds(3600)) == .fine)
        clock.answerEnded(now: start + .seconds(3600))
        #expect(clock.isIdle)
        #expect(clock.check(waiting: 0, now: start + .seconds(3674)) == .fine)
        #expect(clock.check(waiting: 0, now: start + .seconds(3675)) == .idle)
    }

    @Test("an answer that ends before the request has does not make the rest of the request free of time")
    func earlyAnswer() {
        var clock = clock()
        clock.received(100, now: start)
        clock.headEnded(now: start)
        clock.answerEnded(now: start + .seconds(1))
        #expect(!clock.isIdle)
        #expect(clock.check(waiting: 0, now: start + .seconds(10)) == .slowBody)
        clock.requestEnded()
        #expect(clock.isIdle)
    }

    @Test("a client is stalled when it takes no byte for the whole time, and not when it takes a single one")
    func stall() {
        var clock = clock()
        clock.received(100, now: start)
        clock.headEnded(now: start)
        clock.requestEnded()
        clock.wrote(1000)
        #expect(clock.check(waiting: 1000, now: start + .seconds(1)) == .fine)
        clock.wrote(50_000)
        #expect(clock.check(waiting: 51_000, now: start + .seconds(59)) == .fine)
        #expect(clock.check(waiting: 50_999, now: start + .seconds(60)) == .fine)
        #expect(clock.check(waiting: 50_999, now: start + .milliseconds(119_999)) == .fine)
        #expect(clock.check(waiting: 50_999, now: start + .seconds(120)) == .stalled)
        #expect(clock.check(waiting: 0, now: start + .seconds(121)) == .fine)
        #expect(!clock.mayBeBehind)
    }

    @Test("a provider that is silent does not make its client stalled")
    func silentProvider() {
        var clock = clock()
        clock.received(100, now: start)
        clock.headEnded(now: start)
        clock.requestEnded()
        clock.wrote(1000)
        #expect(clock.check(waiting: 0, now: start + .seconds(1)) == .fine)
        clock.wrote(10)
        // The first look after a long silence: what waits now has only just been written.
        #expect(clock.check(waiting: 0, now: start + .seconds(300)) == .fine)
    }

    @Test("connections are looked at often enough for the shortest patience, and not more than needed")
    func tick() {
        #expect(ConnectionPolicy().tick == .seconds(1))
        var policy = ConnectionPolicy()
        policy.headTimeout = .milliseconds(400)
        #expect(policy.tick == .milliseconds(100))
        policy.headTimeout = .milliseconds(1)
        #expect(policy.tick == .milliseconds(10))
    }
}
