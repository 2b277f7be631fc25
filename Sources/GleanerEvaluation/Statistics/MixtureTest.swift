import Foundation

/// The mixture sequential probability ratio test of a difference of means: it may be looked at after every observation.
///
/// Source: Robbins (1970); Johari, Pekelis and Walsh, "Always valid inference" (2015/2022). Normal mixture.
public struct MixtureTest: Sendable, Hashable {
    /// Of one pair: the variances of both arms' observations together.
    public let variance: Double
    /// τ²: of the differences that are thought possible beforehand.
    public let prior: Double

    public init(variance: Double, prior: Double) {
        self.variance = variance
        self.prior = prior
    }

    /// Λ: how much more likely the data are with a difference than without. Above 1/α the test may stop.
    public func likelihoodRatio(difference: Double, pairs n: Double) -> Double {
        let spread = variance + n * prior
        return (variance / spread).squareRoot()
            * exp(n * n * prior * difference * difference / (2 * variance * spread))
    }

    /// Half of an interval that holds the truth at all times together with probability 1 − α.
    public func halfWidth(pairs n: Double, alpha: Double) -> Double {
        let spread = variance + n * prior
        return (variance * spread / (n * n * prior) * (2 * log(1 / alpha) + log(spread / variance))).squareRoot()
    }
}

/// An always-valid p-value: the smallest 1/Λ so far.
public struct AlwaysValidP: Sendable, Hashable {
    public private(set) var value = 1.0
    public init() {}
    public mutating func saw(likelihoodRatio: Double) { value = min(value, 1 / likelihoodRatio) }
}
