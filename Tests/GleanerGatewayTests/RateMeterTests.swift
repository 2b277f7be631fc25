import GleanerCore
import Testing

@testable import GleanerGateway

@Suite("Request rates")
struct RateMeterTests {
    private let start = ContinuousClock.now

    @Test(
        "the whole count may come at once; then one each interval, and an idle bucket never holds more than the count")
    func burstThenEven() throws {
        let rate = try #require(RequestRate("4/s"))
        var meter = RateMeter(now: start)
        var now = start
        for _ in 0..<4 {
            #expect(meter.wait(rate, now: now) == .zero)
            meter.take(rate, now: now)
        }
        #expect(meter.wait(rate, now: now) == .milliseconds(250))
        now += .milliseconds(249)
        #expect(meter.wait(rate, now: now) == .milliseconds(1))
        now += .milliseconds(1)
        #expect(meter.wait(rate, now: now) == .zero)
        meter.take(rate, now: now)
        now += .seconds(3600)
        for _ in 0..<4 { meter.take(rate, now: now) }
        #expect(meter.wait(rate, now: now) == .milliseconds(250))
    }

    @Test("a million requests at the allowed pace are all granted: nothing drifts")
    func noDrift() throws {
        let rate = try #require(RequestRate("7/m"))
        var meter = RateMeter(now: start)
        var now = start
        for _ in 0..<1_000_000 {
            #expect(meter.wait(rate, now: now) == .zero)
            meter.take(rate, now: now)
            now += rate.interval
        }
    }

    @Test("rates are read and printed", arguments: ["20/s", "600/m", "1000/h", "none"])
    func text(_ text: String) { #expect(RequestRate(text)?.description == text) }

    @Test(
        "what is not a rate is refused",
        arguments: ["", "20", "/s", "20/", "0/s", "-1/s", "20/d", "20/s/s", "1.5/s", " 20/s", "1000001/s"])
    func notARate(_ text: String) { #expect(RequestRate(text) == nil) }

    @Test("Retry-After is rounded up to whole seconds, and never 0")
    func wholeSeconds() {
        #expect(Duration.milliseconds(1).wholeSecondsUp == 1)
        #expect(Duration.seconds(1).wholeSecondsUp == 1)
        #expect(Duration.milliseconds(1001).wholeSecondsUp == 2)
        #expect(Duration.zero.wholeSecondsUp == 1)
    }
}
