import Foundation

/// What an exchange must show to become an example: a document, kept by name and version.
///
/// Every member has a default, so `{}` is a policy: reviewed with at least 4 on each question, no open flag, whole
/// answers, corrections preferred.
public struct PromotionPolicy: Sendable, Hashable, Codable {
    public enum AnswerSource: String, Sendable, Hashable, Codable, CaseIterable {
        /// As the model wrote it.
        case original
        /// A reviewer's newest correction where there is one.
        case correctionPreferred = "correction_preferred"
    }
    public enum Moderation: String, Sendable, Hashable, Codable, CaseIterable {
        /// Only what moderation allows: nothing flagged, blocked or unknown.
        case allowed
        case ignored
    }
    public struct SystemPrompt: Sendable, Hashable, Codable {
        public enum Mode: String, Sendable, Hashable, Codable, CaseIterable { case keep, replace, drop }
        public var mode: Mode
        /// With `replace`: the one text for all examples, the same that the bot will run with.
        public var text: String?
        public init(mode: Mode, text: String? = nil) {
            self.mode = mode
            self.text = text
        }

        enum CodingKeys: String, CodingKey, CaseIterable { case mode, text }
    }
    /// What users' ratings must say when there is no review.
    public struct MinimumRating: Sendable, Hashable, Codable {
        /// Thumbs up minus thumbs down.
        public var netThumbs: Int?
        /// Mean of 1–5 scores.
        public var meanScore: Double?

        public init(netThumbs: Int? = nil, meanScore: Double? = nil) {
            self.netThumbs = netThumbs
            self.meanScore = meanScore
        }

        enum CodingKeys: String, CodingKey, CaseIterable {
            case netThumbs = "net_thumbs"
            case meanScore = "mean_score"
        }
    }

    public var name = "default"
    /// The lowest score on any question of any review; 1…5.
    public var minimumReviewScore = 4
    /// `nil`: ratings alone promote nothing.
    public var minimumRating: MinimumRating?
    public var noOpenFlag = true
    public var moderation = Moderation.allowed
    public var answer = AnswerSource.correctionPreferred
    /// Corrections that users sent, not only reviewers'.
    public var acceptUserCorrections = false
    public var systemPrompt = SystemPrompt(mode: .keep)
    public var endpoints = ["/v1/chat/completions"]
    public var finishReasons = ["stop", "tool_calls"]
    /// Estimated tokens of one example; longer ones would be cut by the trainer, the answer first.
    public var maximumTokens = 16_385
    public var maximumAgeDays: Int?
    /// Share of conversations kept for validation; 0…0.5.
    public var validationShare = 0.1
    /// Earlier answers in a conversation are context; with `true` they are trained on as well.
    public var trainOnHistory = false
    public var maximumPerEndUser: Int?
    public var maximumExamples: Int?

    public init() {}

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, answer, endpoints, moderation
        case minimumReviewScore = "minimum_review_score"
        case minimumRating = "minimum_rating"
        case noOpenFlag = "no_open_flag"
        case acceptUserCorrections = "accept_user_corrections"
        case systemPrompt = "system_prompt"
        case finishReasons = "finish_reasons"
        case maximumTokens = "maximum_tokens"
        case maximumAgeDays = "maximum_age_days"
        case validationShare = "validation_share"
        case trainOnHistory = "train_on_history"
        case maximumPerEndUser = "maximum_per_end_user"
        case maximumExamples = "maximum_examples"
    }
}
