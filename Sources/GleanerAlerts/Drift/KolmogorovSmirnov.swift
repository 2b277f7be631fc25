import Foundation

/// Whether two samples of a continuous measure come from one distribution: the largest distance between their
/// distribution functions.
public enum KolmogorovSmirnov {
    /// Of values.
    public static func distance(_ first: [Double], _ second: [Double]) -> Double {
        let (a, b) = (first.sorted(), second.sorted())
        var (i, j, largest) = (0, 0, 0.0)
        while i < a.count, j < b.count {
            let value = min(a[i], b[j])
            while i < a.count, a[i] == value { i += 1 }
            while j < b.count, b[j] == value { j += 1 }
            largest = max(largest, abs(Double(i) / Double(a.count) - Double(j) / Double(b.count)))
        }
        return largest
    }

    /// Of histograms over the same bins: no more than that of the values, so that p is on the safe side.
    public static func distance(counts first: [Double], _ second: [Double]) -> Double {
        let (n, m) = (first.reduce(0, +), second.reduce(0, +))
        guard n > 0, m > 0 else { return 0 }
        var (a, b, largest) = (0.0, 0.0, 0.0)
        for (x, y) in zip(first, second) {
            a += x / n
            b += y / m
            largest = max(largest, abs(a - b))
        }
        return largest
    }

    /// P(D ≥ distance) without ties: by all orders in which the values of both may come. n·m steps.
    ///
    /// Source: Hodges (1958); each step holds the share of paths that stay inside, so that nothing overflows.
    public static func exactP(distance: Double, _ n: Int, _ m: Int) -> Double {
        guard n > 0, m > 0 else { return 1 }
        // On the grid of n·m, where distances are whole.
        let limit = (distance * Double(n) * Double(m)).rounded()
        func isInside(_ i: Int, _ j: Int) -> Bool { abs(Double(i) * Double(m) - Double(j) * Double(n)) < limit }
        // `row[j]`: of the paths from (0, 0) to (i, j), the share that never left.
        var row = [Double](repeating: 0, count: m + 1)
        for i in 0...n {
            for j in 0...m {
                if i == 0, j == 0 {
                    row[0] = isInside(0, 0) ? 1 : 0
                    continue
                }
                // Of all paths to (i, j), i of i + j come from the left.
                let left = i > 0 ? row[j] * Double(i) : 0
                let below = j > 0 ? row[j - 1] * Double(j) : 0
                row[j] = isInside(i, j) ? (left + below) / Double(i + j) : 0
            }
        }
        return min(1, max(0, 1 - row[m]))
    }

    /// As if a sample of n·m/(n+m) values, rounded, were held against a known distribution.
    public static func asymptoticP(distance: Double, _ n: Double, _ m: Double) -> Double {
        guard n > 0, m > 0 else { return 1 }
        return 1 - oneSample(distance, max(1, (n * m / (n + m)).rounded(.toNearestOrEven)))
    }

    /// The distance that is reached with probability α although nothing has moved.
    public static func threshold(_ n: Double, _ m: Double, alpha: Double) -> Double {
        guard n > 0, m > 0 else { return .infinity }
        // Smirnov's limit, its first term: a little too wide.
        return min(1, (-log(alpha / 2) / 2 * (1 / n + 1 / m)).squareRoot())
    }

    /// P(D < d) of `n` values. Up to 140: Marsaglia, Tsang and Wang (2003); above it Kolmogorov's limit.
    private static func oneSample(_ d: Double, _ n: Double) -> Double {
        if d <= 0 { return 0 }
        if d >= 1 { return 1 }
        if n > 140 { return limit(n.squareRoot() * d) }
        let k = Int(n * d) + 1
        let size = 2 * k - 1
        let h = Double(k) - n * d
        var matrix = (0..<size).map { i in (0..<size).map { j in i - j + 1 < 0 ? 0.0 : 1.0 } }
        for i in 0..<size {
            matrix[i][0] -= pow(h, Double(i + 1))
            matrix[size - 1][i] -= pow(h, Double(size - i))
        }
        matrix[size - 1][0] += 2 * h - 1 > 0 ? pow(2 * h - 1, Double(size)) : 0
        for i in 0..<size {
            for j in 0..<size where i - j + 1 > 0 {
                for g in 1...(i - j + 1) { matrix[i][j] /= Double(g) }
            }
        }
        // n!/nⁿ goes in step by step, so that nothing leaves the range of a Double.
        var row = matrix.indices.map { $0 == k - 1 ? 1.0 : 0 }
        for i in 1...Int(n) {
            row = matrix.indices.map { j in
                matrix.indices.reduce(0) { $0 + row[$1] * matrix[$1][j] } * Double(i) / n
            }
        }
        return min(1, max(0, row[k - 1]))
    }

    private static func limit(_ x: Double) -> Double {
        guard x > 0.2 else { return 0 }
        var sum = 0.0
        for k in 1...100 { sum += (k.isMultiple(of: 2) ? -1 : 1) * exp(-2 * Double(k * k) * x * x) }
        return min(1, max(0, 1 - 2 * sum))
    }
}
