import Foundation
import GleanerCore
import Testing

@Suite("Retry decisions")
struct RetryDecisionTests {
    private let now = Date(timeIntervalSince1970: 1_700_000_000)

    private func plan(fallbacks: Int = 1, _ edit: (inout RoutePolicy) -> Void = { _ in }) -> RoutePlan {
        var policy = RoutePolicy()
        edit(&policy)
        return RoutePlan(
            choice: RouteChoice(route: "chat", variant: "v0", version: 1),
            attempts: (0...fallbacks).map { Variant(name: "v\($0)", provider: "p") }, policy: policy)
    }

    @Test("a failing chosen variant is tried again after half a second, then each fallback the same way, then it ends")
    func wholePath() {
        let plan = plan(fallbacks: 2)
        var tried = Tries()
        var path: [RetryDecision] = []
        while true {
            let decision = plan.next(
                after: .answered(status: 503), tried: tried, sentToClient: false, jitter: 0)
            path.append(decision)
            guard let next = tried.following(decision) else { break }
            tried = next
        }
        let again = RetryDecision.retry(after: .milliseconds(500))
        #expect(path == [again, .next, again, .next, again, .giveUp])
        #expect(tried.variant == 2)
        #expect(tried.count == 2)
    }

    @Test(
        "once a byte has gone to the client nothing is tried again",
        arguments: [
            AttemptOutcome.answered(status: 503), .answered(status: 503, shouldRetry: true), .connectionFailed,
            .timedOut, .unusable,
        ])
    func sent(_ outcome: AttemptOutcome) {
        #expect(plan().next(after: outcome, tried: Tries(), sentToClient: true) == .giveUp)
    }

    @Test("the listed statuses are tried again", arguments: [408, 409, 429, 500, 502, 503, 504])
    func listed(_ status: Int) {
        let decision = plan().next(after: .answered(status: status), tried: Tries(), sentToClient: false, jitter: 0)
        #expect(decision == .retry(after: .milliseconds(500)))
    }

    @Test("an answer or a refusal of the request goes to the client", arguments: [200, 206, 302, 400, 401, 404, 422])
    func others(_ status: Int) {
        #expect(plan().next(after: .answered(status: status), tried: Tries(), sentToClient: false) == .giveUp)
    }

    @Test("x-should-retry: true makes a refusal worth another try, and an answer not")
    func shouldRetry() {
        let plan = plan()
        #expect(
            plan.next(after: .answered(status: 404, shouldRetry: true), tried: Tries(), sentToClient: false, jitter: 0)
                == .retry(after: .milliseconds(500)))
        #expect(
            plan.next(after: .answered(status: 200, shouldRetry: true), tried: Tries(), sentToClient: false) == .giveUp)
    }

    @Test("x-should-retry: false goes to the next variant at once, and ends when there is none")
    func shouldNotRetry() {
        let outcome = AttemptOutcome.answered(status: 503, shouldRetry: false)
        #expect(plan().next(after: outcome, tried: Tries(), sentToClient: false) == .next)
        #expect(plan(fallbacks: 0).next(after: outcome, tried: Tries(), sentToClient: false) == .giveUp)
    }

    @Test("a short Retry-After is waited for, a long one sends the call to the next variant")
    func retryAfter() {
        let plan = plan()
        func decision(_ wait: Duration) -> RetryDecision {
            plan.next(after: .answered(status: 429, retryAfter: wait), tried: Tries(), sentToClient: false)
        }
        #expect(decision(.zero) == .retry(after: .zero))
        #expect(decision(.seconds(2)) == .retry(after: .seconds(2)))
        #expect(decision(.milliseconds(2001)) == .next)
    }

    @Test("a broken connection is tried again, unless the policy says no")
    func connection() {
        #expect(
            plan().next(after: .connectionFailed, tried: Tries(), sentToClient: false, jitter: 0)
                == .retry(after: .milliseconds(500)))
        #expect(
            plan { $0.retriesConnectionErrors = false }
                .next(after: .connectionFailed, tried: Tries(), sentToClient: false) == .next)
    }

    @Test(
        "a deadline or an unusable answer goes to the next variant without a second try",
        arguments: [AttemptOutcome.timedOut, .unusable])
    func noSecondTry(_ outcome: AttemptOutcome) {
        #expect(plan().next(after: outcome, tried: Tries(), sentToClient: false) == .next)
        #expect(plan(fallbacks: 0).next(after: outcome, tried: Tries(), sentToClient: false) == .giveUp)
    }

    @Test("without retries the next variant is asked at once; without either nothing is")
    func noRetries() {
        let outcome = AttemptOutcome.answered(status: 500)
        #expect(plan { $0.retries = 0 }.next(after: outcome, tried: Tries(), sentToClient: false) == .next)
        #expect(
            plan(fallbacks: 0) { $0.retries = 0 }.next(after: outcome, tried: Tries(), sentToClient: false) == .giveUp)
    }

    @Test("no pause reaches beyond the total deadline, and nothing begins after it")
    func deadline() {
        let outcome = AttemptOutcome.answered(status: 500)
        func decision(_ remaining: Duration) -> RetryDecision {
            plan().next(after: outcome, tried: Tries(), sentToClient: false, remaining: remaining, jitter: 0)
        }
        #expect(decision(.milliseconds(501)) == .retry(after: .milliseconds(500)))
        #expect(decision(.milliseconds(500)) == .next)
        #expect(decision(.zero) == .giveUp)
    }

    @Test("pauses double up to eight seconds, and jitter takes at most a quarter off")
    func backoff() {
        let plan = plan(fallbacks: 0) { $0.retries = 10 }
        var tried = Tries()
        var pauses: [Duration] = []
        var short: [Duration] = []
        for _ in 0..<7 {
            let full = plan.next(after: .connectionFailed, tried: tried, sentToClient: false, jitter: 0)
            if case .retry(let pause) = full { pauses.append(pause) }
            let least = plan.next(after: .connectionFailed, tried: tried, sentToClient: false, jitter: 1)
            if case .retry(let pause) = least { short.append(pause) }
            tried = tried.following(full)!
        }
        #expect(pauses == [500, 1000, 2000, 4000, 8000, 8000, 8000].map { .milliseconds($0) })
        #expect(short == pauses.map { $0 * 0.75 })
    }

    @Test(
        "a head is read as the provider meant it",
        arguments: [
            ([:], AttemptOutcome.answered(status: 429)),
            (["retry-after": "3"], .answered(status: 429, retryAfter: .seconds(3))),
            (["retry-after": "0.25"], .answered(status: 429, retryAfter: .milliseconds(250))),
            (["retry-after-ms": "40", "retry-after": "3"], .answered(status: 429, retryAfter: .milliseconds(40))),
            (["retry-after": "Tue, 14 Nov 2023 22:13:25 GMT"], .answered(status: 429, retryAfter: .seconds(5))),
            (["retry-after": "Tue, 14 Nov 2023 22:13:15 GMT"], .answered(status: 429, retryAfter: .zero)),
            (["retry-after": "-1"], .answered(status: 429)), (["retry-after": "soon"], .answered(status: 429)),
            (["retry-after": "nan"], .answered(status: 429)),
            (["x-should-retry": "true"], .answered(status: 429, shouldRetry: true)),
            (["x-should-retry": "false"], .answered(status: 429, shouldRetry: false)),
            (["x-should-retry": "1"], .answered(status: 429)),
        ])
    func heads(_ headers: [String: String], _ outcome: AttemptOutcome) {
        #expect(AttemptOutcome(status: 429, headers: headers, now: now) == outcome)
    }
}
