import GleanerTestSupport
import Testing

@testable import GleanerReview

private func near(_ a: Double?, _ b: Double, _ tolerance: Double = 1e-9) -> Bool {
    a.map { abs($0 - b) <= tolerance } ?? false
}

/// Reference values of docs: computed independently in Python.
@Suite("Estimation")
struct EstimationTests {
    private let sample = SampleMoments([1, 0, 1, 1, 0, 1], probabilities: [1, 0.05, 0.05, 0.5, 0.05, 1])

    @Test("a Poisson sample gives Horvitz–Thompson's total and Hájek's mean with their variances")
    func poisson() {
        #expect(near(sample.total, 24))
        #expect(near(sample.totalVariance, 382))
        #expect(near(sample.totalVariance.squareRoot() / 100, 0.19544820285692066))
        #expect(near(sample.population, 64))
        #expect(near(sample.mean, 0.375))
        #expect(near(sample.meanVariance, 0.06252288818359375))
        #expect(sample.count == 6)
        #expect(sample.events == 4)
    }

    @Test("moments added in parts are those of the whole, and nothing is estimated from nothing")
    func parts() {
        var parts = SampleMoments([1, 0], probabilities: [1, 0.05])
        parts.add(SampleMoments([1, 1, 0, 1], probabilities: [0.05, 0.5, 0.05, 1]))
        #expect(near(parts.meanVariance, sample.meanVariance!))
        #expect(SampleMoments().mean == nil)
        #expect(SampleMoments().meanVariance == nil)
        #expect(SampleMoments([3, 4], probabilities: [1, 1]).isCensus)
        #expect(!sample.isCensus)
    }

    @Test("a chance of a half to answer, made up for, is as if the probabilities had been half as high")
    func nonResponse() {
        let values = [4.0, 2, 5], probabilities = [0.5, 0.2, 1]
        let halved = SampleMoments(values, probabilities: probabilities.map { $0 / 2 })
        let made = SampleMoments(values, probabilities: probabilities).reweighted(by: 2)
        #expect(near(made.mean, halved.mean!))
        #expect(near(made.meanVariance, halved.meanVariance!))
        #expect(near(made.population, halved.population))
    }

