import GleanerCore
import GleanerFeedback

/// A week's satisfaction in words, with what it does not say.
struct SatisfactionView: Sendable {
    let share: String
    let interval: String?
    let thumbs: String
    let responseRate: String
    let answers: String
    let score: String
    let scores: String
    let leftOut: Int

    init(_ days: [FeedbackDay]) {
        let whole = days.map(\.satisfaction).reduce(.none, +)
        // A share of a handful says more than it knows.
        share = whole.isEnough ? Self.percent(whole.share) : whole.share == nil ? "–" : "too few thumbs"
        interval = whole.interval.map { "between \(Self.percent($0.low)) and \(Self.percent($0.high))" }
        thumbs = "\(whole.ups) up, \(whole.downs) down"
        responseRate = Self.percent(whole.responseRate)
        answers = "\(whole.rated) of \(whole.exchanges) answers"
        score = whole.score().map { Self.decimal($0, places: 1) } ?? "–"
        scores = "\(whole.scores) \(whole.scores == 1 ? "score" : "scores"), drawn towards 3.8"
        leftOut = days.map(\.leftOut).reduce(0, +)
    }

    static func percent(_ share: Double?) -> String {
        guard let share else { return "–" }
        // The sign stays with its number.
        return share > 0 && share < 0.01 ? "under 1\u{A0}%" : "\(Int((share * 100).rounded()))\u{A0}%"
    }

    static func decimal(_ number: Double, places: Int) -> String {
        let scale = places == 1 ? 10.0 : 100.0
        return "\((number * scale).rounded() / scale)"
    }
}
