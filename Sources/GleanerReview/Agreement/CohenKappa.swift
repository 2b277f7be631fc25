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

    /// Categories are the values that occur, in order, one step apart each.
    /// - Returns: `.undefined(.oneValue)` when chance alone agrees fully, as with one label throughout; not 1.
    public static func of(_ first: [Int], _ second: [Int], weights: Weights = .none) -> Coefficient {
        let pairs = Array(zip(first, second))
        guard !pairs.isEmpty else { return .undefined(.noPairs) }
        let values = Set(first + second).sorted()
        let place = Dictionary(uniqueKeysWithValues: values.enumerated().map { ($1, $0) })
        var (rows, columns) = ([Double](repeating: 0, count: values.count), [Double](repeating: 0, count: values.count))
        var observed = 0.0
        for (a, b) in pairs {
            rows[place[a]!] += 1
            columns[place[b]!] += 1
            observed += weight(place[a]!, place[b]!, weights)
        }
        var expected = 0.0
        for a in values.indices {
            for b in values.indices { expected += rows[a] * columns[b] * weight(a, b, weights) }
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
