import Foundation
import GleanerCore

/// Since when a rate or a mean is another: the split of a series of stretches that the data are likeliest under.
///
/// A scan over all splits of a series that is at hand, and no running CUSUM: it is asked once something is known to have
/// changed, and the question is when. False alarms are controlled all the same: each of K splits is a likelihood ratio
/// test, and p is K times the smallest of theirs, so that it is below α with at most that probability when nothing changed.
public struct ChangePoint: Sendable, Hashable {
    /// The first stretch of the new state.
    public let index: Int
    public let before: Double
    public let after: Double
    public let p: Double
    /// Of how surely each half's mean is known.
    private let splits: Double
    private let degrees: Double
    private let variance: Double

    /// Half the width of an interval of `after - before` that holds at all splits together.
    public func halfWidth(alpha: Double) -> Double {
        variance > 0
            ? StudentT.quantile(1 - alpha / (2 * splits), degrees: degrees) * variance.squareRoot() : 0
    }

    /// - Parameters:
    ///   - sums: of each stretch: events, or the sum of its values.
    ///   - counts: of how many. A stretch without any is passed over.
    ///   - margin: so many stretches with values stay on each side.
    /// - Returns: `nil` from too few stretches.
    public init?(sums: [Double], counts: [Double], margin: Int = 3) {
        let stretches = zip(sums, counts).enumerated().filter { $0.element.1 > 0 }
        guard stretches.count >= 2 * max(margin, 2) else { return nil }
        let total = stretches.reduce((sum: 0.0, count: 0.0)) {
            ($0.sum + $1.element.0, $0.count + $1.element.1)
        }
        var left = (sum: 0.0, count: 0.0)
        var best = (place: 0, statistic: -1.0, left: 0.0, right: 0.0, inverse: 0.0)
        var splits = 0
        for (place, stretch) in stretches.enumerated() {
            if place >= margin, place <= stretches.count - margin {
                splits += 1
                let right = (sum: total.sum - left.sum, count: total.count - left.count)
                let (a, b) = (left.sum / left.count, right.sum / right.count)
                let between = left.count * right.count / total.count * (a - b) * (a - b)
                if between > best.statistic { best = (place, between, a, b, 1 / left.count + 1 / right.count) }
            }
            left.sum += stretch.element.0
            left.count += stretch.element.1
        }
        guard best.place > 0 else { return nil }
        // What is left of the stretches' spread when both halves have their own mean.
        let within = stretches.enumerated().reduce(0.0) { spread, entry in
            let mean = entry.offset < best.place ? best.left : best.right
            let (sum, count) = entry.element.element
            return spread + (sum - mean * count) * (sum - mean * count) / count
        }
        degrees = Double(stretches.count - 2)
        variance = within / degrees * best.inverse
        self.splits = Double(splits)
        index = stretches[best.place].offset
        before = best.left
        after = best.right
        guard within > 0 else {
            p = best.statistic > 0 ? 0 : 1
            return
        }
        // With a normal spread F is Student's t squared; Wallace (1959) has its p as that of a normal value.
        let scale = (8 * degrees + 1) / (8 * degrees + 3)
        let ratio = scale * scale * degrees * log(1 + best.statistic / within)
        p = min(1, Double(splits) * ChiSquared.survival(ratio, degrees: 1))
    }
}
