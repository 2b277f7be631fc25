import Foundation
import GleanerCore
import Testing

@testable import GleanerEvaluation

@Suite("De-biased judge")
struct PredictionPoweredTests {
    /// A judge that gives half a point too much, knows most of what people know, and is drawn with everything.
    private static func world(_ seed: UInt64, judgeShare: Double = 1) -> [PredictionPowered.Unit] {
        var draw = SplitMix64(seed: seed)
        func normal() -> Double {
            let (u, v) = (Double.random(in: 1e-12..<1, using: &draw), Double.random(in: 0..<1, using: &draw))
            return (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
        }
        return (0..<2000).compactMap { _ in
            // Quality that both see, and what each adds of their own.
            let quality = truth + 0.8 * normal()
            let human = quality + 0.4 * normal()
            let judge = quality + bias + 0.4 * normal()
            let isLabelled = Double.random(in: 0..<1, using: &draw) < labelShare
            let isJudged = Double.random(in: 0..<1, using: &draw) < judgeShare
            guard isJudged else { return nil }
            return .init(judge: judge, judged: judgeShare, human: isLabelled ? (human, labelShare) : nil)
        }
    }
    private static let truth = 3.4
    private static let bias = 0.5
    private static let labelShare = 0.06

    @Test("over 1,000 seeded runs the interval holds the truth at its rate, and is narrower than people's alone")
    func coverage() throws {
        let runs = 1000
        var (covered, covers, raw) = (0, 0, 0)
        var (width, humanWidth) = (0.0, 0.0)
        for seed in 0..<runs {
            let powered = try #require(PredictionPowered(Self.world(UInt64(seed))))
            let corrected = try #require(powered.corrected), human = try #require(powered.human)
            func holds(_ estimate: PredictionPowered.Estimate) -> Bool {
                estimate.low! <= Self.truth && Self.truth <= estimate.high!
            }
            if holds(corrected) { covered += 1 }
            if holds(human) { covers += 1 }
            if holds(powered.raw) { raw += 1 }
            width += corrected.width!
            humanWidth += human.width!
        }
        // 95 % of 1,000, within what a binomial count strays in 95 of 100 such tests.
        let stray = 1.96 * (0.95 * 0.05 / Double(runs)).squareRoot()
        #expect(abs(Double(covered) / Double(runs) - 0.95) <= stray, "\(covered) of \(runs)")
        #expect(abs(Double(covers) / Double(runs) - 0.95) <= stray, "\(covers) of \(runs)")
        // The judge alone is sure, and wrong.
        #expect(raw == 0)
        #expect(width < 0.75 * humanWidth, "\(width / humanWidth)")
    }

    @Test("a judge that saw a share only is weighed, and the interval still holds the truth at its rate")
    func sharedCoverage() throws {
        let runs = 1000
        var covered = 0
        for seed in 0..<runs {
            let corrected = try #require(
                PredictionPowered(Self.world(UInt64(10_000 + seed), judgeShare: 0.5))?.corrected)
            if corrected.low! <= Self.truth && Self.truth <= corrected.high! { covered += 1 }
        }
        #expect(
            abs(Double(covered) / Double(runs) - 0.95) <= 1.96 * (0.95 * 0.05 / Double(runs)).squareRoot(), "\(covered)"
        )
    }

    @Test("the estimate is the judge's mean and people's mean correction")
    func value() throws {
        let units: [PredictionPowered.Unit] = [
            .init(judge: 5, human: (4, 0.5)), .init(judge: 4, human: (4, 0.25)), .init(judge: 3), .init(judge: 4),
        ]
        let powered = try #require(PredictionPowered(units))
        #expect(powered.raw.value == 4)
        // Weights 2 and 4: people (4·2 + 4·4)/6, corrections (−1·2 + 0·4)/6.
        #expect(powered.human?.value == 4)
        #expect(abs(powered.corrected!.value - (4 - 2.0 / 6)) < 1e-12)
        #expect(abs(powered.bias!.value - 2.0 / 6) < 1e-12)
    }

    @Test("without people there is a judge, and no correction")
    func alone() throws {
        let powered = try #require(PredictionPowered([.init(judge: 3), .init(judge: 5)]))
        #expect(powered.raw.value == 4)
        #expect(powered.corrected == nil)
        #expect(PredictionPowered([]) == nil)
        let one = try #require(PredictionPowered([.init(judge: 3, human: (2, 1))]))
        #expect(one.corrected?.value == 2)
        #expect(one.corrected?.low == nil)
    }

    @Test(
        "quantiles of t are those of tables",
        arguments: [
            (5.0, 2.570582), (10.0, 2.228139), (30.0, 2.042272), (100.0, 1.983972), (1e9, 1.959963984540054),
        ])
    func studentT(_ degrees: Double, _ wanted: Double) {
        #expect(abs(StudentT.quantile(0.975, degrees: degrees) - wanted) < 1e-3)
    }
}
