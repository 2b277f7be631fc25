/// What a Poisson sample tells of a mean, added up unit by unit: a month of reviews is one pass in constant memory.
///
/// Shape: a unit has a value `y` and the probability `π` with which it came into the sample, decided apart from all
/// others. Source: Särndal, Swensson and Wretman, "Model Assisted Survey Sampling" (1992), §2.8 and §5.7.
public struct SampleMoments: Sendable, Hashable {
    public private(set) var count = 0
    /// How many values are not 0.
    public private(set) var events = 0
    /// The smallest and the largest value; `nil` without units.
    public private(set) var range: ClosedRange<Double>?
    // Σ 1/π, Σ y/π, Σ y²/π and the same over π².
    private var w = 0.0
    private var wy = 0.0
    private var wyy = 0.0
    private var ww = 0.0
    private var wwy = 0.0
    private var wwyy = 0.0

    public init() {}

    public init(_ values: some Sequence<Double>, probabilities: some Sequence<Double>) {
        for (value, probability) in zip(values, probabilities) { add(value, probability: probability) }
    }

    /// - Parameter probability: above 0, at most 1.
    public mutating func add(_ value: Double, probability: Double) {
        let weight = 1 / probability
        count += 1
        if value != 0 { events += 1 }
        range = min(value, range?.lowerBound ?? value)...max(value, range?.upperBound ?? value)
        w += weight
        wy += weight * value
        wyy += weight * value * value
        ww += weight * weight
        wwy += weight * weight * value
        wwyy += weight * weight * value * value
    }

    // MARK: What they tell

    /// Horvitz–Thompson: how many units there are.
    public var population: Double { w }

    /// Horvitz–Thompson: the sum of `y` over all units, and its variance Σ (1−π)(y/π)².
    public var total: Double { wy }
    public var totalVariance: Double { max(0, wwyy - wyy) }

    /// Hájek: Σ(y/π) / Σ(1/π); `nil` without units.
    public var mean: Double? { count > 0 ? wy / w : nil }

    /// Of `mean`, linearised: Σ (1−π)((y−R)/π)² / N̂².
    public var meanVariance: Double? {
        guard let mean else { return nil }
        let squares = (wwyy - wyy) - 2 * mean * (wwy - wy) + mean * mean * (ww - w)
        return max(0, squares) / (w * w)
    }

    /// Kish: so many units drawn with equal chances would tell as much, weights aside from values.
    public var effectiveCount: Double { ww > 0 ? w * w / ww : 0 }

    /// Every unit was certain to be drawn: nothing is estimated, all is known.
    public var isCensus: Bool { count > 0 && ww - w <= 1e-9 * w }

    /// No unit differs from another, so that the variance of the mean says nothing of those that were not drawn.
    public var isOfOneValue: Bool { range.map { $0.lowerBound == $0.upperBound } ?? false }

    // MARK: Putting together

    public mutating func add(_ other: SampleMoments) {
        count += other.count
        events += other.events
        if let theirs = other.range {
            range =
                min(
                    theirs.lowerBound, range?.lowerBound ?? theirs.lowerBound)...max(
                    theirs.upperBound, range?.upperBound ?? theirs.upperBound)
        }
        w += other.w
        wy += other.wy
        wyy += other.wyy
        ww += other.ww
        wwy += other.wwy
        wwyy += other.wwyy
    }

    /// As if every unit had answered with a chance of `1 / factor` after it had been drawn: its `π` is `π / factor`.
    public func reweighted(by factor: Double) -> SampleMoments {
        var result = self
        result.w *= factor
        result.wy *= factor
        result.wyy *= factor
        result.ww *= factor * factor
        result.wwy *= factor * factor
        result.wwyy *= factor * factor
        return result
    }
}
