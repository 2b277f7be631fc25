import Foundation
import GleanerCore

/// A figure of a window and how well it is known, at any time.
struct Estimate: Sendable {
    let value: Double
    /// At α, valid at all looks together.
    let interval: @Sendable (_ alpha: Double) -> (low: Double, high: Double)
    /// The same question without the edges of the interval, where that is quicker.
    var excludes: (@Sendable (_ line: Double, _ alpha: Double) -> Bool)?
    var isExact = false
    /// Of a change that one window holds: it is over when a later one holds none.
    var isOfChange = false

    /// Is the interval beyond `line` on the side that `direction` says?
    func isBeyond(_ line: Double, _ direction: AlertDirection, alpha: Double) -> Bool {
        guard direction == .above ? value > line : value < line else { return false }
        if let excludes { return excludes(line, alpha) }
        let (low, high) = interval(alpha)
        return direction == .above ? low > line : high < line
    }

    /// Is it wholly on the other side?
    func isWithin(_ line: Double, _ direction: AlertDirection, alpha: Double) -> Bool {
        isBeyond(line, direction == .above ? .below : .above, alpha: alpha)
    }

    /// Known exactly.
    static func exact(_ value: Double) -> Estimate {
        Estimate(value: value, interval: { _ in (value, value) }, isExact: true)
    }
}

extension Series {
    /// From so many stretches on their spread says something.
    static let fewestStretches = 8

    /// The variance of the ratio Σsum / Σcount as the stretches tell it, whatever makes their values alike; `nil` from few.
    private func spread(_ range: Range<Int>, of sums: [Double], ratio: Double) -> (variance: Double, stretches: Double)?
    {
        let places = range.filter { counts[$0] > 0 }
        guard places.count >= Self.fewestStretches else { return nil }
        return Self.spread(
            places.map { sums[$0] - ratio * counts[$0] }, of: places.reduce(0) { $0 + counts[$1] })
    }

    /// The variance of a ratio from which stretches are off by `rests`, of `total` in all.
    private static func spread(_ rests: [Double], of total: Double) -> (variance: Double, stretches: Double) {
        let stretches = Double(rests.count)
        return (stretches / (stretches - 1) * rests.reduce(0) { $0 + $1 * $1 } / (total * total), stretches)
    }

    /// By how much a share scatters more than independent observations would; 1 or more. Bursts and people who come back
    /// make it so, and fewer observations are as good as independent.
    private func overdispersion(_ range: Range<Int>, of sums: [Double], events: Double) -> Double {
        let n = count(range)
        let share = events / n
        guard share > 0, share < 1, let (variance, _) = spread(range, of: sums, ratio: share) else { return 1 }
        return max(1, variance / (share * (1 - share) / n))
    }

    func share(_ range: Range<Int>) -> Estimate? {
        let n = count(range)
        guard n > 0 else { return nil }
        let events = sum(range)
        // Looked at when it is asked: most looks are far from the line.
        let value = events / n
        let sequence: @Sendable () -> ShareSequence = {
            let factor = overdispersion(range, of: sums, events: events)
            return ShareSequence(events: events / factor, of: n / factor)
        }
        return Estimate(
            value: value, interval: { sequence().interval(alpha: $0) },
            excludes: { sequence().excludes($0, alpha: $1) })
    }

    /// Of values whose squares are known.
    /// - Parameters:
    ///   - bounds: the lowest and the highest that there are.
    ///   - tuned: at how many observations the interval is narrowest.
    func mean(_ range: Range<Int>, within bounds: ClosedRange<Double>, tuned: Double) -> Estimate? {
        let (n, total, squared) = (count(range), sum(range), squares(range))
        guard n > 1 else { return nil }
        let mean = total / n
        return Estimate(value: mean) { alpha in
            // One at each end is added in mind: values that are all equal would be known without doubt.
            let (low, high) = (bounds.lowerBound, bounds.upperBound)
            let (many, sums, squares) = (n + 2, total + low + high, squared + low * low + high * high)
            let variance = max(0, squares - sums * sums / many) / (many - 1) / n
            let between = spread(range, of: self.sums, ratio: mean).map { Self.guarded($0, alpha) } ?? 0
            let half = ConfidenceSequence.halfWidth(
                deviation: (max(variance, between) * n).squareRoot(), count: n,
                rho: ConfidenceSequence.rho(tunedFor: tuned, alpha: alpha), alpha: alpha)
            return (max(low, mean - half), min(high, mean + half))
        }
    }

    /// Of values of which only sums are known: how they differ from stretch to stretch is all there is to go by.
    func ratio(_ range: Range<Int>, tuned: Double) -> Estimate? {
        let n = count(range)
        guard n > 0 else { return nil }
        let ratio = sum(range) / n
        guard let known = spread(range, of: sums, ratio: ratio), known.stretches >= 12 else { return nil }
        return Estimate(value: ratio) { alpha in
            Self.around(ratio, variance: Self.guarded(known, alpha), units: known.stretches, tuned: tuned, alpha: alpha)
        }
    }

