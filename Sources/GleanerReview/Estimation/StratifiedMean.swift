/// A part of the population whose size is known, and a sample from it.
public struct Stratum: Sendable, Hashable {
    private enum Units: Hashable {
        /// Drawn with equal chances.
        case equal(count: Int, sum: Double, squares: Double)
        /// Drawn each with a probability of its own.
        case weighted(SampleMoments)
    }
    /// How many units it has.
    public let population: Int
    private let units: Units

    private init(population: Int, _ units: Units) {
        self.population = population
        self.units = units
    }

    public init(population: Int, values: [Double]) {
        let squares = values.reduce(0) { $0 + $1 * $1 }
        self.init(population: population, .equal(count: values.count, sum: values.reduce(0, +), squares: squares))
    }

    /// Of events: each value 0 or 1.
    public init(population: Int, count: Int, events: Int) {
        self.init(population: population, .equal(count: count, sum: Double(events), squares: Double(events)))
    }

    public init(population: Int, _ moments: SampleMoments) { self.init(population: population, .weighted(moments)) }

    public var count: Int {
        switch units {
        case .equal(let count, _, _): count
        case .weighted(let moments): moments.count
        }
    }

    var mean: Double {
        switch units {
        case .equal(let count, let sum, _): sum / Double(count)
        case .weighted(let moments): moments.mean ?? 0
        }
    }

    /// Of the mean: (1−n/N)s²/n with equal chances, the linearised one else.
    var varianceOfMean: Double {
        switch units {
        case .equal(let count, let sum, let squares):
            let variance = max(0, squares - sum * sum / Double(count)) / Double(count - 1)
            return max(0, 1 - Double(count) / Double(population)) * variance / Double(count)
        case .weighted(let moments): return moments.meanVariance ?? 0
        }
    }

    func merged(with other: Stratum) -> Stratum {
        let all = population + other.population
        switch (units, other.units) {
        case (.equal(let n, let sum, let squares), .equal(let m, let otherSum, let otherSquares)):
            return Stratum(
                population: all, .equal(count: n + m, sum: sum + otherSum, squares: squares + otherSquares))
        case (.weighted(var moments), .weighted(let others)):
            moments.add(others)
            return Stratum(population: all, .weighted(moments))
        case (.equal, .weighted), (.weighted, .equal):
            preconditionFailure("strata of one estimate are drawn in one way")
        }
    }
}

/// The mean over strata, each weighted by its known size: over-sampling a stratum does not move it.
///
/// Source: Cochran, "Sampling Techniques" (1977), §5.3: variance Σ W²(1−n/N)s²/n.
public struct StratifiedMean: Sendable, Hashable {
    public let value: Double
    public let variance: Double
    /// What was estimated from, after merging.
    public let strata: [Stratum]

    /// Strata with fewer than two units are merged with the smallest other one, until none is left.
    /// - Returns: `nil` when there are fewer than two units in all.
    public init?(_ strata: [Stratum]) {
        let merged = Self.merging(strata.filter { $0.population > 0 })
        guard !merged.isEmpty, merged.allSatisfy({ $0.count >= 2 }) else { return nil }
        let all = Double(merged.reduce(0) { $0 + $1.population })
        var (value, variance) = (0.0, 0.0)
        for stratum in merged {
            let weight = Double(stratum.population) / all
            value += weight * stratum.mean
            variance += weight * weight * stratum.varianceOfMean
        }
        self.value = value
        self.variance = variance
        self.strata = merged
    }

    static func merging(_ strata: [Stratum]) -> [Stratum] {
        var strata = strata.sorted { ($0.population, $0.count) < ($1.population, $1.count) }
        while strata.count > 1, let small = strata.firstIndex(where: { $0.count < 2 }) {
            let lone = strata.remove(at: small)
            strata[0] = strata[0].merged(with: lone)
            strata.sort { ($0.population, $0.count) < ($1.population, $1.count) }
        }
        return strata
    }
}
