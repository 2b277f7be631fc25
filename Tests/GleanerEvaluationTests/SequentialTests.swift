import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerEvaluation

@Suite("Statistics that may be looked at all the time")
struct SequentialTests {
    @Test("the mixture test's likelihood ratio and interval")
    func mixture() {
        let test = MixtureTest(variance: 0.33, prior: 1e-4)
        let ratio = test.likelihoodRatio(difference: 0.06, pairs: 1000)
        #expect(isNear(ratio, 3.114761753865104))
        #expect(isNear(test.halfWidth(pairs: 1000, alpha: 0.05), 0.09422041671949058))
        var p = AlwaysValidP()
        p.saw(likelihoodRatio: ratio)
        p.saw(likelihoodRatio: 0.5)
        #expect(isNear(p.value, 1 / 3.114761753865104))
    }

    @Test(
        "asymptotic confidence sequences",
        arguments: [
            (100.0, 0.18281974356819242), (1000, 0.04803200964434288), (10000, 0.016365093121174665),
        ])
    func sequence(_ count: Double, _ wanted: Double) {
        #expect(isNear(ConfidenceSequence.halfWidth(deviation: 0.5, count: count, rho: 0.1, alpha: 0.05), wanted))
    }

    @Test("ρ is tuned for the sample size at which the interval should be narrowest")
    func tuned() {
        let rho = ConfidenceSequence.rho(tunedFor: 1000, alpha: 0.05)
        #expect(isNear(rho, 0.08908509752892212))
        let width = ConfidenceSequence.halfWidth(deviation: 0.5, count: 1000, rho: rho, alpha: 0.05)
        #expect(isNear(width, 0.04799086792104523))
    }

    @Test("a one-sided bound is narrower than the two-sided interval at the same α")
    func oneSided() {
        for count in [50.0, 500, 5000] {
            let one = ConfidenceSequence.oneSidedWidth(deviation: 1, count: count, rho: 0.1, alpha: 0.05)
            let two = ConfidenceSequence.halfWidth(deviation: 1, count: count, rho: 0.1, alpha: 0.05)
            #expect(one < two)
            #expect(one > 1.645 / count.squareRoot())
        }
    }

    @Test("the p-value is α where the interval just leaves out 0")
    func p() {
        let width = ConfidenceSequence.halfWidth(deviation: 0.5, count: 400, rho: 0.1, alpha: 0.03)
        #expect(isNear(ConfidenceSequence.p(mean: width, deviation: 0.5, count: 400, rho: 0.1), 0.03))
        #expect(ConfidenceSequence.p(mean: 0, deviation: 0.5, count: 400, rho: 0.1) == 1)
    }

    @Test("the stitched bound")
    func stitched() {
        #expect(isNear(StitchedBound.halfWidth(count: 1000, alpha: 0.05), 0.13026143259867531))
    }

    @Test("non-inferiority is shown, violated or open by where the bounds lie")
    func nonInferiority() {
        #expect(NonInferiority(harm: (-0.01, 0.01), margin: 0.02) == .shown)
        #expect(NonInferiority(harm: (0.03, 0.08), margin: 0.02) == .violated)
        #expect(NonInferiority(harm: (-0.01, 0.05), margin: 0.02) == .open)
    }

    /// One run of two arms of users who like an answer with the chances given, looked at after every pair.
    /// - Returns: at how many pairs the interval left out 0 for the first time; `nil` when never.
    private func firstAlarm(
        _ seed: UInt64, candidate: Double, incumbent: Double, upTo: Int, alpha: Double = 0.05, minimum: Int = 50
    ) -> (at: Int, estimate: Double)? {
        var chance = SeededRandom(seed: seed)
        var (a, b) = (Moments(), Moments())
        for n in 1...upTo {
            a.add(Double.random(in: 0..<1, using: &chance) < candidate ? 1 : 0)
            b.add(Double.random(in: 0..<1, using: &chance) < incumbent ? 1 : 0)
            guard n >= minimum, let difference = ArmDifference(candidate: a, incumbent: b, isShare: true) else {
                continue
            }
            let interval = difference.interval(alpha: alpha, tunedFor: 500)
            if interval.low > 0 || interval.high < 0 { return (n, difference.estimate) }
        }
        return nil
    }

    @Test("without a difference, looking after every pair alarms in no more than α of 1,000 runs")
    func falseAlarms() {
        let alarms = (0..<1000).filter { firstAlarm($0, candidate: 0.8, incumbent: 0.8, upTo: 1000) != nil }.count
        #expect(alarms <= 50, "\(alarms) of 1000")
    }

    @Test("a drop of ten points is found within 3,000 users an arm, in at least 95 of 100 runs, and called a drop")
    func power() {
        let found = (0..<100).compactMap { firstAlarm(7_000 + $0, candidate: 0.7, incumbent: 0.8, upTo: 3000) }
        #expect(found.count >= 95, "\(found.count) of 100")
        #expect(found.allSatisfy { $0.estimate < 0 })
    }

    @Test("a guardrail at its margin is called violated in no more than α of 1,000 runs, looked at after every pair")
    func guardrail() {
        let alarms = (0..<1000).filter { seed in
            var chance = SeededRandom(seed: 50_000 + UInt64(seed))
            var (a, b) = (Moments(), Moments())
            for n in 1...600 {
                a.add(Double.random(in: 0..<1, using: &chance) < 0.12 ? 1 : 0)
                b.add(Double.random(in: 0..<1, using: &chance) < 0.10 ? 1 : 0)
                guard n >= 50, let difference = ArmDifference(candidate: a, incumbent: b, isShare: true) else {
                    continue
                }
                let harm = difference.bounds(alpha: 0.05, tunedFor: 500)
                if NonInferiority(harm: harm, margin: 0.02) == .violated { return true }
            }
            return false
        }.count
        #expect(alarms <= 50, "\(alarms) of 1000")
    }
}
