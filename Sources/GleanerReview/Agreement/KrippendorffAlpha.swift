import GleanerCore

/// Agreement of any number of reviewers with gaps: 1 perfect, 0 as by chance, below 0 worse than chance.
///
/// α = 1 − Do/De over pairs of ratings of one item, with missing ratings allowed. Rules of thumb: from 0.8 firm, from
/// 0.667 for tentative conclusions.
public enum KrippendorffAlpha {
    /// How far apart two values are.
    public enum Level: String, Sendable, Hashable, CaseIterable, Codable {
        /// Names: equal or not.
        case nominal
        /// Ranks: by how many ratings lie between them.
        case ordinal
        /// Numbers: by their difference.
        case interval
        /// Numbers with a zero: by their difference in relation to their sum.
        case ratio
    }

    /// - Parameter ratings: of each item, whoever gave them.
    public static func of(_ ratings: [[Double]], _ level: Level) -> Coefficient {
        let table = CoincidenceTable(ratings)
        return of(table.pairs(of: table.items.indices), table.values, level)
    }

    static func of(_ pairs: [Double], _ values: [Double], _ level: Level) -> Coefficient {
        let width = values.count
        let totals = (0..<width).map { c in pairs[c * width..<(c + 1) * width].reduce(0, +) }
        let all = totals.reduce(0, +)
        guard all > 0 else { return .undefined(.noPairs) }
        guard totals.count(where: { $0 > 0 }) > 1 else { return .undefined(.oneValue) }
        var (observed, expected) = (0.0, 0.0)
        for c in 0..<width {
            for k in 0..<width where c != k {
                let distance = squaredDistance(c, k, values, totals, level)
                observed += pairs[c * width + k] * distance
                expected += totals[c] * totals[k] * distance
            }
        }
        return .value(1 - (all - 1) * observed / expected)
    }

    private static func squaredDistance(
        _ c: Int, _ k: Int, _ values: [Double], _ totals: [Double], _ level: Level
    ) -> Double {
        switch level {
        case .nominal: return 1
        case .ordinal:
            let between = totals[min(c, k)...max(c, k)].reduce(0, +) - (totals[c] + totals[k]) / 2
            return between * between
        case .interval: return (values[c] - values[k]) * (values[c] - values[k])
        case .ratio:
            let sum = values[c] + values[k]
            let share = sum == 0 ? 0 : (values[c] - values[k]) / sum
            return share * share
        }
    }

    /// Alpha with its 95 % percentile interval: items are drawn anew with repetition, `rounds` times.
    ///
    /// Rounds in which alpha is not defined are left out; the interval is `nil` when more than a tenth are.
    public static func bootstrapped(
        _ ratings: [[Double]], _ level: Level, rounds: Int = 1000, seed: UInt64
    ) -> (alpha: Coefficient, interval: Interval?) {
        let table = CoincidenceTable(ratings)
        let alpha = of(table.pairs(of: table.items.indices), table.values, level)
        guard alpha.value != nil else { return (alpha, nil) }
        var random = SplitMix64(seed: seed)
        var found: [Double] = []
        for _ in 0..<rounds {
            let drawn = table.items.indices.map { _ in Int.random(in: table.items.indices, using: &random) }
            if let value = of(table.pairs(of: drawn), table.values, level).value { found.append(value) }
        }
        guard found.count * 10 >= rounds * 9 else { return (alpha, nil) }
        found.sort()
        let last = Double(found.count - 1)
        return (alpha, Interval(low: found[Int(0.025 * last)], high: found[Int((0.975 * last).rounded(.up))]))
    }
}
