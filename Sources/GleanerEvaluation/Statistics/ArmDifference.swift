import GleanerCore

/// Candidate minus incumbent, and how well it is known at any time.
///
/// Units are people or conversations, each with one value; arms may differ in size. Both arms grow in proportion, so that
/// `pairs`, n·m/(n+m), is a clock for the sequence.
public struct ArmDifference: Sendable, Hashable {
    public let estimate: Double
    /// Of the estimate.
    public let standardError: Double
    /// How many units in each of two equal arms would tell half as much: n·m/(n+m).
    public let pairs: Double
    private let units: [Double]

    /// - Returns: `nil` while an arm has fewer than two units.
    public init?(candidate: Moments, incumbent: Moments, isShare: Bool) {
        guard candidate.count > 1, incumbent.count > 1, let mean = candidate.mean, let other = incumbent.mean else {
            return nil
        }
        let (n, m) = (Double(candidate.count), Double(incumbent.count))
        estimate = mean - other
        standardError =
            (candidate.variance(isShare: isShare) / n + incumbent.variance(isShare: isShare) / m).squareRoot()
        pairs = n * m / (n + m)
        units = [n, m]
    }

    /// A lower bound for values between 0 and 1 that holds at every size, however small, with probability 1 − α; the others
    /// lean on the normal law.
    public func certainLow(alpha: Double) -> Double {
        estimate - units.map { StitchedBound.halfWidth(count: $0, alpha: alpha / 2) / 2 }.reduce(0, +)
    }

    /// Of one pair.
    private var deviation: Double { standardError * pairs.squareRoot() }

    /// An interval that holds at all times together with probability 1 − α.
    /// - Parameter tunedFor: `pairs` at which it should be narrowest.
    public func interval(alpha: Double, tunedFor: Double) -> (low: Double, high: Double) {
        let half = ConfidenceSequence.halfWidth(
            deviation: deviation, count: pairs, rho: ConfidenceSequence.rho(tunedFor: tunedFor, alpha: alpha),
            alpha: alpha)
        return (estimate - half, estimate + half)
    }

    /// Two bounds of which each alone holds at all times with probability 1 − α: for guardrails, of which one side counts.
    public func bounds(alpha: Double, tunedFor: Double) -> (low: Double, high: Double) {
        let width = ConfidenceSequence.oneSidedWidth(
            deviation: deviation, count: pairs, rho: ConfidenceSequence.rho(tunedFor: tunedFor, alpha: alpha),
            alpha: alpha)
        return (estimate - width, estimate + width)
    }

    /// Always valid when the smallest so far counts.
    public func p(alpha: Double, tunedFor: Double) -> Double {
        ConfidenceSequence.p(
            mean: estimate, deviation: deviation, count: pairs,
            rho: ConfidenceSequence.rho(tunedFor: tunedFor, alpha: alpha))
    }
}
