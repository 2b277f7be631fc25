import Foundation
import GleanerCore
import Testing

@testable import GleanerFeedback

/// Reference values: statsmodels' `proportion_confint(method="wilson")`, and the sums written out.
@Suite("Satisfaction")
struct SatisfactionTests {
    @Test(
        "Wilson's interval has its reference values",
        arguments: [
            (1, 1, 0.20654931437723742, 1.0), (9, 10, 0.5958499732047616, 0.9821237869049271),
            (90, 100, 0.8256343384950866, 0.9447708629393249), (0, 5, 0, 0.43448246478317476),
            (7, 20, 0.1811918241010821, 0.5671457233147638),
        ])
    func wilson(_ successes: Int, _ count: Int, _ low: Double, _ high: Double) throws {
        let interval = try #require(WilsonInterval(successes, of: count))
        #expect(abs(interval.low - low) < 1e-12)
        #expect(abs(interval.high - high) < 1e-12)
    }

    @Test("of nothing there is no interval, and none of more successes than tries")
    func impossible() {
        #expect(WilsonInterval(0, of: 0) == nil)
        #expect(WilsonInterval(2, of: 1) == nil)
        #expect(WilsonInterval(-1, of: 1) == nil)
    }

    @Test("few scores say little: the mean is drawn towards what is usual")
    func bayesian() throws {
        let few = Satisfaction(exchanges: 100, rated: 3, ups: 0, downs: 0, scores: 3, scoreSum: 14)
        #expect(abs(try #require(few.score()) - 4.0) < 1e-12)
        #expect(Satisfaction.none.score() == nil)
    }

    @Test("satisfaction is among raters, beside the share of answers that anybody rated")
    func among() throws {
        let day = Satisfaction(exchanges: 200, rated: 12, ups: 9, downs: 1, scores: 0, scoreSum: 0)
        #expect(day.share == 0.9)
        #expect(day.responseRate == 0.06)
        #expect(!day.isEnough)
        #expect(abs(try #require(day.interval).low - 0.5958499732047616) < 1e-12)
        let week = [day, day, day, .none].reduce(Satisfaction.none, +)
        #expect(week.ups == 27 && week.exchanges == 600 && week.isEnough)
        #expect(Satisfaction.none.share == nil && Satisfaction.none.responseRate == nil)
        // A vote may come for an answer that was counted before it was complete.
        #expect(Satisfaction(exchanges: 1, rated: 2, ups: 2, downs: 0, scores: 0, scoreSum: 0).responseRate == 1)
    }
}
