/// Counts of some exchanges. They add up, over time and over slices; what a report tells follows from their sums.
struct ReportTally: Sendable, Hashable {
    var exchanges = 0
    /// Without an answer, or with one of 429 or 5xx.
    var errors = 0
    var counted = 0
    var inputTokens = 0
    var outputTokens = 0
    var priced = 0
    /// US dollars; shadow copies cost as well.
    var cost = 0.0
    var duration = LatencyHistogram()
    var firstToken = LatencyHistogram()
    var answered = 0
    var rated = 0
    var ups = 0
    var downs = 0
    /// Exchanges as moderation counts them, by the hour.
    var looked = 0
    var flagged = 0
    var reported = 0

    static func += (sum: inout ReportTally, other: ReportTally) {
        sum.exchanges += other.exchanges
        sum.errors += other.errors
        sum.counted += other.counted
        sum.inputTokens += other.inputTokens
        sum.outputTokens += other.outputTokens
        sum.priced += other.priced
        sum.cost += other.cost
        sum.duration += other.duration
        sum.firstToken += other.firstToken
        sum.answered += other.answered
        sum.rated += other.rated
        sum.ups += other.ups
        sum.downs += other.downs
        sum.looked += other.looked
        sum.flagged += other.flagged
        sum.reported += other.reported
    }

    func estimate(_ measure: ReportMeasure) -> Estimated {
        switch measure {
        case .exchanges: .counted(Double(exchanges), count: exchanges)
        case .errors: .share(errors, of: exchanges)
        case .durationMedian: duration.estimate(0.5)
        case .duration: duration.estimate(0.95)
        case .firstTokenMedian: firstToken.estimate(0.5)
        case .firstToken: firstToken.estimate(0.95)
        case .satisfaction: .share(ups, of: ups + downs)
        case .responseRate: .share(rated, of: answered)
        case .flagged: .share(flagged, of: looked)
        case .cost: Estimated(value: priced > 0 ? cost : nil, count: priced)
        case .inputTokens: Estimated(value: counted > 0 ? Double(inputTokens) : nil, count: counted)
        case .outputTokens: Estimated(value: counted > 0 ? Double(outputTokens) : nil, count: counted)
        }
    }

    var figures: [ReportFigure] { ReportMeasure.allCases.map { ReportFigure($0, estimate($0)) } }
}
