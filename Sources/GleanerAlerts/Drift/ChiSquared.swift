import Foundation

/// Pearson's χ²: of its distribution, and of two rows of counts.
public enum ChiSquared {
    /// P(X > x).
    public static func survival(_ x: Double, degrees: Double) -> Double {
        x <= 0 ? 1 : upperGamma(degrees / 2, x / 2)
    }

    /// Where P(X ≤ x) is `p`.
    public static func quantile(_ p: Double, degrees: Double) -> Double {
        var (low, high) = (0.0, degrees + 10)
        while survival(high, degrees: degrees) > 1 - p { high *= 2 }
        for _ in 0..<200 where high - low > 1e-13 * high {
            let middle = (low + high) / 2
            if survival(middle, degrees: degrees) > 1 - p { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// Whether two samples have their categories in the same proportions: for ratings, whose many ties a test of ranks
    /// cannot have. Categories that neither has are left out.
    public static func homogeneity(_ first: [Double], _ second: [Double]) -> Homogeneity {
        let pairs = zip(first, second).filter { $0 + $1 > 0 }
        let (n, m) = (pairs.reduce(0) { $0 + $1.0 }, pairs.reduce(0) { $0 + $1.1 })
        guard pairs.count > 1, n > 0, m > 0 else { return Homogeneity(statistic: 0, degrees: 0, count: n + m) }
        let statistic = pairs.reduce(0.0) { sum, pair in
            let all = pair.0 + pair.1
            let (a, b) = (all * n / (n + m), all * m / (n + m))
            return sum + (pair.0 - a) * (pair.0 - a) / a + (pair.1 - b) * (pair.1 - b) / b
        }
        return Homogeneity(statistic: statistic, degrees: Double(pairs.count - 1), count: n + m)
    }

    /// The same of classes that have an order, such as stars: neighbours are put together until each would have `fewest`
    /// observations in both samples if nothing had moved. With fewer χ² is not what its distribution says: one observation
    /// of what hardly ever comes would be an alarm.
    public static func homogeneity(
        ofOrdered first: [Double], _ second: [Double], fewest: Double = 5
    ) -> Homogeneity {
        let (n, m) = (first.reduce(0, +), second.reduce(0, +))
        let least = n + m > 0 ? min(n, m) / (n + m) : 0
        var classes: [(Double, Double)] = []
        var open = (0.0, 0.0)
        for (a, b) in zip(first, second) {
            open = (open.0 + a, open.1 + b)
            guard (open.0 + open.1) * least >= fewest else { continue }
            classes.append(open)
            open = (0, 0)
        }
        if let last = classes.popLast() { classes.append((last.0 + open.0, last.1 + open.1)) }
        return homogeneity(classes.map(\.0), classes.map(\.1))
    }

    public struct Homogeneity: Sendable, Hashable {
        public let statistic: Double
        public let degrees: Double
        public let count: Double

        public var p: Double { degrees > 0 ? survival(statistic, degrees: degrees) : 1 }
        /// Cramér's V: 0 the same, 1 nothing in common.
        public var effect: Double { Self.effect(statistic, count: count) }
        /// What the effect is above with probability α although nothing has moved.
        public func threshold(alpha: Double) -> Double {
            degrees > 0 ? Self.effect(quantile(1 - alpha, degrees: degrees), count: count) : .infinity
        }
        private static func effect(_ statistic: Double, count: Double) -> Double {
            count > 0 ? (statistic / count).squareRoot() : 0
        }
    }

    /// Γ(a, x) / Γ(a): the series below a + 1, Legendre's continued fraction by Lentz's steps above it.
    private static func upperGamma(_ a: Double, _ x: Double) -> Double {
        let front = exp(a * log(x) - x - LogGamma.of(a))
        if x < a + 1 {
            var (term, sum, n) = (1 / a, 1 / a, a)
            while abs(term) > abs(sum) * 1e-16 {
                n += 1
                term *= x / n
                sum += term
            }
            return 1 - front * sum
        }
        var b = x + 1 - a
        var (c, d) = (1e300, 1 / b)
        var fraction = d
        for i in 1...10_000 {
            let step = -Double(i) * (Double(i) - a)
            b += 2
            d = 1 / (step * d + b)
            c = b + step / c
            fraction *= d * c
            if abs(d * c - 1) < 1e-16 { break }
        }
        return front * fraction
    }
}

/// ln Γ, and ln B that follows from it.
enum LogGamma {
    static func of(_ x: Double) -> Double {
        // The one that leaves its sign in no global variable.
        let value: (Double, Int) = lgamma(x)
        return value.0
    }

    static func beta(_ a: Double, _ b: Double) -> Double { of(a) + of(b) - of(a + b) }
}
