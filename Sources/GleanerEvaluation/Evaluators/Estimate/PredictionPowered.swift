import Foundation
import GleanerCore

/// A judge's mean over many exchanges, corrected by what people said of a few of them.
///
/// Prediction-powered: θ̂ = mean(judge) + mean(human − judge), the first over all that were judged, the second over those that
/// people judged too; both weighed by the inverse of the probability with which each was drawn. However biased the judge, the
/// estimate is not, as long as people's exchanges are a probability sample; the better the judge, the narrower the interval.
/// Source: Angelopoulos, Bates, Fannjiang, Jordan and Zrnic (2023), with Hájek means; intervals by linearisation over the
/// exchanges, so that those in both samples count once, and Student's t, because people's sample is small.
public struct PredictionPowered: Sendable, Hashable {
    /// One exchange.
    public struct Unit: Sendable, Hashable {
        public var judge: Double
        /// 0 < p ≤ 1, with which it was drawn for the judge.
        public var judged: Double
        /// What people said, and with which probability it was drawn for them, given that the judge saw it.
        public var human: (score: Double, probability: Double)?

        public init(judge: Double, judged: Double = 1, human: (score: Double, probability: Double)? = nil) {
            self.judge = judge
            self.judged = judged
            self.human = human
        }
        public static func == (a: Self, b: Self) -> Bool {
            a.judge == b.judge && a.judged == b.judged && a.human?.score == b.human?.score
                && a.human?.probability == b.human?.probability
        }
        public func hash(into hasher: inout Hasher) {
            hasher.combine(judge)
            hasher.combine(judged)
            hasher.combine(human?.score)
        }
    }

    /// A mean with an interval.
    public struct Estimate: Sendable, Hashable, Codable {
        public let value: Double
        /// `nil` below two exchanges.
        public let low: Double?
        public let high: Double?
        public let count: Int
        public var width: Double? { low.flatMap { low in high.map { $0 - low } } }
    }

    /// The judge alone: precise, and as biased as the judge.
    public let raw: Estimate
    /// People alone: unbiased, and wide.
    public let human: Estimate?
    /// The judge corrected by people.
    public let corrected: Estimate?
    /// How much more than people the judge gives: mean(judge − human).
    public let bias: Estimate?

    /// - Parameter level: of the intervals.
    /// - Returns: `nil` without units.
    public init?(_ units: [Unit], level: Double = 0.95) {
        guard let judge = Weighted(units.map { ($0.judge, 1 / $0.judged) }) else { return nil }
        raw = judge.estimate(level)
        let labelled = units.indices.filter { units[$0].human != nil }
        func weight(_ index: Int) -> Double { 1 / (units[index].judged * (units[index].human?.probability ?? 1)) }
        guard
            let people = Weighted(labelled.map { (units[$0].human?.score ?? 0, weight($0)) }),
            let gaps = Weighted(labelled.map { ((units[$0].human?.score ?? 0) - units[$0].judge, weight($0)) })
        else {
            (human, corrected, bias) = (nil, nil, nil)
            return
        }
        human = people.estimate(level)
        let gap = gaps.estimate(level)
        bias = Estimate(value: -gap.value, low: gap.high.map { -$0 }, high: gap.low.map { -$0 }, count: gap.count)
        // The influence of each exchange on the sum of both means.
        var influences = judge.influences
        for (place, index) in labelled.enumerated() { influences[index] += gaps.influences[place] }
        corrected = Weighted.estimate(
            judge.mean + gaps.mean, influences, effective: min(judge.effective, gaps.effective), count: labelled.count,
            level)
    }
}

/// A Hájek mean, and how much each unit moves it.
struct Weighted {
    let mean: Double
    let influences: [Double]
    /// Kish's effective number of units.
    let effective: Double

    init?(_ units: [(value: Double, weight: Double)]) {
        let total = units.reduce(0) { $0 + $1.weight }
        guard total > 0 else { return nil }
        let mean = units.reduce(0) { $0 + $1.value * $1.weight } / total
        self.mean = mean
        effective = total * total / units.reduce(0) { $0 + $1.weight * $1.weight }
        influences = units.map { $0.weight * ($0.value - mean) / total }
    }

    func estimate(_ level: Double) -> PredictionPowered.Estimate {
        Self.estimate(mean, influences, effective: effective, count: influences.count, level)
    }

    static func estimate(
        _ mean: Double, _ influences: [Double], effective: Double, count: Int, _ level: Double
    ) -> PredictionPowered.Estimate {
        guard effective > 1.5 else { return .init(value: mean, low: nil, high: nil, count: count) }
        let variance = influences.reduce(0) { $0 + $1 * $1 } * effective / (effective - 1)
        let half = StudentT.quantile(0.5 + level / 2, degrees: effective - 1) * variance.squareRoot()
        return .init(value: mean, low: mean - half, high: mean + half, count: count)
    }
}
