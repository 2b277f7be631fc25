import Foundation

/// What an exchange must show to become an example: a document, kept by name and version.
///
/// Every member has a default, so `{}` is a policy: reviewed with at least 4 on each question, no open flag, whole
/// answers, corrections preferred, no personal data, a tenth of the conversations held out for good.
public struct PromotionPolicy: Sendable, Hashable, Codable {
    public enum AnswerSource: String, Sendable, Hashable, Codable, CaseIterable {
        /// As the model wrote it.
        case original
        /// A reviewer's newest correction where there is one.
        case correctionPreferred = "correction_preferred"
        /// Only corrections.
        case correctionOnly = "correction_only"
        /// Only answers that somebody chose over another one to the same prompt.
        case preferred
    }
    public enum Moderation: String, Sendable, Hashable, Codable, CaseIterable {
        /// Only what moderation allows: nothing flagged, blocked or unknown.
        case allowed
        case ignored
    }
    public enum PersonalData: String, Sendable, Hashable, Codable, CaseIterable {
        /// Lines with personal data or secrets are left out; placeholders are none.
        case refused
        case ignored
    }

    public var name = "default"
    /// What the examples are for; it decides their form.
    public var kind = DatasetKind.sft
    /// The lowest score on any question of any review; 1…5.
    public var minimumReviewScore = 4
    /// Reviewers who must have judged it, where reviews decide.
    public var minimumReviews = 1
    /// `nil`: ratings alone promote nothing.
    public var minimumRating: MinimumRating?
    /// What a bad example must show, for `unpaired`.
    public var undesirable = Undesirable()
    public var noOpenFlag = true
    public var moderation = Moderation.allowed
    public var personalData = PersonalData.refused
    public var answer = AnswerSource.correctionPreferred
    /// Corrections that users sent, where no reviewer has judged the answer; not only reviewers'.
    public var acceptUserCorrections = false
    public var systemPrompt = SystemPrompt(mode: .keep)
    public var endpoints = ["/v1/chat/completions"]
    public var finishReasons = ["stop", "tool_calls"]
    public var slices = Slices()
    /// Estimated tokens of one example; longer ones would be cut by the trainer, the answer first.
    public var maximumTokens = 16_385
    public var answerCharacters = Window()
    public var maximumAgeDays: Int?
    /// The deepest fine-tune whose own answers are learnt: 0 only base models', 1 also those of models made from people's.
    /// What a fine-tune wrote needs a review in any case; ratings are not enough.
    public var maximumGeneration = 1
    /// Share of conversations kept for validation; 0…0.5.
    public var validationShare = 0.1
    /// Share of conversations that nobody ever trains on; 0…0.5. What was held out once stays held out, and what was
    /// trained on once is never drawn.
    public var holdoutShare = 0.1
    public var splitBy = SplitKey.Unit.conversation
    /// Earlier answers in a conversation are context; with `true` they are trained on as well.
    public var trainOnHistory = false
    public var nearDuplicates = NearDuplicates()
    public var decontamination = Decontamination()
    public var maximumPerEndUser: Int? = 20
    public var maximumPerConversation: Int? = 4
    /// Examples that rest on the word of the same users alone: votes, a choice between two answers, a correction.
    public var maximumPerRater: Int? = 20
    public var maximumPerSystemPrompt: Int?
    public var maximumPerLanguage: Int?
    public var maximumPerModel: Int?
    public var maximumExamples: Int?
    /// Of all examples, the share that people wrote or reviewers corrected; others are left out until it holds. 0…1.
    public var minimumAnchorShare = 0.0
    /// People who must approve a version before it is exported or trained on, besides the one who built it.
    public var approvals = 0

    public init() {}

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, kind, answer, endpoints, moderation, undesirable, slices, decontamination, approvals
        case minimumReviewScore = "minimum_review_score"
        case minimumReviews = "minimum_reviews"
        case minimumRating = "minimum_rating"
        case noOpenFlag = "no_open_flag"
        case personalData = "personal_data"
        case acceptUserCorrections = "accept_user_corrections"
        case systemPrompt = "system_prompt"
        case finishReasons = "finish_reasons"
        case maximumTokens = "maximum_tokens"
        case answerCharacters = "answer_characters"
        case maximumAgeDays = "maximum_age_days"
        case maximumGeneration = "maximum_generation"
        case validationShare = "validation_share"
        case holdoutShare = "holdout_share"
        case splitBy = "split_by"
        case trainOnHistory = "train_on_history"
        case nearDuplicates = "near_duplicates"
        case maximumPerEndUser = "maximum_per_end_user"
        case maximumPerConversation = "maximum_per_conversation"
        case maximumPerRater = "maximum_per_rater"
        case maximumPerSystemPrompt = "maximum_per_system_prompt"
        case maximumPerLanguage = "maximum_per_language"
        case maximumPerModel = "maximum_per_model"
        case maximumExamples = "maximum_examples"
        case minimumAnchorShare = "minimum_anchor_share"
    }
}

/// What a dataset's examples are for.
public enum DatasetKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// `{"messages"}`: the last answer is to be learnt.
    case sft
    /// `{"input","preferred_output","non_preferred_output"}`: one answer is better than another.
    case preference
    /// `{"messages","label"}`: the last answer is good, or bad.
    case unpaired
}
