import Foundation

/// Intervals for a mean that all hold at once, however often and whenever one looks; from about 50 observations on.
///
/// Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic confidence
/// sequences" (2024).
public enum ConfidenceSequence {
    /// - Parameters:
    ///   - deviation: of one observation.
    ///   - count: observations so far.
    ///   - rho: see `rho(tunedFor:alpha:)`.
    public static func halfWidth(deviation: Double, count t: Double, rho: Double, alpha: Double) -> Double {
        let scale = t * rho * rho
        return deviation * (2 * (scale + 1) / (t * scale) * log((scale + 1).squareRoot() / alpha)).squareRoot()
    }

    /// The same for a bound on one side only: the truth is never beyond it, with probability 1 − α.
    public static func oneSidedWidth(deviation: Double, count t: Double, rho: Double, alpha: Double) -> Double {
        let scale = t * rho * rho
        return deviation
            * (2 * (scale + 1) / (t * scale) * log(1 + (scale + 1).squareRoot() / (2 * alpha))).squareRoot()
    }

    /// The ρ with which the interval is narrowest, about, after `count` observations.
    public static func rho(tunedFor count: Double, alpha: Double) -> Double {
        let twice = -2 * log(alpha)
        return ((twice + log(twice + 1)) / count).squareRoot()
    }

    /// The smallest α at which the two-sided interval leaves out 0. Valid at every look when the smallest of all counts.
    public static func p(mean: Double, deviation: Double, count t: Double, rho: Double) -> Double {
        guard deviation > 0 else { return mean == 0 ? 1 : 0 }
        let scale = t * rho * rho
        let exponent = t * scale * mean * mean / (2 * deviation * deviation * (scale + 1))
        return min(1, (scale + 1).squareRoot() * exp(-exponent))
    }
}

/// A bound that holds for every sample size, not only for large ones: for observations that are 1-sub-Gaussian, such as
/// ones between −1 and 1; half of it for ones between 0 and 1.
///
/// Source: Howard, Ramdas, McAuliffe and Sekhon (2021), eq. 1.2; stitched.
public enum StitchedBound {
    /// - Parameter count: at least 2.
    public static func halfWidth(count t: Double, alpha: Double) -> Double {
        1.7 * ((log(log(2 * t)) + 0.72 * log(10.4 / alpha)) / t).squareRoot()
    }
}
