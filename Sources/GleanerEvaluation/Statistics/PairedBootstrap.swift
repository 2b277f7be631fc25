import GleanerCore

/// The mean of differences between two systems on the same items, with intervals that know that items of one conversation
/// are alike: whole conversations are drawn again, not items.
public struct PairedBootstrap: Sendable, Hashable {
    /// Over items.
    public let mean: Double
    public let items: Int
    public let clusters: Int
    /// Means of the resamples, sorted.
    private let means: [Double]

    /// - Parameters:
    ///   - differences: of each item, with the conversation that it is of.
    ///   - seed: the same seed gives the same interval.
    /// - Returns: `nil` without items.
    public init?(_ differences: [(cluster: String, value: Double)], resamples: Int = 2000, seed: UInt64) {
        guard !differences.isEmpty else { return nil }
        var sums: [String: (sum: Double, count: Int)] = [:]
        for difference in differences {
            let known = sums[difference.cluster] ?? (0, 0)
            sums[difference.cluster] = (known.sum + difference.value, known.count + 1)
        }
        // In an order that does not hang on a dictionary's.
        let units = sums.sorted { $0.key < $1.key }.map(\.value)
        items = differences.count
        clusters = units.count
        mean = differences.reduce(0) { $0 + $1.value } / Double(differences.count)
        var draw = SplitMix64(seed: seed)
        means = (0..<max(resamples, 1)).map { _ in
            var (sum, count) = (0.0, 0)
            for _ in units.indices {
                let unit = units[Int.random(in: 0..<units.count, using: &draw)]
                sum += unit.sum
                count += unit.count
            }
            return sum / Double(count)
        }.sorted()
    }

    /// The point below which a share of the resamples lies, linearly between neighbours.
    public func quantile(_ share: Double) -> Double {
        let place = min(max(share, 0), 1) * Double(means.count - 1)
        let index = Int(place)
        let next = min(index + 1, means.count - 1)
        return means[index] + (means[next] - means[index]) * (place - Double(index))
    }

    /// The middle 1 − α of the resamples.
    public func interval(alpha: Double) -> (low: Double, high: Double) {
        (quantile(alpha / 2), quantile(1 - alpha / 2))
    }
}
