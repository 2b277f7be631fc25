/// Ratings weighted by how likely each was to be given, to set the loud and the quiet on the same footing.
///
/// Right only if a rating does not depend on quality once the propensity is known, which seldom holds: show it beside
/// the plain share, never instead of a reviewed sample.
public struct WeightedRating: Sendable, Hashable {
    /// Σ r/e over all exchanges, rated or not (Horvitz–Thompson).
    public let overAll: Double
    /// Σ r/e over Σ 1/e (self-normalised, Hájek).
    public let amongRaters: Double
    /// As if so many equally weighted ratings had been given (Kish).
    public let effectiveCount: Double

    /// Propensities below this count as this: one unlikely rating must not decide everything.
    public static let leastPropensity = 0.05

    /// - Parameters:
    ///   - ratings: each rating, 0…1, with its chance of having been given.
    ///   - exchanges: all there were, rated or not.
    /// - Returns: `nil` without ratings, or with fewer exchanges than ratings.
    public init?(_ ratings: [(rating: Double, propensity: Double)], exchanges: Int) {
        guard !ratings.isEmpty, exchanges >= ratings.count else { return nil }
        let weights = ratings.map { 1 / max($0.propensity, Self.leastPropensity) }
        let total = zip(ratings, weights).reduce(0) { $0 + $1.0.rating * $1.1 }
        let sum = weights.reduce(0, +)
        overAll = total / Double(exchanges)
        amongRaters = total / sum
        effectiveCount = sum * sum / weights.reduce(0) { $0 + $1 * $1 }
    }
}
