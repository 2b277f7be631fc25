import Foundation
import GleanerCore
import Hummingbird

/// `GET /api/feedback/summary`: days, and what they come to together.
struct FeedbackSummary: Encodable, ResponseEncodable {
    struct Part: Encodable {
        let exchanges: Int
        let rated: Int
        /// Of the answers, the share that was rated.
        let response_rate: Double?
        let ups: Int
        let downs: Int
        let satisfaction_among_raters: Double?
        /// 95 %, low and high.
        let interval: [Double]?
        let scores: Int
        let score: Double?
        /// Too few thumbs to say much.
        let is_enough: Bool

        init(_ satisfaction: Satisfaction) {
            exchanges = satisfaction.exchanges
            rated = satisfaction.rated
            response_rate = satisfaction.responseRate
            ups = satisfaction.ups
            downs = satisfaction.downs
            satisfaction_among_raters = satisfaction.share
            interval = satisfaction.interval.map { [$0.low, $0.high] }
            scores = satisfaction.scores
            score = satisfaction.score()
            is_enough = satisfaction.isEnough
        }
    }
    struct Day: Encodable {
        let day: String
        let raters: Int
        /// Votes of marked raters.
        let left_out: Int
        let of: Part
        let computed_at: Date
    }
    let whole: Part
    let days: [Day]

    init(_ days: [FeedbackDay]) {
        whole = Part(days.map(\.satisfaction).reduce(.none, +))
        self.days = days.map {
            Day(
                day: $0.day.formatted(.iso8601.year().month().day()), raters: $0.raters, left_out: $0.leftOut,
                of: Part($0.satisfaction), computed_at: $0.computedAt)
        }
    }
}
