public import GleanerCore

/// What ratings come to, without saying more than they know: how content those are who rated, and how few that may be.
///
/// Ratings come from few, often extreme users, so none of this is the quality of all answers: for that there are
/// reviews of a random sample.
public struct Satisfaction: Sendable, Hashable {
    /// Answers in the time, and those of them that anybody rated.
    public let exchanges: Int
    public let rated: Int
    /// Current thumbs.
    public let ups: Int
    public let downs: Int
    /// Current scores, and their sum.
    public let scores: Int
    public let scoreSum: Int

    public init(exchanges: Int, rated: Int, ups: Int, downs: Int, scores: Int, scoreSum: Int) {
        self.exchanges = exchanges
        self.rated = rated
        self.ups = ups
        self.downs = downs
        self.scores = scores
        self.scoreSum = scoreSum
    }

    /// Of the thumbs, the share that point up: satisfaction among raters. `nil` without any.
    public var share: Double? { ups + downs > 0 ? Double(ups) / Double(ups + downs) : nil }
    public var interval: WilsonInterval? { WilsonInterval(ups, of: ups + downs) }

    /// Of the answers, the share that was rated.
    public var responseRate: Double? { exchanges > 0 ? Double(min(rated, exchanges)) / Double(exchanges) : nil }

    /// Below 30 thumbs an interval says little more than "unknown".
    public var isEnough: Bool { ups + downs >= 30 }

    /// The mean score, drawn towards `prior` as if `weight` such scores had been given before: few scores say little.
    public func score(prior: Double = 3.8, weight: Double = 10) -> Double? {
        scores > 0 ? (weight * prior + Double(scoreSum)) / (weight + Double(scores)) : nil
    }

    public static func + (a: Satisfaction, b: Satisfaction) -> Satisfaction {
        Satisfaction(
            exchanges: a.exchanges + b.exchanges, rated: a.rated + b.rated, ups: a.ups + b.ups,
            downs: a.downs + b.downs, scores: a.scores + b.scores, scoreSum: a.scoreSum + b.scoreSum)
    }
    public static let none = Satisfaction(exchanges: 0, rated: 0, ups: 0, downs: 0, scores: 0, scoreSum: 0)
}
