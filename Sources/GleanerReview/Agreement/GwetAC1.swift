/// Agreement that does not break down when one category is rare, as kappa does.
///
/// Chance is Σ π_k(1−π_k)/(q−1), with π_k the share of a category over all items. Source: Gwet, "Computing inter-rater
/// reliability and its variance in the presence of high agreement" (2008).
public enum GwetAC1 {
    /// - Parameters:
    ///   - counts: of each item, how many raters chose each category; items with a single rating count in the shares only.
    ///   - categories: how many could have been chosen, also those that nobody did.
    public static func of(_ counts: [[Int]], categories: Int) -> Coefficient {
        let rated = counts.filter { $0.reduce(0, +) > 0 }
        let pairable = rated.filter { $0.reduce(0, +) > 1 }
        guard !pairable.isEmpty else { return .undefined(.noPairs) }
        guard categories > 1 else { return .undefined(.oneValue) }
        var shares = [Double](repeating: 0, count: categories)
        for item in rated {
            let ratings = Double(item.reduce(0, +))
            for (category, count) in item.enumerated() { shares[category] += Double(count) / ratings }
        }
        shares = shares.map { $0 / Double(rated.count) }
        let chance = shares.reduce(0) { $0 + $1 * (1 - $1) } / Double(categories - 1)
        let observed =
            pairable.reduce(0.0) { sum, item in
                let ratings = item.reduce(0, +)
                return sum + Double(item.reduce(0) { $0 + $1 * ($1 - 1) }) / Double(ratings * (ratings - 1))
            } / Double(pairable.count)
        return .value((observed - chance) / (1 - chance))
    }
}

/// Of the cases that either of two raters saw, how many both saw: what says more than kappa when a flag is rare.
public enum PositiveAgreement {
    /// 2a / (2a + b + c); undefined when nobody saw one.
    public static func of(both: Int, onlyFirst: Int, onlySecond: Int) -> Coefficient {
        let seen = 2 * both + onlyFirst + onlySecond
        return seen > 0 ? .value(2 * Double(both) / Double(seen)) : .undefined(.noPairs)
    }

    /// Over all pairs of raters of an item, for any number of them.
    /// - Parameter items: of each, how many of its raters saw it.
    public static func of(_ items: [(seen: Int, of: Int)]) -> Coefficient {
        let agreeing = items.reduce(0.0) { sum, item in
            item.of > 1 ? sum + Double(item.seen * (item.seen - 1)) / Double(item.of - 1) : sum
        }
        let seen = items.reduce(0) { $0 + ($1.of > 1 ? $1.seen : 0) }
        return seen > 0 ? .value(agreeing / Double(seen)) : .undefined(.noPairs)
    }
}
