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
