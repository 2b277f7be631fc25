import Foundation

/// How far a distribution has moved from another, over the same categories or bins.
public enum PopulationStability {
    /// Σ (a − e)·ln(a / e) of two distributions that have no empty bin.
    public static func index(expected: [Double], actual: [Double]) -> Double {
        zip(expected, actual).reduce(0) { $0 + part($1.0, $1.1) }
    }

    private static func part(_ expected: Double, _ actual: Double) -> Double {
        (actual - expected) * log(actual / expected)
    }

    /// The same of counts. Bins in which neither has anything are left out; half an observation is added to each of the
    /// others, or an empty one would be infinitely far.
    public static func index(expectedCounts: [Double], actualCounts: [Double]) -> (index: Double, bins: Int) {
        let pairs = zip(expectedCounts, actualCounts).filter { $0 + $1 > 0 }
        guard pairs.count > 1 else { return (0, pairs.count) }
        func shares(_ counts: [Double]) -> [Double] {
            let total = counts.reduce(0, +) + 0.5 * Double(counts.count)
            return counts.map { ($0 + 0.5) / total }
        }
        return (index(expected: shares(pairs.map(\.0)), actual: shares(pairs.map(\.1))), pairs.count)
    }

    /// What one bin adds to the index: `expected` of `m`, `actual` of `n`.
    static func part(_ expected: Double, of m: Double, _ actual: Double, of n: Double) -> Double {
        part((expected + 0.5) / (m + 1), (actual + 0.5) / (n + 1))
    }

    /// What it is above with probability α although nothing has moved: it is about χ² with B − 1 degrees, times
    /// 1/n + 1/m. The usual 0.1 and 0.25 know nothing of n and m.
    public static func threshold(bins: Int, expected n: Double, actual m: Double, alpha: Double) -> Double {
        guard bins > 1, n > 0, m > 0 else { return .infinity }
        return ChiSquared.quantile(1 - alpha, degrees: Double(bins - 1)) * (1 / n + 1 / m)
    }
}

/// Divergences in nats, of distributions over the same categories.
public enum Divergence {
    /// Kullback and Leibler's, of `p` from `q`. Where `p` has nothing, nothing is added.
    public static func kullbackLeibler(_ p: [Double], from q: [Double]) -> Double {
        zip(p, q).reduce(0) { $1.0 > 0 ? $0 + $1.0 * log($1.0 / $1.1) : $0 }
    }

    /// Jensen and Shannon's: from 0 to ln 2, the same both ways.
    public static func jensenShannon(_ p: [Double], _ q: [Double]) -> Double {
        let middle = zip(p, q).map { ($0 + $1) / 2 }
        return (kullbackLeibler(p, from: middle) + kullbackLeibler(q, from: middle)) / 2
    }
}
