/// Probabilities in proportion to size: risky exchanges are looked at more often, none more often than always.
public enum PoissonScale {
    /// π_i = min(1, c·s_i) with Σ π_i = `expected`: those that reach 1 are fixed, and the rest shares what is left.
    /// When there are no more than `expected` units, each is certain.
    public static func probabilities(sizes: [Double], expected: Double) -> [Double] {
        guard let scale = scale(sizes.map { ($0, 1) }, expected: expected) else { return sizes.map { $0 > 0 ? 1 : 0 } }
        return sizes.map { min(1, scale * $0) }
    }

    /// The `c` with which units of these sizes give `expected` draws.
    /// - Parameters:
    ///   - sizes: a size, and how many units have it.
    ///   - expected: above 0.
    /// - Returns: `nil` when even certainty for all gives no more than that.
    public static func scale(_ sizes: [(size: Double, count: Double)], expected: Double) -> Double? {
        let falling = sizes.filter { $0.size > 0 && $0.count > 0 }.sorted { $0.size > $1.size }
        var rest = falling.reduce(0) { $0 + $1.size * $1.count }
        var left = expected
        // The largest gets c·s. Above 1 it is certain and leaves the sum, with fewer than `left` units: c > 1/s says so.
        for unit in falling {
            let scale = left / rest
            if scale * unit.size <= 1 { return scale }
            left -= unit.count
            rest -= unit.size * unit.count
        }
        return nil
    }
}
