import Foundation
import GleanerCore

/// Whether two samples of points, such as embeddings of texts, come from one distribution: the squared maximum mean
/// discrepancy (MMD²) under the kernel exp(−γ‖x − y‖²), γ being 1 over the median squared distance of all pairs. 0 the same,
/// 2 at most.
///
/// Source: Gretton, Borgwardt, Rasch, Schölkopf and Smola, "A Kernel Two-Sample Test" (2012), equations 3 and 5.
public struct MeanDiscrepancy: Sendable {
    /// Points of a side; of more a random sample is looked at. The kernel has a value for each pair.
    public static let mostPoints = 1000

    public let gamma: Double
    /// With the pairs of each point and itself: never below 0, and above it by chance alone.
    public let biased: Double
    /// Without them: 0 on average when nothing has moved.
    public let unbiased: Double
    private let kernel: PairTable
    /// Points that were compared.
    let sizes: (first: Int, second: Int)

    /// - Parameters:
    ///   - first: at least two, all of one length, as the second's are.
    ///   - seed: of the samples of those that are too many.
    /// - Returns: `nil` for what cannot be compared.
    public init?(_ first: [[Float]], _ second: [[Float]], seed: UInt64 = 0) {
        var random = SplitMix64(seed: seed)
        let (a, b) = (Self.sample(first, &random), Self.sample(second, &random))
        guard a.count > 1, b.count > 1, let length = a.first?.count, length > 0,
            (a + b).allSatisfy({ $0.count == length })
        else { return nil }
        let distances = Self.squaredDistances(of: a + b, length: length)
        let median = distances.median ?? 0
        // Where most are alike, their distances say nothing of how wide the kernel should be.
        let width = median > 0 ? median : distances.reduce(0, +) / Double(distances.count)
        let gamma = width > 0 ? 1 / width : 1
        self.gamma = gamma
        kernel = PairTable(distances.map { exp(-gamma * $0) }, count: a.count + b.count)
        sizes = (a.count, b.count)
        let sums = kernel.sums(isFirst: (0..<a.count + b.count).map { $0 < a.count })
        let (n, m) = (Double(a.count), Double(b.count))
        biased =
            (n + 2 * sums.first) / (n * n) + (m + 2 * sums.second) / (m * m) - 2 * sums.between / (n * m)
        unbiased = Self.unbiased(sums, n, m)
    }

    /// In the order of a `PairTable`. Sixteen coordinates at a time; the last ones are filled up with zeros.
    private static func squaredDistances(of points: [[Float]], length: Int) -> [Double] {
        let width = (length + 15) / 16
        let lanes = points.flatMap { point in
            (0..<width).map { lane in
                var part = SIMD16<Float>.zero
                for place in 0..<min(16, length - 16 * lane) { part[place] = point[16 * lane + place] }
                return part
            }
        }
        var distances: [Double] = []
        distances.reserveCapacity(points.count * (points.count - 1) / 2)
        for i in 1..<points.count {
            for j in 0..<i {
                var sum = SIMD16<Float>.zero
                for lane in 0..<width {
                    let apart = lanes[i * width + lane] - lanes[j * width + lane]
                    sum += apart * apart
                }
                distances.append(Double(sum.sum()))
            }
        }
        return distances
    }

    /// A sum over pairs within each sample, and over those between them.
    fileprivate typealias Sums = (first: Double, second: Double, between: Double)

    private static func unbiased(_ sums: Sums, _ n: Double, _ m: Double) -> Double {
        2 * sums.first / (n * (n - 1)) + 2 * sums.second / (m * (m - 1)) - 2 * sums.between / (n * m)
    }

    private static func sample(_ points: [[Float]], _ random: inout SplitMix64) -> [[Float]] {
        points.count > mostPoints ? Array(points.shuffled(using: &random).prefix(mostPoints)) : points
    }

    /// What the unbiased estimate comes to when chance says which points are in which sample, `times` times.
    public func permuted(_ times: Int, seed: UInt64) -> Permuted {
        var random = SplitMix64(seed: seed)
        let (n, m) = (Double(sizes.first), Double(sizes.second))
        var isFirst = (0..<sizes.first + sizes.second).map { $0 < sizes.first }
        let estimates = (0..<max(times, 0)).map { _ in
            isFirst.shuffle(using: &random)
            return Self.unbiased(kernel.sums(isFirst: isFirst), n, m)
        }
        return Permuted(estimates: estimates.sorted(by: >))
    }

    public struct Permuted: Sendable, Hashable {
        /// The largest first.
        let estimates: [Double]

        /// P(estimate ≥ `value`) although nothing has moved. What was seen counts as one of the permutations, so it is never 0.
        public func p(_ value: Double) -> Double {
            Double(1 + (estimates.firstIndex { $0 < value } ?? estimates.count)) / Double(estimates.count + 1)
        }

        /// What is above it has a p of at most α; nothing is, of too few permutations.
        public func threshold(alpha: Double) -> Double {
            let place = Int(alpha * Double(estimates.count + 1) * (1 + 1e-12))
            return estimates.indices.contains(place - 1) ? estimates[place - 1] : .infinity
        }
    }
}

/// A value for each pair of points, the later one's row after the earlier one's.
private struct PairTable: Sendable {
    private let values: [Double]
    /// Of each point's pairs with all others.
    private let rowSums: [Double]
    /// Of all pairs.
    private let total: Double

    /// - Parameter count: of points.
    init(_ values: [Double], count: Int) {
        self.values = values
        var sums = [Double](repeating: 0, count: count)
        var place = 0
        for i in 1..<count {
            for j in 0..<i {
                sums[i] += values[place]
                sums[j] += values[place]
                place += 1
            }
        }
        rowSums = sums
        total = sums.reduce(0, +) / 2
    }

    /// Only pairs within the first are added up: what they leave of its points' rows are pairs with the second.
    func sums(isFirst: [Bool]) -> MeanDiscrepancy.Sums {
        let members = isFirst.indices.filter { isFirst[$0] }
        var (within, rows) = (0.0, 0.0)
        for (place, i) in members.enumerated() {
            rows += rowSums[i]
            let start = i * (i - 1) / 2
            for j in members[..<place] { within += values[start + j] }
        }
        let between = rows - 2 * within
        return (within, total - within - between, between)
    }
}