    @Test("the stratified mean is weighted by known sizes; the pooled one is not it")
    func stratified() throws {
        let mean = try #require(
            StratifiedMean([
                Stratum(population: 800, count: 40, events: 36), Stratum(population: 150, count: 30, events: 21),
                Stratum(population: 50, count: 25, events: 10),
            ]))
        #expect(near(mean.value, 0.845))
        #expect(near(mean.variance, 0.00154592175066313))
        let interval = Interval.normal(mean.value, variance: mean.variance, within: 0...1)
        #expect(near(interval.low, 0.7679377216454913))
        #expect(near(interval.high, 0.9220622783545088))
        #expect(abs(67.0 / 95 - mean.value) > 0.1)
    }

    @Test("a stratum with fewer than two units is merged with the smallest other one")
    func merging() throws {
        let mean = try #require(
            StratifiedMean([
                Stratum(population: 500, values: [4, 5, 4]), Stratum(population: 30, values: [1]),
                Stratum(population: 100, values: [3, 3, 2]),
            ]))
        #expect(mean.strata.map(\.population) == [130, 500])
        #expect(mean.strata.map(\.count) == [4, 3])
        #expect(near(mean.value, (130 * (9.0 / 4) + 500 * (13.0 / 3)) / 630))
        #expect(StratifiedMean([Stratum(population: 30, values: [1])]) == nil)
        #expect(StratifiedMean([]) == nil)
    }

    @Test("Neyman's allocation and the size for a share are those of the formulas")
    func sizes() {
        func deviation(_ share: Double, _ n: Double) -> Double { (n / (n - 1) * share * (1 - share)).squareRoot() }
        let allocated = SampleSize.neyman(
            total: 200,
            strata: [(800, deviation(0.9, 40)), (150, deviation(0.7, 30)), (50, deviation(0.4, 25))])
        #expect(zip(allocated, [143.83, 41.37, 14.79]).allSatisfy { abs($0 - $1) < 0.006 })
        #expect(SampleSize.neyman(total: 100, strata: [(30, 0), (70, 0)]) == [30, 70])
        #expect(SampleSize.forShare(within: 0.05) == 385)
    }

    @Test("Wilson's interval and the bound without events are those of the formulas")
    func rare() {
        let nine = Interval.wilson(0.9, count: 10)
        #expect(near(nine.low, 0.5958499732047616) && near(nine.high, 0.9821237869049271))
        let none = Interval.wilson(0, count: 5)
        #expect(none.low == 0 && near(none.high, 0.43448246478317476))
        let all = Interval.wilson(1, count: 1)
        #expect(near(all.low, 0.20654931437723742) && all.high == 1)
        #expect(near(Interval.upperBoundWithoutEvents(count: 300), 0.00993608, 1e-8))
    }

    @Test("below ten exchanges a measure says that there is not enough data, and gives no number")
    func notEnough() {
        let few = Measure(
            "accuracy", .mean,
            SampleMoments([Double](repeating: 4, count: 9), probabilities: [Double](repeating: 0.5, count: 9)))
        #expect(few.status == .notEnoughData)
        #expect(few.value == nil && few.low == nil && few.high == nil)
        #expect(few.count == 9)
    }

    @Test("a share without events has an upper bound, one of everything a lower one, a census no error")
    func extremes() {
        let half = [Double](repeating: 0.5, count: 300)
        let none = Measure("flagged", .share, SampleMoments([Double](repeating: 0, count: 300), probabilities: half))
        #expect(none.value == 0 && none.low == 0 && near(none.high, 0.00993608, 1e-8))
        let all = Measure("flagged", .share, SampleMoments([Double](repeating: 1, count: 300), probabilities: half))
        #expect(all.value == 1 && all.high == 1 && near(all.low, 1 - 0.00993608, 1e-8))
        let census = Measure(
            "accuracy", .mean,
            SampleMoments([Double](repeating: 3, count: 20), probabilities: [Double](repeating: 1, count: 20)))
        #expect(census.value == 3 && census.low == 3 && census.high == 3)
    }

    @Test("scores that are all equal leave room for others that were not drawn, in proportion to the scale")
    func allEqual() {
        func measure(_ value: Double, _ number: Int) -> Measure {
            Measure(
                "accuracy", .mean,
                SampleMoments(
                    [Double](repeating: value, count: number), probabilities: [Double](repeating: 0.1, count: number)))
        }
        // 1 − 0.05^(1/10) = 0.258866 of them may be others: 4 points lower at worst, 0.0099361 of 300.
        let five = measure(5, 10)
        #expect(five.value == 5 && five.high == 5 && near(five.low, 5 - 4 * 0.2588655508930523))
        #expect(near(measure(5, 300).low, 5 - 4 * 0.00993608, 1e-7))
        let three = measure(3, 10)
        #expect(near(three.low, 3 - 2 * 0.2588655508930523) && near(three.high, 3 + 2 * 0.2588655508930523))
    }

    @Test("ten reviews that tell as much as two are not enough")
    func effective() {
        let uneven = SampleMoments(
            (0..<12).map { $0 % 2 == 0 ? 5.0 : 4 }, probabilities: (0..<12).map { $0 < 2 ? 0.01 : 1 })
        #expect(uneven.effectiveCount < 3)
        for kind in [Measure.Kind.mean, .share] {
            let measure = Measure("accuracy", kind, uneven)
            #expect(measure.status == .notEnoughData && measure.value == nil && measure.low == nil)
        }
    }

    @Test("few units widen an interval by Student's distribution")
    func student() {
        for (freedom, wanted) in [(9.0, 2.2621571628), (29, 2.0452296421), (99, 1.9842169516), (1e9, 1.9599639845)] {
            #expect(near(Interval.t(freedom: freedom), wanted, 0.0002))
        }
        let interval = Interval.student(3, variance: 0.04, count: 10, within: 1...5)
        #expect(near(interval.high - interval.low, 2 * 2.26216 * 0.2, 0.0002))
    }

    @Test("a mean's interval stays on the scale, and a share's effective count follows the design")
    func measures() {
        let kind = SampleMoments((0..<40).map { $0 < 39 ? 5 : 4 }, probabilities: (0..<40).map { _ in 0.1 })
        let mean = Measure("accuracy", .mean, kind)
        #expect(mean.high == 5)
        #expect(near(mean.effectiveCount, 40))
        let equal = Measure(
            "accuracy>=4", .share,
            SampleMoments((0..<100).map { $0 < 50 ? 1 : 0 }, probabilities: (0..<100).map { _ in 0.01 }))
        // 100 of about 10,000: nearly 100 drawn from an endless population.
        #expect(abs(equal.effectiveCount - 100 / 0.99) < 0.01)
    }
}

@Suite("Coverage of estimates")
struct CoverageTests {
    /// A month of 6,000 exchanges, 6 % of them flagged and worse; their true mean quality is known.
    private struct Month {
        var quality: [Double] = []
        var probabilities: [Double] = []
        var mean: Double { quality.reduce(0, +) / Double(quality.count) }

        init(seed: UInt64) {
            var random = SeededRandom(seed: seed)
            for _ in 0..<6_000 {
                let isFlagged = Double.random(in: 0..<1, using: &random) < 0.06
                let isSlow = Double.random(in: 0..<1, using: &random) < 0.1
                let spread = Double.random(in: 0..<1, using: &random)
                let points = isFlagged ? (spread < 0.6 ? 1 : 3) : (spread < 0.1 ? 2 : spread < 0.5 ? 4 : 5)
                quality.append(Double(points))
                // A floor of 4 %, half of what is flagged, and more of what was slow: the highest counts.
                probabilities.append(max(0.04, isFlagged ? 0.5 : 0, isSlow ? 0.12 : 0))
            }
        }
    }