    /// Exchanges for each hour; over those of as many stretches before, `other`, when there is one: then it is a ratio.
    func rate(_ range: Range<Int>, over other: Range<Int>? = nil, tuned: Double) -> Estimate? {
        guard range.count >= 6, other.map({ $0.count == range.count }) ?? true else { return nil }
        let hours = step / 3600
        let seen = sum(range)
        let wanted = other.map { sum($0) } ?? hours * Double(range.count)
        guard wanted > 0 else { return nil }
        let ratio = seen / wanted
        let rests = range.map { place in
            sums[place] - ratio * (other.map { sums[$0.lowerBound + place - range.lowerBound] } ?? hours)
        }
        let spread = Self.spread(rests, of: wanted)
        // What arrivals that do not know of each other would scatter, at the least; one is added to none.
        let arrivals = (seen + 1) * (other == nil ? 1 : 1 + ratio) / (wanted * wanted)
        return Estimate(value: ratio) { alpha in
            let (low, high) = Self.around(
                ratio, variance: max(arrivals, Self.guarded(spread, alpha)), units: spread.stretches, tuned: tuned,
                alpha: alpha)
            return (max(0, low), high)
        }
    }

    /// The value below which a share `q` of the window lies, from bins an eighth of a doubling wide.
    func quantile(_ q: Double, _ range: Range<Int>) -> Estimate? {
        let histogram = bins(range)
        let n = histogram.reduce(0, +)
        guard n > 0 else { return nil }
        let lowest = lowestBin
        let value = Self.value(at: q * n, in: histogram, from: lowest)
        let factor: @Sendable () -> Double = {
            let middle = Self.bin(at: q * n, in: histogram)
            let slow = bins.map { $0.isEmpty ? 0 : $0[(middle + 1)...].reduce(0, +) }
            let events = histogram[(middle + 1)...].reduce(0, +)
            return binned(range, slow: slow, events: events, n: n)
        }
        return Estimate(
            value: value,
            interval: { alpha in
                let many = n / factor()
                let bar = -log(alpha)
                let isIn: (Double) -> Bool = { ShareSequence(events: $0 * many, of: many).evidence(against: q) < bar }
                let low = ShareSequence.edge(from: q, to: 0, isIn)
                let high = ShareSequence.edge(from: q, to: 1, isIn)
                return (
                    Self.value(at: low * n, in: histogram, from: lowest),
                    high > 1 - 1e-9 ? .infinity : Self.value(at: high * n, in: histogram, from: lowest)
                )
            },
            excludes: { line, alpha in
                let many = n / factor()
                let below = Self.count(below: line, in: histogram, from: lowest) / n
                return ShareSequence(events: below * many, of: many).excludes(q, alpha: alpha)
            })
    }

    /// Of each stretch by itself; 0 where there is nothing.
    func quantiles(_ q: Double, _ range: Range<Int>) -> [Double] {
        range.map { place in
            let n = bins.isEmpty ? 0 : bins[place].reduce(0, +)
            return n > 0 ? Self.value(at: q * n, in: bins[place], from: lowestBin) : 0
        }
    }

    private func binned(_ range: Range<Int>, slow: [Double], events: Double, n: Double) -> Double {
        let share = events / n
        guard share > 0, share < 1 else { return 1 }
        let rests = range.filter { !bins[$0].isEmpty }.map { slow[$0] - share * bins[$0].reduce(0, +) }
        guard rests.count >= Self.fewestStretches else { return 1 }
        return max(1, Self.spread(rests, of: n).variance / (share * (1 - share) / n))
    }

    // MARK: Parts

    private static func around(
        _ value: Double, variance: Double, units: Double, tuned: Double, alpha: Double
    ) -> (low: Double, high: Double) {
        let half = ConfidenceSequence.halfWidth(
            deviation: (variance * units).squareRoot(), count: units,
            rho: ConfidenceSequence.rho(tunedFor: tuned, alpha: alpha), alpha: alpha)
        return (value - half, value + half)
    }

    /// From few stretches the variance itself is hardly known; Student's t says how much wider that makes it.
    private static func guarded(_ spread: (variance: Double, stretches: Double), _ alpha: Double) -> Double {
        let p = 1 - alpha / 2
        let factor = StudentT.quantile(p, degrees: spread.stretches - 1) / StudentT.normalQuantile(p)
        return spread.variance * factor * factor
    }

    private static func bin(at place: Double, in histogram: [Double]) -> Int {
        var before = 0.0
        for (bin, count) in histogram.enumerated() where count > 0 {
            before += count
            if before >= place * (1 - 1e-12) { return bin }
        }
        return max(0, histogram.count - 1)
    }

    /// As `report.quantile`: within a bin in proportion of logarithms.
    private static func value(at place: Double, in histogram: [Double], from lowest: Int) -> Double {
        var before = 0.0
        var last = 0
        for (bin, count) in histogram.enumerated() where count > 0 {
            if before + count >= place * (1 - 1e-12) {
                return exp2((Double(lowest + bin) + max(0, place - before) / count) / 8)
            }
            before += count
            last = bin
        }
        return exp2(Double(lowest + last + 1) / 8)
    }

    private static func count(below value: Double, in histogram: [Double], from lowest: Int) -> Double {
        guard value > 0 else { return 0 }
        let place = log2(value) * 8 - Double(lowest)
        return histogram.enumerated().reduce(0) { $0 + $1.element * min(1, max(0, place - Double($1.offset))) }
    }
}
