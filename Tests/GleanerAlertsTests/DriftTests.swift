import Foundation
import GleanerCore
import Testing

@testable import GleanerAlerts

/// Reference values: DATA of the project, computed with scipy and by hand.
@Suite("How far a distribution has moved")
struct DriftTests {
    private func isNear(_ value: Double, _ wanted: Double) -> Bool { abs(value - wanted) < 1e-9 }

    @Test("stability index and divergences")
    func divergences() {
        let (e, a) = ([0.1, 0.2, 0.4, 0.2, 0.1], [0.05, 0.15, 0.35, 0.25, 0.2])
        #expect(isNear(PopulationStability.index(expected: e, actual: a), 0.13618992790351747))
        #expect(isNear(Divergence.kullbackLeibler(a, from: e), 0.06986966662619412))
        #expect(isNear(Divergence.jensenShannon(a, e), 0.01675997864395037))
        #expect(isNear(Divergence.jensenShannon([1, 0], [0, 1]), log(2)))
        // An empty bin is far, and not infinitely far; one that neither has is none.
        let (index, bins) = PopulationStability.index(expectedCounts: [50, 50, 0, 0], actualCounts: [50, 40, 10, 0])
        #expect(bins == 3 && index.isFinite && index > 0.2)
        #expect(PopulationStability.index(expectedCounts: [7], actualCounts: [9]).index == 0)
    }

    @Test("the threshold of the stability index follows from the sizes")
    func threshold() {
        let threshold = PopulationStability.threshold(bins: 10, expected: 200, actual: 200, alpha: 0.05)
        #expect(isNear(threshold, 0.1691897760462015))
        var draw = SplitMix64(seed: 5)
        var above = 0
        for _ in 0..<400 {
            var (e, a) = ([Double](repeating: 0, count: 10), [Double](repeating: 0, count: 10))
            for _ in 0..<200 {
                e[Int.random(in: 0..<10, using: &draw)] += 1
                a[Int.random(in: 0..<10, using: &draw)] += 1
            }
            if PopulationStability.index(expectedCounts: e, actualCounts: a).index > threshold { above += 1 }
        }
        // 5 % of 400 is 20; four standard deviations beside it.
        #expect((3...38).contains(above))
    }

    @Test("χ² and its quantiles")
    func chiSquared() {
        #expect(isNear(ChiSquared.survival(3.841458820694124, degrees: 1), 0.05))
        #expect(isNear(ChiSquared.survival(16.918977604620448, degrees: 9), 0.05))
        #expect(isNear(ChiSquared.survival(1, degrees: 2), exp(-0.5)))
        #expect(isNear(ChiSquared.quantile(0.95, degrees: 9), 16.918977604620448))
        #expect(isNear(ChiSquared.quantile(1 - 1e-6, degrees: 2), -2 * log(1e-6)))
        // 2×2 without a correction is the squared difference of two shares.
        let test = ChiSquared.homogeneity([30, 70, 0], [50, 50, 0])
        #expect(isNear(test.statistic, 25.0 / 3) && test.degrees == 1)
        #expect(isNear(test.p, erfc((25.0 / 6).squareRoot())))
        #expect(isNear(test.effect, (25.0 / 600).squareRoot()))
        #expect(isNear(test.threshold(alpha: 0.05), (3.841458820694124 / 200).squareRoot()))
        #expect(ChiSquared.homogeneity([4], [9]).p == 1)
    }

    @Test("stars are compared class by class, and what hardly ever comes is put with its neighbour")
    func stars() {
        // With enough of each it is the plain test: 2·(10²/55 + 10²/45 + …).
        let (before, now) = ([50.0, 50, 100, 200, 100], [60.0, 40, 100, 180, 120])
        #expect(ChiSquared.homogeneity(ofOrdered: before, now) == ChiSquared.homogeneity(before, now))
        let plain = ChiSquared.homogeneity(ofOrdered: before, now)
        #expect(isNear(plain.statistic, 100 / 110.0 + 100 / 90 + 400 / 380 + 400 / 220) && plain.degrees == 4)
        // Two of 10,500 would be alone in their class; the last ones join what is before them.
        let sparse = ChiSquared.homogeneity(ofOrdered: [0, 1, 3999, 5999, 1], [1, 0, 250, 249, 0])
        #expect(sparse == ChiSquared.homogeneity([4000, 6000], [251, 249]))
        #expect(ChiSquared.homogeneity(ofOrdered: [0, 0, 9], [0, 0, 7]).p == 1)
        #expect(ChiSquared.homogeneity(ofOrdered: [0, 0], [0, 0]).p == 1)
    }

