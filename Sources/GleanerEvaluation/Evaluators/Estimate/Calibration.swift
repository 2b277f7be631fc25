/// What a figure is worth against people's scores of 1 to 5: whether it rises with them, whether it finds what they found bad,
/// and what they gave where it was how high.
public struct Calibration: Sendable, Hashable, Codable {
    /// A tenth of the exchanges, by the figure.
    public struct Bin: Sendable, Hashable, Codable {
        public let low: Double
        public let high: Double
        public let count: Int
        public let human: Double
        /// The same made to rise with the figure: pooled with its neighbours where it did not.
        public let calibrated: Double
    }

    public let count: Int
    /// Spearman's ρ, −1…1; `nil` where either does not vary.
    public let spearman: Double?
    /// The chance that an exchange people gave 2 or less has a lower figure than one they gave more; `nil` without both.
    public let auc: Double?
    /// Empty below 20 exchanges.
    public let bins: [Bin]

    static let leastForBins = 20
    private static let mostBins = 10

    public init(_ pairs: [(figure: Double, human: Double)]) {
        count = pairs.count
        spearman = Self.correlation(Self.ranks(pairs.map(\.figure)), Self.ranks(pairs.map(\.human)))
        auc = Self.auc(pairs)
        bins = pairs.count < Self.leastForBins ? [] : Self.bins(pairs)
    }

    /// Ties share the mean of their ranks.
    static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start
            while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
            for place in start...end { ranks[order[place]] = Double(start + end) / 2 + 1 }
            start = end + 1
        }
        return ranks
    }

    private static func correlation(_ a: [Double], _ b: [Double]) -> Double? {
        guard a.count > 1 else { return nil }
        let (meanA, meanB) = (a.reduce(0, +) / Double(a.count), b.reduce(0, +) / Double(b.count))
        var (ab, aa, bb) = (0.0, 0.0, 0.0)
        for (x, y) in zip(a, b) {
            ab += (x - meanA) * (y - meanB)
            aa += (x - meanA) * (x - meanA)
            bb += (y - meanB) * (y - meanB)
        }
        return aa > 0 && bb > 0 ? ab / (aa * bb).squareRoot() : nil
    }

    /// Mann and Whitney's U of the bad ones, over how many pairs there are.
    private static func auc(_ pairs: [(figure: Double, human: Double)]) -> Double? {
        let ranks = ranks(pairs.map(\.figure))
        let bad = pairs.indices.filter { pairs[$0].human <= 2 }
        let (n, m) = (Double(bad.count), Double(pairs.count - bad.count))
        guard n > 0, m > 0 else { return nil }
        let above = bad.reduce(0) { $0 + ranks[$1] } - n * (n + 1) / 2
        return 1 - above / (n * m)
    }

    private static func bins(_ pairs: [(figure: Double, human: Double)]) -> [Bin] {
        let sorted = pairs.sorted { $0.figure < $1.figure }
        let bins = (0..<mostBins).map { number in
            sorted[(number * sorted.count / mostBins)..<((number + 1) * sorted.count / mostBins)]
        }
        let means = bins.map { bin in bin.reduce(0) { $0 + $1.human } / Double(bin.count) }
        let rising = isotonic(means, bins.map { Double($0.count) })
        return bins.indices.map { index in
            Bin(
                low: bins[index].first?.figure ?? 0, high: bins[index].last?.figure ?? 0, count: bins[index].count,
                human: means[index], calibrated: rising[index])
        }
    }

    /// The nearest values that never fall, by pooling neighbours that do. Source: Ayer et al. (1955).
    static func isotonic(_ values: [Double], _ weights: [Double]) -> [Double] {
        var blocks: [(mean: Double, weight: Double, count: Int)] = []
        for (value, weight) in zip(values, weights) {
            blocks.append((value, weight, 1))
            while blocks.count > 1, blocks[blocks.count - 2].mean > blocks[blocks.count - 1].mean {
                let (last, before) = (blocks.removeLast(), blocks.removeLast())
                let weight = last.weight + before.weight
                blocks.append(
                    (
                        (last.mean * last.weight + before.mean * before.weight) / weight, weight,
                        last.count + before.count
                    ))
            }
        }
        return blocks.flatMap { Array(repeating: $0.mean, count: $0.count) }
    }
}
