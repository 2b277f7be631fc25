/// Agreement of several raters over names, when every item has the same number of ratings.
///
/// Source: Fleiss (1971).
public enum FleissKappa {
    /// - Parameter counts: of each item, how many raters chose each category.
    public static func of(_ counts: [[Int]]) -> Coefficient {
        guard let raters = counts.first?.reduce(0, +), raters > 1 else { return .undefined(.noPairs) }
        guard counts.allSatisfy({ $0.reduce(0, +) == raters }) else { return .undefined(.unequalRaters) }
        let categories = counts.map(\.count).max() ?? 0
        let all = Double(counts.count * raters)
        let shares = (0..<categories).map { category in
            Double(counts.reduce(0) { $0 + (category < $1.count ? $1[category] : 0) }) / all
        }
        let expected = shares.reduce(0) { $0 + $1 * $1 }
        guard expected < 1 else { return .undefined(.oneValue) }
        let agreeing = counts.reduce(0) { $0 + $1.reduce(0) { $0 + $1 * ($1 - 1) } }
        let observed = Double(agreeing) / Double(counts.count * raters * (raters - 1))
        return .value((observed - expected) / (1 - expected))
    }
}
