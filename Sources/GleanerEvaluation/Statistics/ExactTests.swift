import Foundation

/// Of items that two systems both met: do those that only one of them got right lie evenly?
public enum McNemar {
    /// Exact, two-sided. 1 when the two never differed.
    public static func p(onlyFirst: Int, onlySecond: Int) -> Double {
        let n = onlyFirst + onlySecond
        guard n > 0 else { return 1 }
        var (tail, term) = (0.0, -Double(n) * log(2))
        for k in 0...min(onlyFirst, onlySecond) {
            if k > 0 { term += log(Double(n - k + 1)) - log(Double(k)) }
            tail += exp(term)
        }
        return min(1, 2 * tail)
    }
}

/// p-values of many tests, such that of those called significant at q no more than q are false on average.
/// Source: Benjamini and Hochberg (1995).
public enum BenjaminiHochberg {
    /// In the order of `values`.
    public static func adjusted(_ values: [Double]) -> [Double] {
        var adjusted = values
        var smallest = 1.0
        for (rank, index) in values.indices.sorted(by: { values[$0] < values[$1] }).enumerated().reversed() {
            smallest = min(smallest, values[index] * Double(values.count) / Double(rank + 1))
            adjusted[index] = smallest
        }
        return adjusted
    }
}

/// Whether units came to two arms in the proportion they were meant to: if not, something other than chance decides who
/// is in which, and no comparison of the arms means what it says.
public struct SampleRatio: Sendable, Hashable {
    /// χ² with one degree of freedom.
    public let statistic: Double
    public let p: Double

    /// Below it the arms are not comparable. Small, because it is looked at again and again.
    public static let alpha = 0.001

    /// - Parameter share: of the first arm, above 0 and below 1.
    public init(first: Int, second: Int, share: Double) {
        let n = Double(first + second)
        guard n > 0, share > 0, share < 1 else {
            (statistic, p) = (0, 1)
            return
        }
        let difference = Double(first) - n * share
        statistic = difference * difference / (n * share * (1 - share))
        p = erfc((statistic / 2).squareRoot())
    }

    public var isBroken: Bool { p < Self.alpha }
}

/// The share that `count` units without a single event leave possible, one-sided.
public func shareLeftPossible(withoutEventsIn count: Int, alpha: Double) -> Double {
    count > 0 ? 1 - pow(alpha, 1 / Double(count)) : 1
}
