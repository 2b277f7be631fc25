import GleanerCore
import Synchronization
import Testing

@testable import GleanerGateway

@Suite("Limits of the gateway")
struct LimitStateTests {
    private let key = ID<APIKey>.new()
    private let other = ID<APIKey>.new()
    private let start = ContinuousClock.now

    private func state(_ change: (inout LimitConfiguration) -> Void = { _ in }) -> LimitState {
        var configuration = LimitConfiguration()
        change(&configuration)
        return LimitState(configuration, now: start)
    }

    @Test("without limits everything is admitted")
    func noLimits() {
        var state = state()
        for _ in 0..<1000 { #expect(state.admit(key, KeyLimits(), body: nil, now: start) == nil) }
        #expect(state.open == 1000)
    }

    @Test("a key with too many calls open is refused, others are not, and a call that ends makes room")
    func keyConcurrent() {
        var state = state { $0.keyMaximumConcurrent = 2 }
        #expect(state.admit(key, KeyLimits(), body: 0, now: start) == nil)
        #expect(state.admit(key, KeyLimits(), body: 0, now: start) == nil)
        #expect(state.admit(key, KeyLimits(), body: 0, now: start) == ShedError(.keyConcurrent, retryAfter: 1))
        #expect(state.admit(other, KeyLimits(), body: 0, now: start) == nil)
        state.release(key, body: 0)
        #expect(state.admit(key, KeyLimits(), body: 0, now: start) == nil)
    }

    @Test("a key's own limits go before the server's, in both directions")
    func ownLimits() {
        var state = state { $0.keyMaximumConcurrent = 1 }
        let none = KeyLimits(maximumConcurrent: 0)
        for _ in 0..<5 { #expect(state.admit(key, none, body: 0, now: start) == nil) }
        let slow = KeyLimits(rate: RequestRate("1/m"))
        #expect(state.admit(other, slow, body: 0, now: start) == nil)
        state.release(other, body: 0)
        #expect(state.admit(other, slow, body: 0, now: start) == ShedError(.keyRate, retryAfter: 60))
        #expect(state.admit(other, slow, body: 0, now: start + .milliseconds(30_500))?.retryAfter == 30)
        #expect(state.admit(other, slow, body: 0, now: start + .seconds(60)) == nil)
    }

    @Test("the gateway's own limit is a 503, since no key did wrong")
    func concurrent() {
        var state = state { $0.maximumConcurrent = 1 }
        #expect(state.admit(key, KeyLimits(), body: 0, now: start) == nil)
        let refusal = state.admit(other, KeyLimits(), body: 0, now: start)
        #expect(refusal?.reason == .concurrent && refusal?.explanation.status == 503)
    }

    @Test("a refused call uses up nothing: not its key's rate, not the common one")
    func refusedCostsNothing() {
        var state = state {
            $0.rate = RequestRate("2/s")!
            $0.keyRate = RequestRate("2/s")!
            $0.keyMaximumConcurrent = 1
        }
        #expect(state.admit(key, KeyLimits(), body: 0, now: start) == nil)
        for _ in 0..<10 { #expect(state.admit(key, KeyLimits(), body: 0, now: start)?.reason == .keyConcurrent) }
        #expect(state.admit(other, KeyLimits(), body: 0, now: start) == nil)
        state.release(key, body: 0)
        #expect(state.admit(key, KeyLimits(), body: 0, now: start)?.reason == .rate)
        #expect(state.admit(key, KeyLimits(), body: 0, now: start + .milliseconds(500)) == nil)
    }

    @Test("memory is shed in steps: large bodies, then everything")
    func memorySteps() {
        var state = state()
        let large = LimitState.smallBody + 1
        state.memory = MemoryLevel(used: 79, limit: 100)
        #expect(state.admit(key, KeyLimits(), body: large, now: start) == nil)
        state.memory = MemoryLevel(used: 80, limit: 100)
        #expect(state.admit(key, KeyLimits(), body: large, now: start)?.reason == .memoryBody)
        // A body that does not say its length may be any.
        #expect(state.admit(key, KeyLimits(), body: nil, now: start)?.reason == .memoryBody)
        #expect(state.admit(key, KeyLimits(), body: LimitState.smallBody, now: start) == nil)
        state.memory = MemoryLevel(used: 90, limit: 100)
        #expect(state.admit(key, KeyLimits(), body: 0, now: start)?.reason == .memory)
        state.memory = MemoryLevel(used: 95, limit: 100)
        #expect(state.memory == .critical)
        #expect(state.admit(key, KeyLimits(), body: 0, now: start)?.explanation.code == "overloaded")
    }

    @Test("large bodies on their way share one budget; one alone may exceed it, small ones are free")
    func bodyBudget() {
        var state = state { $0.maximumBodyBytes = 50 << 20 }
        #expect(state.admit(key, KeyLimits(), body: 60 << 20, now: start) == nil)
        #expect(state.admit(key, KeyLimits(), body: 2 << 20, now: start)?.reason == .memoryBody)
        #expect(state.admit(key, KeyLimits(), body: 1 << 20, now: start) == nil)
        state.release(key, body: 60 << 20)
        #expect(state.bodyBytes == 0)
        #expect(state.admit(key, KeyLimits(), body: 30 << 20, now: start) == nil)
        #expect(state.admit(key, KeyLimits(), body: 20 << 20, now: start) == nil)
        #expect(state.admit(key, KeyLimits(), body: nil, now: start)?.reason == .memoryBody)
    }

    @Test("once it is told to stop, nothing is admitted")
    func stopping() {
        var state = state()
        state.isStopping = true
        let refusal = state.admit(key, KeyLimits(), body: 0, now: start)
        #expect(refusal?.explanation.code == "shutting_down" && refusal?.explanation.status == 503)
        #expect(state.open == 0)
    }

    @Test("keys of which nothing is left are forgotten, busy ones and ones with a used bucket are not")
    func sweep() {
        var state = state { $0.keyRate = RequestRate("1/h")! }
        #expect(state.admit(key, KeyLimits(rate: RequestRate.none), body: 0, now: start) == nil)
        for _ in 0..<10_000 {
            let passing = ID<APIKey>.new()
            #expect(state.admit(passing, KeyLimits(rate: RequestRate.none), body: 0, now: start) == nil)
            state.release(passing, body: 0)
        }
        #expect(state.admit(other, KeyLimits(), body: 0, now: start) == nil)
        #expect(state.knownKeys < 4100)
        #expect(state.admit(other, KeyLimits(), body: 0, now: start)?.retryAfter == 3600)
    }

    @Test("an admission is given back by the last who holds it, and refusals are counted by reason")
    func admission() throws {
        var configuration = LimitConfiguration()
        configuration.keyMaximumConcurrent = 1
        let limits = ExchangeLimits(configuration)
        let caller = Caller(
            project: .new(), key: key, keyName: "k", scopes: [.gateway], limits: KeyLimits(clientGone: .drain))
        var first: Admission? = try limits.admit(caller, body: 0)
        #expect(first?.clientGone == .drain)
        #expect(throws: ShedError(.keyConcurrent, retryAfter: 1)) { try limits.admit(caller, body: 0) }
        var second = first
        first = nil
        #expect(limits.open == 1)
        second = nil
        #expect(limits.open == 0 && second == nil)
        _ = try limits.admit(caller, body: 0)
        #expect(limits.shed.first { $0.reason == .keyConcurrent }?.count == 1)
        #expect(limits.shed.map(\.count).reduce(0, +) == 1)
    }
}
