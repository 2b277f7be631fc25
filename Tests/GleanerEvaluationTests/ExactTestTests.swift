import Foundation
import GleanerTestSupport
import Testing

@testable import GleanerEvaluation

@Suite("Tests of one look")
struct ExactTestTests {
    @Test("McNemar, exact")
    func mcNemar() {
        #expect(isNear(McNemar.p(onlyFirst: 15, onlySecond: 6), 0.0783538818359375))
        #expect(isNear(McNemar.p(onlyFirst: 6, onlySecond: 15), 0.0783538818359375))
        #expect(McNemar.p(onlyFirst: 0, onlySecond: 0) == 1)
        #expect(McNemar.p(onlyFirst: 5, onlySecond: 5) == 1)
    }

    @Test("Benjamini–Hochberg, in any order")
    func benjaminiHochberg() {
        for (found, wanted) in zip(
            BenjaminiHochberg.adjusted([0.001, 0.02, 0.03, 0.2, 0.5]), [0.005, 0.05, 0.05, 0.25, 0.5])
        {
            #expect(isNear(found, wanted))
        }
        for (found, wanted) in zip(
            BenjaminiHochberg.adjusted([0.5, 0.03, 0.001, 0.2, 0.02]), [0.5, 0.05, 0.005, 0.25, 0.05])
        {
            #expect(isNear(found, wanted))
        }
        #expect(BenjaminiHochberg.adjusted([]).isEmpty)
    }

    @Test("arms of the meant proportion pass, skewed ones do not")
    func sampleRatio() {
        #expect(SampleRatio(first: 500, second: 500, share: 0.5).p == 1)
        // χ² of 10 with one degree of freedom.
        let skewed = SampleRatio(first: 550, second: 450, share: 0.5)
        #expect(isNear(skewed.statistic, 10))
        #expect(isNear(skewed.p, 0.0015654022580025))
        #expect(!skewed.isBroken)
        #expect(SampleRatio(first: 560, second: 440, share: 0.5).isBroken)
        #expect(!SampleRatio(first: 52, second: 948, share: 0.05).isBroken)
    }

    @Test("an interval by whole conversations is wider than one by items that are really the same")
    func clusters() throws {
        var chance = SeededRandom(seed: 3)
        let values = (0..<40).map { _ in Double.random(in: -1...1, using: &chance) }
        let items = values.enumerated().flatMap { index, value in
            (0..<10).map { _ in (cluster: "c\(index)", value: value) }
        }
        let honest = try #require(PairedBootstrap(items, seed: 1))
        let naive = try #require(
            PairedBootstrap(items.enumerated().map { (cluster: "i\($0)", value: $1.value) }, seed: 1))
        #expect((honest.items, honest.clusters) == (400, 40))
        #expect(isNear(honest.mean, naive.mean))
        let (wide, narrow) = (honest.interval(alpha: 0.05), naive.interval(alpha: 0.05))
        #expect(wide.high - wide.low > 2.5 * (narrow.high - narrow.low))
        let deviation = (values.map { ($0 - honest.mean) * ($0 - honest.mean) }.reduce(0, +) / 40 / 40).squareRoot()
        #expect(isNear(wide.high - wide.low, 2 * 1.96 * deviation, 0.15 * 4 * deviation))
    }

    @Test("the same seed gives the same interval, whatever order the items come in")
    func seeded() throws {
        let items = (0..<50).map { (cluster: "c\($0 % 20)", value: Double($0 % 7) - 3) }
        let first = try #require(PairedBootstrap(items, seed: 9))
        #expect(first == PairedBootstrap(Array(items), seed: 9))
        let turned = try #require(PairedBootstrap(items.reversed(), seed: 9))
        #expect(isNear(turned.quantile(0.1), first.quantile(0.1)))
        #expect(PairedBootstrap([], seed: 1) == nil)
    }

    @Test("without an event, what is left possible shrinks with the count")
    func noEvents() {
        #expect(isNear(shareLeftPossible(withoutEventsIn: 300, alpha: 0.05), 0.00993608, 1e-8))
        #expect(shareLeftPossible(withoutEventsIn: 0, alpha: 0.05) == 1)
    }

    @Test("shares without a single event keep a variance")
    func variance() {
        let none = Moments(count: 50)
        #expect(none.variance(isShare: true) > 0.01)
        #expect(none.variance(isShare: false) == 0)
        var two = Moments()
        two.add(1)
        two.add(3)
        #expect(two.variance(isShare: false) == 2)
    }
}