    @Test("stars that are spread as they were are above the threshold no more often than promised")
    func quietStars() {
        var draw = SplitMix64(seed: 9)
        func stars(_ count: Int) -> [Double] {
            // Mostly fives, hardly ever a two.
            (0..<count).reduce(into: [0.0, 0, 0, 0, 0]) { classes, _ in
                let u = Double.random(in: 0..<1, using: &draw)
                classes[u < 0.004 ? 1 : u < 0.05 ? 0 : u < 0.1 ? 2 : u < 0.3 ? 3 : 4] += 1
            }
        }
        let above = (0..<400).count { _ in
            let test = ChiSquared.homogeneity(ofOrdered: stars(5000), stars(500))
            return test.effect > test.threshold(alpha: 0.05)
        }
        // 5 % of 400 is 20; four standard deviations beside it.
        #expect((3...38).contains(above), "\(above)")
    }

    @Test("two samples by their distribution functions")
    func kolmogorovSmirnov() {
        let (a, b) = ((1...10).map(Double.init), [3, 4, 5, 6, 7, 8, 9, 10, 11, 14].map(Double.init))
        #expect(isNear(KolmogorovSmirnov.distance(a, b), 0.2))
        #expect(isNear(KolmogorovSmirnov.exactP(distance: 0.2, 10, 10), 0.9944575548290717))
        #expect(isNear(KolmogorovSmirnov.asymptoticP(distance: 0.2, 10, 10), 0.9616))
        // Two of two apart: only the two extreme ones of six orders.
        #expect(isNear(KolmogorovSmirnov.exactP(distance: 1, 2, 2), 1.0 / 3))
        // Kolmogorov's limit: 1.3581 is its 95 % point.
        #expect(abs(KolmogorovSmirnov.asymptoticP(distance: 1.3580986393225507 / 1000, 2e6, 2e6) - 0.05) < 1e-9)
        #expect(isNear(KolmogorovSmirnov.distance(counts: [1, 1, 2], [0, 2, 2]), 0.25))
        // The threshold is no smaller than the exact one.
        let bound = KolmogorovSmirnov.threshold(1000, 1000, alpha: 0.01)
        #expect(KolmogorovSmirnov.asymptoticP(distance: bound, 1000, 1000) <= 0.0101)
    }

    @Test("two samples of points by their mean discrepancy")
    func meanDiscrepancy() throws {
        let square: [[Float]] = [[0, 0], [1, 0], [0, 1], [1, 1]]
        let other: [[Float]] = [[2, 2], [2, 1], [1, 2], [3, 2]]
        let found = try #require(MeanDiscrepancy(square, other))
        #expect(found.gamma == 0.5)
        #expect(isNear(found.biased, 0.8512374749261216))
        #expect(isNear(found.unbiased, 0.5950944610057389))
        let swapped = try #require(MeanDiscrepancy(other, square))
        #expect(isNear(swapped.unbiased, found.unbiased))
        // Of 70 ways to part them, these two and no other are that far apart.
        let permuted = found.permuted(20_000, seed: 1)
        #expect(abs(permuted.p(found.unbiased - 1e-9) - 2 / 70.0) < 0.005)
        #expect(found.permuted(100, seed: 7) == found.permuted(100, seed: 7))
        #expect(found.permuted(100, seed: 7) != found.permuted(100, seed: 8))
        // Alike, or nothing that could be compared.
        let alike = try #require(MeanDiscrepancy([[1, 2], [1, 2]], [[1, 2], [1, 2], [1, 2]]))
        #expect(alike.biased == 0 && alike.permuted(19, seed: 1).p(alike.unbiased) == 1)
        #expect(MeanDiscrepancy([[1]], [[1], [2]]) == nil)
        #expect(MeanDiscrepancy([[1], [2]], [[1], [2, 3]]) == nil)
        #expect(MeanDiscrepancy([[], []], [[], []]) == nil)
    }

