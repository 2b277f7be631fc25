public import Foundation
import GleanerCore

/// What one look at a window says.
public struct RuleLook: Sendable {
    public enum Verdict: String, Sendable, Hashable, Codable {
        case notEnoughData = "not_enough_data"
        /// The line is within the interval: nothing is known.
        case unclear
        /// Certainly on the good side.
        case within
        /// Certainly on the bad side.
        case beyond
    }
    /// When the window began, and until when it has data.
    public let from: Date
    public let to: Date
    public let count: Double
    /// `nil` while there is not enough data.
    let estimate: Estimate?
    private let line: Double
    private let direction: AlertDirection
    private let alpha: Double

    init(
        from: Date, to: Date, count: Double, estimate: Estimate?, document: AlertRuleDocument, alpha: Double
    ) {
        self.from = from
        self.to = to
        self.count = count
        self.estimate = estimate
        self.alpha = alpha
        (line, direction) = (document.line, document.direction)
    }

    public var value: Double? { estimate?.value }
    /// What is known at all looks together, at the rule's own level.
    public var interval: (low: Double, high: Double)? { estimate?.interval(alpha) }
    public var hasEnough: Bool { estimate != nil }

    var isBeyond: Bool { estimate?.isBeyond(line, direction, alpha: alpha) ?? false }
    /// Less certainty is asked for than to be beyond: an alert that is over should end.
    var isWithin: Bool {
        guard let estimate else { return false }
        if estimate.isOfChange {
            return !estimate.isBeyond(line, direction, alpha: AlertRuleDocument.alphaToResolve)
        }
        return estimate.isExact
            ? !isBeyond : estimate.isWithin(line, direction, alpha: AlertRuleDocument.alphaToResolve)
    }

    public var verdict: Verdict {
        guard hasEnough else { return .notEnoughData }
        return isBeyond ? .beyond : isWithin ? .within : .unclear
    }
}

extension AlertRuleDocument {
    /// Looks at the windows under way, the older one first.
    /// - Parameters:
    ///   - series: has the windows and what they are held against.
    ///   - slices: how many values of `by` there are.
    func looks(at series: Series, time: Date, slices: Int = 1) -> [RuleLook] {
        let alpha = alpha(slices: slices)
        let beginnings = window.beginnings(at: time)
        if looksAtWholeWindows {
            let (from, to) = wholeWindow(at: time)
            return [look(at: series, from: from, to: to, alpha: alpha)]
        }
        // What comes in an hour is known when it is over.
        let step = series.step
        let whole = (time.timeIntervalSinceReferenceDate / step).rounded(.down) * step
        let end = measure.kind == .rate ? Date(timeIntervalSinceReferenceDate: whole) : time
        return beginnings.map { look(at: series, from: $0, to: max($0, end), alpha: alpha) }
    }

    /// The newest that is over.
    func wholeWindow(at time: Date) -> (from: Date, to: Date) {
        let end = window.beginnings(at: time)[1]
        return (end.addingTimeInterval(-window.length), end)
    }

    /// What a window is held against: the whole one before it, or the very hours of last week.
    func reference(from: Date, to: Date) -> (from: Date, to: Date) {
        against == .lastWeek
            ? (from.addingTimeInterval(-604_800), to.addingTimeInterval(-604_800))
            : (from.addingTimeInterval(-window.length), from)
    }

    /// Of what is known exactly.
    func look(atGauge value: Double, time: Date) -> RuleLook {
        RuleLook(
            from: time, to: time, count: minimum, estimate: .exact(value), document: self, alpha: alpha(slices: 1))
    }

    private func look(at series: Series, from: Date, to: Date, alpha: Double) -> RuleLook {
        let range = series.places(from: from, to: to)
        let count = measure.kind == .rate ? series.sum(range) : series.count(range)
        let (estimate, reference) = estimate(of: series, range, from: from, to: to, alpha: alpha)
        return RuleLook(
            from: from, to: to, count: count,
            estimate: isEnough(count, reference: reference, stretches: range.count) ? estimate : nil, document: self,
            alpha: alpha)
    }

