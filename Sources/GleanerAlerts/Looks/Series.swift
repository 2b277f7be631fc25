public import Foundation

/// What was counted in stretches of time of one length, one after the other without gaps.
public struct Series: Sendable, Hashable {
    /// Of one stretch, from rollups.
    public struct Row: Sendable, Hashable {
        public var at: Date
        /// Of how many.
        public var count: Double
        /// Events, or the sum of values.
        public var sum: Double
        /// Of the values' squares; 0 where nobody knows.
        public var squares: Double
        /// How many are in each bin or category, by its number.
        public var bins: [Int: Double]
        /// What the values may be, or have been; `nil` where nobody asks.
        public var values: ClosedRange<Double>?

        public init(
            at: Date, count: Double, sum: Double, squares: Double = 0, bins: [Int: Double] = [:],
            values: ClosedRange<Double>? = nil
        ) {
            self.values = values
            self.at = at
            self.count = count
            self.sum = sum
            self.squares = squares
            self.bins = bins
        }
    }

    /// Of one stretch, in seconds.
    public let step: Double
    /// Number of the first stretch, counted from 2001.
    let first: Int
    let counts: [Double]
    let sums: [Double]
    /// Running totals, one more than there are stretches.
    private let countTotals: [Double]
    private let sumTotals: [Double]
    private let squareTotals: [Double]
    /// By stretch, then by bin less `lowestBin`; empty where nothing is counted by bins.
    let bins: [[Double]]
    private let binTotals: [[Double]]
    let lowestBin: Int
    /// Of all stretches.
    let values: ClosedRange<Double>?

    /// - Parameters:
    ///   - from: from when on stretches are; those without a row count nothing.
    ///   - to: rows from here on are left out.
    public init(_ rows: [Row], step: Double, from: Date, to: Date) {
        self.step = step
        let first = Self.number(from, step)
        let length = max(0, Self.number(to.addingTimeInterval(-0.001), step) - first + 1)
        self.first = first
        var counts = [Double](repeating: 0, count: length)
        var (sums, squares) = (counts, counts)
        let known = rows.lazy.flatMap(\.bins.keys)
        let (lowest, highest) = (known.min() ?? 0, known.max() ?? -1)
        let width = highest - lowest + 1
        var bins = [[Double]](repeating: [], count: width > 0 ? length : 0)
        for row in rows {
            let place = Self.number(row.at, step) - first
            guard (0..<length).contains(place) else { continue }
            counts[place] += row.count
            sums[place] += row.sum
            squares[place] += row.squares
            guard !row.bins.isEmpty else { continue }
            if bins[place].isEmpty { bins[place] = [Double](repeating: 0, count: width) }
            for (bin, count) in row.bins { bins[place][bin - lowest] += count }
        }
        self.counts = counts
        self.sums = sums
        self.bins = bins
        lowestBin = lowest
        let ranges = rows.compactMap(\.values)
        values = ranges.isEmpty ? nil : ranges.map(\.lowerBound).min()!...ranges.map(\.upperBound).max()!
        countTotals = Self.totals(counts)
        sumTotals = Self.totals(sums)
        squareTotals = Self.totals(squares)
        var running = [Double](repeating: 0, count: max(width, 0))
        binTotals =
            bins.isEmpty
            ? []
            : [running]
                + bins.map { stretch in
                    for (bin, count) in stretch.enumerated() { running[bin] += count }
                    return running
                }
    }

    private static func number(_ date: Date, _ step: Double) -> Int {
        Int((date.timeIntervalSinceReferenceDate / step).rounded(.down))
    }

    private static func totals(_ values: [Double]) -> [Double] {
        var (total, totals) = (0.0, [0.0])
        totals.reserveCapacity(values.count + 1)
        for value in values {
            total += value
            totals.append(total)
        }
        return totals
    }

    /// Stretches that begin from `from` until before `to`, as far as the series has them.
    func places(from: Date, to: Date) -> Range<Int> {
        let begin = Int((from.timeIntervalSinceReferenceDate / step).rounded(.up)) - first
        let end = Int((to.timeIntervalSinceReferenceDate / step).rounded(.up)) - first
        let low = min(max(begin, 0), counts.count)
        return low..<max(low, min(max(end, 0), counts.count))
    }

    func start(of place: Int) -> Date { Date(timeIntervalSinceReferenceDate: Double(first + place) * step) }

    func count(_ range: Range<Int>) -> Double { countTotals[range.upperBound] - countTotals[range.lowerBound] }
    func sum(_ range: Range<Int>) -> Double { sumTotals[range.upperBound] - sumTotals[range.lowerBound] }
    func squares(_ range: Range<Int>) -> Double { squareTotals[range.upperBound] - squareTotals[range.lowerBound] }
    /// As many equally weighed observations tell as much (Kish), where sums are of weights.
    func effectiveCount(_ range: Range<Int>) -> Double {
        let (weights, squared) = (sum(range), squares(range))
        return squared > 0 ? weights * weights / squared : count(range)
    }
    func bins(_ range: Range<Int>) -> [Double] {
        guard !binTotals.isEmpty else { return [] }
        return zip(binTotals[range.upperBound], binTotals[range.lowerBound]).map { $0 - $1 }
    }
}
