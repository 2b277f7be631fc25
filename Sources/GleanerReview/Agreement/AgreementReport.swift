public import Foundation

/// How far reviewers agree with each other and with what is known to be right, and how fast they are.
public struct AgreementReport: Sendable, Hashable, Codable {
    public struct Question: Sendable, Hashable, Codable {
        public let question: String
        /// `name@version`: questions of different versions are not the same question.
        public let rubric: String
        /// Drawn exchanges with at least two reviews, without those that a third reviewer was called to.
        public let items: Int
        /// Krippendorff's, ordinal; `nil` when it is not defined, and `undefined` says why.
        public let alpha: Double?
        public let low: Double?
        public let high: Double?
        public let undefined: Coefficient.Reason?
        /// Gwet's, of scores from 4 up against those below.
        public let gwetAC1: Double?
        /// On scores below 4: of those who saw something wrong, how many agree. Says more than kappa when few do.
        public let positiveAgreement: Double?
        /// Fleiss', of five categories; `nil` also when exchanges have different numbers of reviews.
        public let fleissKappa: Double?

        enum CodingKeys: String, CodingKey {
            case question, rubric, items, alpha, low, high, undefined
            case gwetAC1 = "gwet_ac1"
            case positiveAgreement = "positive_agreement"
            case fleissKappa = "fleiss_kappa"
        }
    }
    public struct Pair: Sendable, Hashable, Codable {
        public let first: String
        public let second: String
        public let question: String
        public let rubric: String
        public let items: Int
        /// Cohen's, with quadratic weights.
        public let kappa: Double?
        public let undefined: Coefficient.Reason?
    }
    /// Mean difference of one reviewer's scores from others': above 0, they are kinder.
    public struct Bias: Sendable, Hashable, Codable {
        public let mean: Double
        public let low: Double?
        public let high: Double?
        public let count: Int

        enum CodingKeys: String, CodingKey {
            case mean, low, high
            case count = "n"
        }
    }
    public struct Reviewer: Sendable, Hashable, Codable {
        public let reviewer: String
        public let reviews: Int
        public let medianSeconds: Double?
        public let itemsPerHour: Double?
        /// Against hidden checks, over all their questions.
        public let biasAgainstGold: Bias?
        /// Mean distance from hidden checks, in points.
        public let errorAgainstGold: Double?
        /// Against the mean of the others on the same exchanges.
        public let biasAgainstOthers: Bias?

        enum CodingKeys: String, CodingKey {
            case reviewer, reviews
            case medianSeconds = "median_seconds"
            case itemsPerHour = "items_per_hour"
            case biasAgainstGold = "bias_against_gold"
            case errorAgainstGold = "error_against_gold"
            case biasAgainstOthers = "bias_against_others"
        }
    }
    public let from: Date
    public let to: Date
    public let questions: [Question]
    public let pairs: [Pair]
    public let reviewers: [Reviewer]
}