    private func isEnough(_ count: Double, reference: Double?, stretches: Int) -> Bool {
        switch measure.kind {
        case _ where against == .change: count >= minimum
        // Silence is what is looked for: what was to be expected has to be enough.
        case .rate where direction == .below: max(count, reference ?? line * window.length / 3600) >= minimum
        case .rate: max(count, reference ?? 0) >= minimum
        default: count >= minimum && (reference ?? minimum) >= minimum
        }
    }

    private func estimate(
        of series: Series, _ range: Range<Int>, from: Date, to: Date, alpha: Double
    ) -> (Estimate?, reference: Double?) {
        guard against != .fixed else { return (estimate(of: series, range), nil) }
        if against == .change { return (change(of: series, range), nil) }
        let before = reference(from: from, to: to)
        let other = series.places(from: before.from, to: before.to)
        if measure.kind == .rate {
            let back = Int(from.timeIntervalSince(before.from) / series.step)
            guard range.lowerBound - back >= 0 else { return (nil, 0) }
            let same = (range.lowerBound - back)..<(range.upperBound - back)
            return (series.rate(range, over: same, tuned: tuning(series)), series.sum(same))
        }
        let known = series.count(other)
        if measure.isDrift { return (drift(series, range, from: other), known) }
        guard let now = estimate(of: series, range), let before = estimate(of: series, other) else {
            return (nil, known)
        }
        return (measure.isRelative ? Self.ratio(now, before) : Self.difference(now, before), known)
    }

    private func estimate(of series: Series, _ range: Range<Int>) -> Estimate? {
        switch measure.kind {
        case .share: series.share(range)
        case .mean: series.mean(range, within: 1...5, tuned: 2 * minimum)
        case .figure: series.mean(range, within: series.values ?? 0...1, tuned: 2 * minimum)
        case .ratio: series.ratio(range, tuned: tuning(series))
        case .rate: series.rate(range, tuned: tuning(series))
        case .quantile(let q): series.quantile(q, range)
        case .stability, .distance, .homogeneity, .discrepancy, .gauge: nil
        }
    }

    /// Intervals are narrowest with half of a window's stretches.
    private func tuning(_ series: Series) -> Double { max(6, window.stride / series.step) }

    /// Half of what may go wrong for each of the two.
    private static func difference(_ now: Estimate, _ before: Estimate) -> Estimate {
        Estimate(value: now.value - before.value) { alpha in
            let (a, b) = (now.interval(alpha / 2), before.interval(alpha / 2))
            return (a.low - b.high, a.high - b.low)
        }
    }

    private static func ratio(_ now: Estimate, _ before: Estimate) -> Estimate? {
        guard before.value > 0 else { return nil }
        return Estimate(value: now.value / before.value) { alpha in
            let (a, b) = (now.interval(alpha / 2), before.interval(alpha / 2))
            return (max(0, a.low) / b.high, b.low > 0 ? a.high / b.low : .infinity)
        }
    }

    /// How far, and less and more what chance alone would make of it.
    private func drift(_ series: Series, _ range: Range<Int>, from other: Range<Int>) -> Estimate? {
        let (now, before) = (series.bins(range), series.bins(other))
        let (n, m) = (series.effectiveCount(range), series.effectiveCount(other))
        guard n > 0, m > 0 else { return nil }
        let value: Double
        let noise: @Sendable (Double) -> Double
        switch measure.kind {
        case .distance:
            value = KolmogorovSmirnov.distance(counts: now, before)
            noise = { KolmogorovSmirnov.threshold(n, m, alpha: $0) }
        case .homogeneity:
            let test = ChiSquared.homogeneity(ofOrdered: before, now)
            value = test.effect
            // All in one class: nothing that could differ.
            noise = { test.degrees > 0 ? test.threshold(alpha: $0) : 0 }
        default:
            let (index, bins) = PopulationStability.index(expectedCounts: before, actualCounts: now)
            value = index
            noise = { bins > 1 ? PopulationStability.threshold(bins: bins, expected: m, actual: n, alpha: $0) : 0 }
        }
        return Estimate(value: value) { (max(0, value - noise($0)), value + noise($0)) }
    }
}
