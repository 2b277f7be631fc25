/// One number about a slice of exchanges, with what is known of its error; or that there is not enough to tell.
public struct Measure: Sendable, Hashable, Codable {
    public enum Kind: String, Sendable, Hashable, Codable { case mean, share }
    public enum Status: String, Sendable, Hashable, Codable {
        case estimated
        case notEnoughData = "not_enough_data"
    }
    public enum Method: String, Sendable, Hashable, Codable { case hajek, stratified }

    /// `accuracy`, `accuracy>=4`, `corrected`, `flagged`.
    public let name: String
    public let kind: Kind
    public let status: Status
    public let value: Double?
    /// The 95 % interval.
    public let low: Double?
    public let high: Double?
    /// Exchanges it was estimated from.
    public let count: Int
    /// So many drawn with equal chances would tell as much.
    public let effectiveCount: Double
    public let method: Method

    enum CodingKeys: String, CodingKey {
        case name, kind, status, value, low, high, method
        case count = "n"
        case effectiveCount = "effective_n"
    }

    /// Below so many exchanges, also of the effective ones, an interval promises more than it holds.
    public static let leastCount = 10

    /// Hájek's mean of a Poisson sample.
    public init(_ name: String, _ kind: Kind, _ moments: SampleMoments) {
        self.init(
            name, kind, moments.mean, variance: moments.meanVariance ?? 0, count: moments.count, moments, .hajek)
    }

    /// The mean over strata of known sizes.
    /// - Parameter moments: of all strata together.
    public init(_ name: String, _ kind: Kind, _ mean: StratifiedMean, _ moments: SampleMoments) {
        self.init(
            name, kind, mean.value, variance: mean.variance, count: mean.strata.reduce(0) { $0 + $1.count }, moments,
            .stratified)
    }

    private init(
        _ name: String, _ kind: Kind, _ value: Double?, variance: Double, count: Int, _ moments: SampleMoments,
        _ method: Method
    ) {
        let (effective, events) = (moments.effectiveCount, moments.events)
        self.name = name
        self.kind = kind
        self.count = count
        self.method = method
        // Equal weights sum up to their number but for rounding.
        guard let value, count >= Self.leastCount, effective >= Double(Self.leastCount) - 1e-6 else {
            (status, self.value, low, high, effectiveCount) = (.notEnoughData, nil, nil, nil, effective)
            return
        }
        status = .estimated
        self.value = value
        if moments.isCensus {
            (low, high, effectiveCount) = (value, value, effective)
        } else if kind == .mean {
            let interval =
                moments.isOfOneValue
                ? Interval.allEqual(value, count: effective, within: 1...5)
                : Interval.student(value, variance: variance, count: effective, within: 1...5)
            (low, high, effectiveCount) = (interval.low, interval.high, effective)
        } else {
            effectiveCount = Self.effective(value, variance, kish: effective, events: min(events, count - events))
            let interval = Self.share(value, count: effectiveCount, events: events, of: count)
            (low, high) = (interval.low, interval.high)
        }
    }

    /// From few events the variance itself is hardly known: then the smaller count is believed.
    private static func effective(_ share: Double, _ variance: Double, kish: Double, events: Int) -> Double {
        guard variance > 0, share > 0, share < 1 else { return kish }
        let designed = share * (1 - share) / variance
        return events < 10 ? min(designed, kish) : designed
    }

    private static func share(_ value: Double, count: Double, events: Int, of all: Int) -> Interval {
        if events == 0 { return Interval(low: 0, high: Interval.upperBoundWithoutEvents(count: count)) }
        if events == all { return Interval(low: 1 - Interval.upperBoundWithoutEvents(count: count), high: 1) }
        return .wilson(value, count: count)
    }
}
