import Foundation

/// Durations by bins of rollups: bin b holds 2^(b/8) up to 2^((b+1)/8) milliseconds.
struct LatencyHistogram: Sendable, Hashable {
    private(set) var counts: [Int16: Int] = [:]
    private(set) var total = 0

    mutating func add(_ count: Int, in bin: Int16) {
        counts[bin, default: 0] += count
        total += count
    }

    static func += (sum: inout LatencyHistogram, other: LatencyHistogram) {
        for (bin, count) in other.counts { sum.add(count, in: bin) }
    }

    /// As `report.quantile` has it: within a bin in proportion of logarithms.
    func quantile(_ share: Double) -> Double? {
        guard total > 0 else { return nil }
        let rank = min(max(share, 0), 1) * Double(total)
        var before = 0.0
        for (bin, count) in counts.sorted(by: { $0.key < $1.key }) where count > 0 {
            if before + Double(count) >= rank * (1 - 1e-12) {
                return pow(2, (Double(bin) + max(0, rank - before) / Double(count)) / 8)
            }
            before += Double(count)
        }
        return nil
    }

    /// With the 95 % interval of order statistics: the true quantile lies between two ranks of those seen, whatever the
    /// distribution. Where so few were seen that one of them is outside, there is none.
    func estimate(_ share: Double) -> Estimated {
        let spread = 1.959963984540054 * (share * (1 - share) / Double(max(total, 1))).squareRoot()
        guard total > 0, share - spread > 0, share + spread < 1 else {
            return Estimated(value: quantile(share), count: total)
        }
        return Estimated(
            value: quantile(share), low: quantile(share - spread), high: quantile(share + spread), count: total)
    }
}
