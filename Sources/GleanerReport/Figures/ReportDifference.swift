/// One side's figure minus the other's, and what can honestly be said of it.
public struct ReportDifference: Sendable, Hashable {
    public enum Verdict: String, Sendable, Hashable, Codable {
        /// Two counts, which are what they are.
        case counted
        /// The interval of the difference is above 0, or below it.
        case higher, lower
        /// The interval has 0 in it.
        case notTold = "not_told"
        case notEnough = "not_enough_data"
    }

    public let name: String
    public let unit: ReportUnit
    public let wish: ReportWish
    public let value: Double?
    public let low: Double?
    public let high: Double?
    /// `value` of the second side's figure; `nil` when that is 0.
    public let ratio: Double?
    public let verdict: Verdict

    /// As `report.quality` has it: fewer tell nothing.
    public static let leastCount = 10

    /// A sum of fractions depends on the order in which PostgreSQL adds them: two that differ by a smaller part are one.
    private static let rounding = 1e-9

    /// By the limits of both sides (MOVER; of two shares it is Newcombe's tenth method), as if they were independent.
    /// Source: Zou and Donner (2008), Statistics in Medicine 27, 1693–1702.
    init(_ first: ReportFigure, minus second: ReportFigure) {
        name = first.name
        unit = first.unit
        wish = first.wish
        let (a, b) = (first.estimate, second.estimate)
        guard let left = a.value, let right = b.value else {
            (value, low, high, ratio, verdict) = (nil, nil, nil, nil, .notEnough)
            return
        }
        let difference = abs(left - right) > Self.rounding * max(abs(left), abs(right)) ? left - right : 0
        value = difference
        ratio = right != 0 ? difference / right : nil
        switch unit {
        case .count, .dollars, .tokens:
            (low, high, verdict) = (nil, nil, .counted)
        case .share, .milliseconds, .score:
            guard min(a.count, b.count) >= Self.leastCount, let aLow = a.low, let aHigh = a.high, let bLow = b.low,
                let bHigh = b.high
            else {
                (low, high, verdict) = (nil, nil, .notEnough)
                return
            }
            func length(_ x: Double, _ y: Double) -> Double { (x * x + y * y).squareRoot() }
            let below = left - right - length(left - aLow, bHigh - right)
            let above = left - right + length(aHigh - left, right - bLow)
            (low, high) = (below, above)
            verdict = below > 0 ? .higher : above < 0 ? .lower : .notTold
        }
    }
}
