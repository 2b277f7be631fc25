import Foundation

/// An interval that holds the truth in 95 of 100 samples.
public struct Interval: Sendable, Hashable, Codable {
    public let low: Double
    public let high: Double

    public init(low: Double, high: Double) {
        self.low = low
        self.high = high
    }

    /// The 97.5 % point of the standard normal distribution.
    public static let z = 1.959963984540054

    /// Estimate ± z·√variance, within `bounds`.
    public static func normal(_ value: Double, variance: Double, within bounds: ClosedRange<Double>) -> Interval {
        let half = z * variance.squareRoot()
        return Interval(low: max(bounds.lowerBound, value - half), high: min(bounds.upperBound, value + half))
    }

    /// Estimate ± t·√variance, within `bounds`, with Student's t: from few units the variance itself is hardly known.
    /// - Parameter count: how many units, possibly an effective number; above 1.
    public static func student(
        _ value: Double, variance: Double, count: Double, within bounds: ClosedRange<Double>
    ) -> Interval {
        let half = t(freedom: count - 1) * variance.squareRoot()
        return Interval(low: max(bounds.lowerBound, value - half), high: min(bounds.upperBound, value + half))
    }

    /// The 97.5 % point of Student's distribution, to 0.001 from 5 degrees of freedom up.
    /// Source: Abramowitz and Stegun (1964), 26.7.5.
    public static func t(freedom: Double) -> Double {
        let z2 = z * z
        let first = z * (z2 + 1) / 4
        let second = z * ((5 * z2 + 16) * z2 + 3) / 96
        let third = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384
        let fourth = z * ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92_160
        return z + (first + (second + (third + fourth / freedom) / freedom) / freedom) / freedom
    }

    /// Of a mean whose units all had one value: others may be a share of up to 1 − 0.05^(1/n), each as far off as the
    /// scale goes.
    public static func allEqual(_ value: Double, count: Double, within bounds: ClosedRange<Double>) -> Interval {
        let others = upperBoundWithoutEvents(count: count)
        return Interval(
            low: value - others * (value - bounds.lowerBound), high: value + others * (bounds.upperBound - value))
    }

    /// Wilson's interval of a share; `count` may be an effective one. It holds where the normal one fails: few events.
    /// Source: Wilson (1927); with effective counts Korn and Graubard (1998).
    public static func wilson(_ share: Double, count: Double) -> Interval {
        let (z2, p) = (z * z, share)
        let centre = (p + z2 / (2 * count)) / (1 + z2 / count)
        let half = z * (p * (1 - p) / count + z2 / (4 * count * count)).squareRoot() / (1 + z2 / count)
        return Interval(
            low: p == 0 ? 0 : max(0, centre - half), high: p == 1 ? 1 : min(1, centre + half))
    }

    /// The share that `count` units without a single event leave possible, one-sided: 1 − 0.05^(1/n).
    public static func upperBoundWithoutEvents(count: Double) -> Double { 1 - pow(0.05, 1 / count) }
}
