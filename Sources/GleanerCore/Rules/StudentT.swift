import Foundation

/// Quantiles of Student's t.
///
/// Source: Abramowitz and Stegun 26.7.5, an expansion around the normal quantile; within 0.001 from 5 degrees on for the usual levels,
/// and too narrow below, where no interval is worth much. The normal quantile by Newton's steps on erfc.
public enum StudentT {
    public static func quantile(_ p: Double, degrees: Double) -> Double {
        let z = normalQuantile(p)
        let (z3, z5, z7, z9) = (pow(z, 3), pow(z, 5), pow(z, 7), pow(z, 9))
        let n = max(degrees, 1)
        return z + (z3 + z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n)
            + (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * n * n * n)
            + (79 * z9 + 776 * z7 + 1482 * z5 - 1920 * z3 - 945 * z) / (92160 * n * n * n * n)
    }

    /// Of the standard normal distribution.
    public static func normalQuantile(_ p: Double) -> Double {
        precondition(p > 0 && p < 1)
        var z = 0.0
        for _ in 0..<60 {
            let density = exp(-z * z / 2) / (2 * Double.pi).squareRoot()
            let step = (0.5 * erfc(-z / 2.0.squareRoot()) - p) / max(density, 1e-300)
            // Far out Newton oversteps; small steps get there.
            z -= min(max(step, -1), 1)
            if abs(step) < 1e-15 { break }
        }
        return z
    }
}
