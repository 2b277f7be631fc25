import Foundation
import GleanerCore
import Testing

@testable import GleanerAlerts

@Suite("Shares that are looked at all the time")
struct SequenceTests {
    @Test("the interval holds the truth at every look, for rare events too", arguments: [0.005, 0.2, 0.5])
    func coverage(_ truth: Double) {
        var draw = SplitMix64(seed: UInt64(truth * 1e6))
        var wrong = 0
        for _ in 0..<400 {
            var (events, count) = (0.0, 0.0)
            for _ in 0..<1500 {
                count += 1
                if Double.random(in: 0..<1, using: &draw) < truth { events += 1 }
                if ShareSequence(events: events, of: count).excludes(truth, alpha: 0.05) {
                    wrong += 1
                    break
                }
            }
        }
        // 5 % of 400 at most, and three standard deviations of chance.
        #expect(wrong <= 33, "\(wrong) of 400")
    }

    @Test("both ways to ask agree, and the edges are where the evidence is")
    func edges() {
        let sequence = ShareSequence(events: 30, of: 200)
        let (low, high) = sequence.interval(alpha: 0.001)
        #expect(low < 0.15 && high > 0.15)
        #expect(abs(sequence.evidence(against: low) - log(1000)) < 1e-6)
        #expect(abs(sequence.evidence(against: high) - log(1000)) < 1e-6)
        #expect(sequence.excludes(low - 1e-6, alpha: 0.001) && !sequence.excludes(low + 1e-6, alpha: 0.001))
        let none = ShareSequence(events: 0, of: 300)
        #expect(none.interval(alpha: 0.05).low == 0 && none.interval(alpha: 0.05).high < 0.022)
        #expect(ShareSequence(events: 0, of: 0).interval(alpha: 0.05) == (0, 1))
    }

    @Test("how many ratings it takes is as the guide says")
    func promise() {
        let alpha = AlertRuleDocument(.thumbsDownShare, line: 0.3).alpha(slices: 1) * 24  // of a day's window
        func needed(_ truth: Double) -> Int {
            ShareSequence.observations(until: 0.3, isLeftOutAt: truth, alpha: alpha, overdispersion: 1.4)
        }
        #expect((1100...1300).contains(needed(0.4)) && (270...330).contains(needed(0.5)))
        #expect(needed(0.2) < needed(0.4) && needed(0.35) > 3 * needed(0.4))
    }
}