    @Test("what is above a threshold of permutations has that p, and of too few nothing is")
    func permutations() {
        let permuted = MeanDiscrepancy.Permuted(estimates: (1...99).reversed().map(Double.init))
        #expect(permuted.p(100) == 0.01 && permuted.p(99) == 0.02 && permuted.p(0) == 1)
        #expect(permuted.threshold(alpha: 0.05) == 95 && permuted.p(95.5) == 0.05)
        #expect(permuted.threshold(alpha: 0.01) == 99 && permuted.threshold(alpha: 0.009) == .infinity)
    }

    /// Points around `middle`, in as many dimensions as it has.
    private func cloud(_ count: Int, around middle: [Float], _ draw: inout SplitMix64) -> [[Float]] {
        (0..<count).map { _ in middle.map { $0 + .random(in: -1...1, using: &draw) } }
    }

    @Test("points that have not moved are told apart no more often than promised, and those that have are")
    func quietPoints() throws {
        var draw = SplitMix64(seed: 4)
        let middle = [Float](repeating: 0, count: 20)
        let above = try (0..<200).count { round in
            let found = try #require(
                MeanDiscrepancy(cloud(20, around: middle, &draw), cloud(15, around: middle, &draw)))
            return found.unbiased > found.permuted(99, seed: UInt64(round)).threshold(alpha: 0.1)
        }
        // 10 % of 200 is 20; four standard deviations beside it.
        #expect((4...37).contains(above), "\(above)")
        let moved = try #require(
            MeanDiscrepancy(
                cloud(40, around: middle, &draw), cloud(40, around: middle.map { $0 + 0.3 }, &draw)))
        #expect(moved.permuted(199, seed: 1).p(moved.unbiased) == 1 / 200.0)
    }

    @Test("of too many points a thousand are looked at")
    func manyPoints() throws {
        let points = (0..<1500).map { [Float($0 % 7)] }
        let found = try #require(MeanDiscrepancy(points, [[0], [6]]))
        #expect(found.sizes == (1000, 2))
    }

    @Test("figures of exchanges drawn unequally do not drift more often than promised")
    func weighed() throws {
        var draw = SplitMix64(seed: 3)
        var document = AlertRuleDocument(.figureDrift, line: 0.1)
        (document.window, document.against, document.minimum) = (.day, .previous, 100)
        let time = QuietTests.start.addingTimeInterval(5 * 86_400)
        let end = document.window.beginnings(at: time)[1]
        var above = 0
        for _ in 0..<400 {
            let rows = [-30.0, -6.0].map { hours in
                var row = Series.Row(at: end.addingTimeInterval(hours * 3600), count: 300, sum: 0)
                for number in 0..<300 {
                    let weight = number.isMultiple(of: 3) ? 10.0 : 1
                    row.bins[Int.random(in: 0..<50, using: &draw), default: 0] += weight
                    row.sum += weight
                    row.squares += weight * weight
                }
                return row
            }
            let series = Series(rows, step: 3600, from: RuleSight.start(document, at: time), to: time)
            let look = try #require(document.looks(at: series, time: time).first)
            if try #require(look.estimate).interval(0.05).low > 0 { above += 1 }
        }
        // 5 % of 400 is 20; bins have ties, which make it fewer. Taken for 300, they would be some hundred.
        #expect(above <= 30, "\(above)")
    }

    @Test("a change is placed where it was, and none is found where there was none more often than promised")
    func changePoint() throws {
        var draw = SplitMix64(seed: 11)
        func events(_ share: Double, of count: Int) -> Double {
            (0..<count).reduce(0.0) { sum, _ in sum + (Double.random(in: 0..<1, using: &draw) < share ? 1 : 0) }
        }
        var false5 = 0
        for _ in 0..<200 {
            let quiet = (0..<40).map { _ in events(0.2, of: 50) }
            let found = try #require(ChangePoint(sums: quiet, counts: quiet.map { _ in 50 }))
            if found.p < 0.05 { false5 += 1 }
        }
        #expect(false5 <= 10, "\(false5) of 200")
        let changed = (0..<40).map { events($0 < 25 ? 0.2 : 0.35, of: 50) }
        let found = try #require(ChangePoint(sums: changed, counts: changed.map { _ in 50 }))
        #expect(found.p < 0.001 && abs(found.index - 25) <= 2)
        #expect(found.after > found.before)
        #expect(ChangePoint(sums: [1, 2, 3], counts: [4, 4, 4]) == nil)
        let half = found.halfWidth(alpha: 0.05)
        #expect(found.after - found.before > half && abs(found.after - found.before - 0.15) < half)
    }

    /// Ten days by the hour, from `change` on with another mean; noise that a day's hours have.
    private func tokens(seed: UInt64, change: Date? = nil) -> Series {
        var traffic = SimulatedTraffic(seed: seed, start: QuietTests.start, days: 10)
        let rows = (0..<240).map { hour in
            let at = QuietTests.start.addingTimeInterval(Double(hour) * 3600)
            let mean = change.map { at < $0 ? 100.0 : 150 } ?? 100
            return Series.Row(at: at, count: 100, sum: 100 * (mean + 4 * traffic.normal()))
        }
        return Series(rows, step: 3600, from: QuietTests.start, to: QuietTests.start.addingTimeInterval(864_000))
    }

    /// - Returns: when it opened and since when it said, and when it was over.
    private func moves(
        _ document: AlertRuleDocument, _ series: Series
    ) -> (opened: [(at: Date, since: Date?)], over: [Date]) {
        var (machines, opened, over) = ([String: AlertMachine](), [(at: Date, since: Date?)](), [Date]())
        for hour in 48..<240 {
            let time = QuietTests.start.addingTimeInterval(Double(hour) * 3600 + 17)
            for outcome in RuleSight(document: document).outcomes(of: ["": series], machines: machines, at: time) {
                machines[outcome.slice] = outcome.machine
                switch outcome.move {
                case .open: opened.append((time, outcome.since))
                case .resolve: over.append(time)
                case .none, .lapse: break
                }
            }
        }
        return (opened, over)
    }

    @Test("a rule that looks for a change in its window speaks of it once, says when, and is over when it is the past")
    func changeRule() throws {
        var document = AlertRuleDocument(.completionTokens, line: 1.2)
        (document.against, document.window, document.quietDays) = (.change, .day, 30)
        let change = QuietTests.start.addingTimeInterval(5.25 * 86_400)
        let (opened, over) = moves(document, tokens(seed: 5, change: change))
        #expect(opened.count == 1 && over.count == 1)
        let first = try #require(opened.first)
        #expect(first.at > change && first.at < change.addingTimeInterval(86_400))
        #expect(abs(try #require(first.since).timeIntervalSince(change)) <= 7200)
        #expect(try #require(over.first) < change.addingTimeInterval(2.5 * 86_400))
        // It rose: nobody who waits for a fall hears of it.
        document.direction = .below
        document.line = 0.9
        #expect(moves(document, tokens(seed: 5, change: change)).opened.isEmpty)
    }

    @Test("without a change such a rule raises no more false alarms than it promises")
    func quietChangeRule() {
        var document = AlertRuleDocument(.completionTokens, line: 1)
        (document.against, document.window, document.quietDays) = (.change, .day, 10)
        let alarms = (1...40).reduce(0) { $0 + moves(document, tokens(seed: $1)).opened.count }
        // Eight days of forty, with one promised in ten: 32, and two standard deviations more.
        #expect(alarms <= 43, "\(alarms)")
    }

    @Test(
        "since when is told of quantiles and of drift, too",
        arguments: [AlertMeasure.durationP95, .languageDrift, .durationDrift, .ratingDrift])
    func since(_ measure: AlertMeasure) throws {
        var document = AlertRuleDocument(measure, line: measure.isDrift ? 0.1 : 1500)
        (document.window, document.minimum) = (.day, 100)
        document.against = measure.isDrift ? .previous : .fixed
        let change = QuietTests.start.addingTimeInterval(5.25 * 86_400)
        let rows = (0..<240).map { hour in
            let at = QuietTests.start.addingTimeInterval(Double(hour) * 3600)
            // From a bin of a second to one of four, for half of them.
            let (few, many) = (40.0 + Double(hour % 3), 50.0 - Double(hour % 2))
            return Series.Row(
                at: at, count: few + many, sum: 0, bins: at < change ? [80: few + many, 82: 2] : [80: few, 96: many])
        }
        let series = Series(rows, step: 3600, from: QuietTests.start, to: QuietTests.start.addingTimeInterval(864_000))
        let opened = try #require(moves(document, series).opened.first)
        #expect(abs(try #require(opened.since).timeIntervalSince(change)) <= 7200)
    }
}
