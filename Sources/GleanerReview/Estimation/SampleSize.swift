import Foundation

/// How many units to review.
public enum SampleSize {
    /// For a share within ± `halfWidth` at 95 %, when it is about `share`; 0.5 is the worst case.
    public static func forShare(within halfWidth: Double, around share: Double = 0.5) -> Int {
        let wanted = Interval.z * Interval.z * share * (1 - share) / (halfWidth * halfWidth)
        return Int(wanted.rounded(.up))
    }

    /// `total` units over strata so that the mean's variance is least: in proportion to N·s. Not rounded.
    /// Source: Neyman (1934).
    public static func neyman(
        total: Double, strata: [(population: Int, deviation: Double)]
    ) -> [Double] {
        let products = strata.map { Double($0.population) * $0.deviation }
        let sum = products.reduce(0, +)
        // Nothing varies anywhere: by size, since no stratum needs more than its share.
        guard sum > 0 else {
            let all = Double(strata.reduce(0) { $0 + $1.population })
            return strata.map { all > 0 ? total * Double($0.population) / all : 0 }
        }
        return products.map { total * $0 / sum }
    }
}
