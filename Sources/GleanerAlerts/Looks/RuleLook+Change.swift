import Foundation
import GleanerCore

/// When figures changed.
extension AlertRuleDocument {
    /// When what `look` sees most likely began; `nil` when the data do not say, at 5 %.
    func change(in series: Series, around look: RuleLook) -> Date? {
        // Of a change in the window itself, where in it.
        let start = against == .change ? look.from : look.from.addingTimeInterval(-window.length)
        let range = series.places(from: start, to: look.to)
        let observed =
            measure.isDrift
            ? moved(series, range, since: look.from) : observations(series, range)
        guard let (sums, counts) = observed, let change = ChangePoint(sums: sums, counts: counts), change.p < 0.05,
            measure.isDrift || (change.after > change.before) == (direction == .above)
        else { return nil }
        return series.start(of: range.lowerBound + change.index)
    }

    /// By how much the window's later part differs from its earlier one, at the likeliest place to part it.
    func change(of series: Series, _ range: Range<Int>) -> Estimate? {
        guard let (sums, counts) = observations(series, range), let change = ChangePoint(sums: sums, counts: counts)
        else { return nil }
        let (before, difference) = (change.before, change.after - change.before)
        guard measure.isRelative else {
            return Estimate(
                value: difference,
                interval: { (difference - change.halfWidth(alpha: $0), difference + change.halfWidth(alpha: $0)) },
                isOfChange: true)
        }
        guard before > 0 else { return nil }
        return Estimate(
            value: change.after / before,
            interval: { alpha in
                let half = change.halfWidth(alpha: alpha) / before
                return (max(0, change.after / before - half), change.after / before + half)
            },
            isOfChange: true)
    }

    /// Of each stretch the sum and of how many; of quantiles, each stretch's own for as many as it has.
    private func observations(_ series: Series, _ range: Range<Int>) -> (sums: [Double], counts: [Double])? {
        switch measure.kind {
        case .share, .mean, .figure, .ratio: (Array(series.sums[range]), Array(series.counts[range]))
        case .rate: (Array(series.sums[range]), range.map { _ in 1 })
        case .quantile(let q):
            (zip(series.quantiles(q, range), series.counts[range]).map { $0 * $1 }, Array(series.counts[range]))
        case .stability, .distance, .homogeneity, .discrepancy, .gauge: nil
        }
    }

    /// Of each stretch how many are in what has moved most: below a value, or of one category.
    private func moved(
        _ series: Series, _ range: Range<Int>, since start: Date
    ) -> (sums: [Double], counts: [Double])? {
        let parting = min(
            max(series.places(from: start, to: .distantFuture).lowerBound, range.lowerBound), range.upperBound)
        let (before, now) = (series.bins(range.lowerBound..<parting), series.bins(parting..<range.upperBound))
        let (m, n) = (before.reduce(0, +), now.reduce(0, +))
        guard m > 0, n > 0 else { return nil }
        var (most, place, below) = (-1.0, 0, (before: 0.0, now: 0.0))
        for bin in before.indices {
            below = (below.before + before[bin] / m, below.now + now[bin] / n)
            let apart =
                measure.kind == .distance
                ? abs(below.now - below.before) : PopulationStability.part(before[bin], of: m, now[bin], of: n)
            if apart > most { (most, place) = (apart, bin) }
        }
        let isIn: (Int) -> Bool = measure.kind == .distance ? { $0 <= place } : { $0 == place }
        let stretches = range.map { series.bins[$0] }
        return (
            stretches.map { $0.enumerated().reduce(0) { isIn($1.offset) ? $0 + $1.element : $0 } },
            stretches.map { $0.reduce(0, +) }
        )
    }
}