    @Test(
        "over 1,000 simulated months the 95 % intervals of a mean and a share hold the truth in 93 to 97 of 100, the plain mean's hardly ever"
    )
    func coverage() throws {
        let month = Month(seed: 4)
        let truth = month.mean
        let shareOfGood = Double(month.quality.count { $0 >= 4 }) / Double(month.quality.count)
        var random = SeededRandom(seed: 2026)
        var (held, heldByShare, heldByPlain, sum) = (0, 0, 0, 0.0)
        for _ in 0..<1_000 {
            var (tally, plain) = (SliceTally(), SampleMoments())
            for (quality, probability) in zip(month.quality, month.probabilities)
            where Double(random.next() >> 11) / 9_007_199_254_740_992 < probability {
                tally.add(
                    DrawnExchange(
                        rule: probability == 0.04 ? "floor" : probability == 0.5 ? "flagged" : "slow",
                        probability: probability, isFlagged: nil,
                        judgement: .init(means: ["quality": quality], isCorrected: false)))
                plain.add(quality, probability: 0.000_001)
            }
            let measures = tally.measures
            let mean = try #require(measures.first { $0.name == "quality" })
            if mean.low! <= truth, truth <= mean.high! { held += 1 }
            let share = try #require(measures.first { $0.name == "quality>=4" })
            if share.low! <= shareOfGood, shareOfGood <= share.high! { heldByShare += 1 }
            let naive = Measure("quality", .mean, plain)
            if naive.low! <= truth, truth <= naive.high! { heldByPlain += 1 }
            sum += mean.value!
        }
        #expect((930...970).contains(held), "held \(held)")
        #expect((930...970).contains(heldByShare), "held \(heldByShare)")
        #expect(heldByPlain < 50, "the plain mean held \(heldByPlain)")
        #expect(abs(sum / 1_000 - truth) < 0.01)
    }

    @Test("exchanges that somebody picks because they are bad stand for themselves, not for what nobody has judged")
    func singledOut() {
        let month = Month(seed: 6)
        var random = SeededRandom(seed: 8)
        var (sum, sumOfAll) = (0.0, 0.0)
        for _ in 0..<100 {
            var (tally, careless) = (SliceTally(), SliceTally())
            for (quality, probability) in zip(month.quality, month.probabilities)
            where Double.random(in: 0..<1, using: &random) < probability {
                // Half of the bad ones are reported and judged at once; of the rest one in four has been.
                let isPicked = quality < 2 && Bool.random(using: &random)
                let isJudged = isPicked || Double.random(in: 0..<1, using: &random) < 0.25
                var drawn = DrawnExchange(
                    rule: "rule \(probability)", probability: probability, isFlagged: nil, isSingledOut: isPicked,
                    judgement: isJudged ? .init(means: ["quality": quality], isCorrected: false) : nil)
                tally.add(drawn)
                drawn.isSingledOut = false
                careless.add(drawn)
            }
            func value(_ tally: SliceTally) -> Double { tally.measures.first { $0.name == "quality" }?.value ?? .nan }
            sum += value(tally)
            sumOfAll += value(careless)
        }
        #expect(abs(sum / 100 - month.mean) < 0.02)
        #expect(sumOfAll / 100 < month.mean - 0.02)
    }

    @Test("judgements that are missing more often in one rule's draws do not move the estimate")
    func nonResponse() {
        let month = Month(seed: 5)
        var random = SeededRandom(seed: 7)
        var sum = 0.0
        for _ in 0..<200 {
            var tally = SliceTally()
            for (quality, probability) in zip(month.quality, month.probabilities)
            where Double.random(in: 0..<1, using: &random) < probability {
                // What the floor drew is judged less often.
                let isJudged = Double.random(in: 0..<1, using: &random) < (probability < 0.1 ? 0.4 : 0.9)
                tally.add(
                    DrawnExchange(
                        rule: "rule \(probability)", probability: probability, isFlagged: nil,
                        judgement: isJudged ? .init(means: ["quality": quality], isCorrected: false) : nil))
            }
            #expect(tally.judged < tally.drawn)
            sum += tally.measures.first { $0.name == "quality" }!.value!
        }
        #expect(abs(sum / 200 - month.mean) < 0.02)
    }

    @Test("a cell that nobody has judged is stood for by the others")
    func emptyCell() throws {
        var tally = SliceTally()
        for number in 0..<20 {
            tally.add(
                DrawnExchange(
                    rule: "floor", probability: 0.5, isFlagged: false,
                    judgement: .init(means: ["accuracy": number < 10 ? 4 : 2], isCorrected: false)))
            tally.add(DrawnExchange(rule: "flagged", probability: 1, isFlagged: true, judgement: nil))
        }
        #expect((tally.drawn, tally.judged) == (40, 20))
        #expect(tally.population == 60)
        let moments = tally.moments(.init(name: "accuracy", kind: .mean))
        #expect(near(moments.mean, 3))
        #expect(near(moments.population, 60))
        let flagged = try #require(tally.measures.first { $0.name == "flagged" })
        #expect(near(flagged.value, 20.0 / 60))
        #expect(flagged.count == 40)
    }
}
