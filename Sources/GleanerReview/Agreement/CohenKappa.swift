/// Agreement of two reviewers over the items that both rated.
public enum CohenKappa {
    /// How much of a disagreement a distance of so many categories is.
    public enum Weights: String, Sendable, Hashable, CaseIterable, Codable {
        /// Any difference is one.
        case none
        /// In proportion to the distance.
        case linear
        /// To its square.
        case quadratic
    }

    /// Values are points of a scale, so that 2 and 5 are three steps apart whether or not anybody gave a 3.
    /// - Returns: `.undefined(.oneValue)` when chance alone agrees fully, as with one label throughout; not 1.
    public static func of(_ first: [Int], _ second: [Int], weights: Weights = .none) -> Coefficient {
        let pairs = Array(zip(first, second))
        guard !pairs.isEmpty else { return .undefined(.noPairs) }
        var (rows, columns): ([Int: Double], [Int: Double]) = ([:], [:])
        var observed = 0.0
        for (a, b) in pairs {
            rows[a, default: 0] += 1
            columns[b, default: 0] += 1
            observed += weight(a, b, weights)
        }
        var expected = 0.0
        for (a, row) in rows {
            for (b, column) in columns { expected += row * column * weight(a, b, weights) }
        }
        guard expected > 0 else { return .undefined(.oneValue) }
        return .value(1 - observed * Double(pairs.count) / expected)
    }

    private static func weight(_ a: Int, _ b: Int, _ weights: Weights) -> Double {
        let distance = Double(abs(a - b))
        return switch weights {
        case .none: a == b ? 0 : 1
        case .linear: distance
        case .quadratic: distance * distance
        }
    }
}
