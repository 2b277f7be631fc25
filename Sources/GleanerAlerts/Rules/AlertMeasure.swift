/// What a rule watches. The raw value is what documents, SQL and JSON say.
public enum AlertMeasure: String, Sendable, Hashable, CaseIterable, Codable {
    // What users and moderation said of exchanges, by the hour they were received in.
    case thumbsDownShare = "thumbs_down_share"
    case ratingMean = "rating_mean"
    case responseRate = "response_rate"
    case regeneratedShare = "regenerated_share"
    case flaggedShare = "flagged_share"
    case blockedShare = "blocked_share"
    case unjudgedShare = "unjudged_share"
    case reportedShare = "reported_share"
    // Of exchanges, by five minutes.
    case errorShare = "error_share"
    case httpErrorShare = "http_error_share"
    case cutShortShare = "cut_short_share"
    case filteredShare = "filtered_share"
    case turnedAwayShare = "turned_away_share"
    case clientGoneShare = "client_gone_share"
    case languageShare = "language_share"
    case durationP50 = "duration_p50_ms"
    case durationP95 = "duration_p95_ms"
    case durationP99 = "duration_p99_ms"
    case ttftP50 = "ttft_p50_ms"
    case ttftP95 = "ttft_p95_ms"
    case cost = "cost_per_exchange_usd"
    case promptTokens = "prompt_tokens_per_exchange"
    case completionTokens = "completion_tokens_per_exchange"
    case traffic = "exchanges_per_hour"
    // What evaluators found, by the hour.
    case refusalShare = "refusal_share"
    case figureShare = "figure_share"
    case figureMean = "figure_mean"
    // What reviewers found of those drawn for review, weighed for all answers, by the hour.
    case qualityMean = "quality_mean"
    // How far a distribution is from what it was.
    case languageDrift = "language_drift"
    case modelDrift = "model_drift"
    case promptDrift = "prompt_drift"
    case durationDrift = "duration_drift"
    case ttftDrift = "ttft_drift"
    case figureDrift = "figure_drift"
    case ratingDrift = "rating_drift"
    case moderationDrift = "moderation_drift"
    case topicDrift = "topic_drift"
    // Of the installation, as it stands at a look.
    case jobsAge = "jobs_oldest_due_s"
    case deadJobs = "dead_jobs"
    case journalAge = "journal_age_s"
    case rollupAge = "rollup_age_s"
    case reviewAge = "review_oldest_age_s"

    /// How it is estimated.
    enum Kind: Sendable, Hashable {
        case share
        /// Of scores from 1 to 5.
        case mean
        /// Of figures of which nobody knows the range.
        case figure
        case ratio, rate
        case quantile(Double)
        case stability, distance
        /// Of few classes, in an order: ties break a distance.
        case homogeneity
        /// Of points in many dimensions, of which nothing is counted.
        case discrepancy
        case gauge
    }

    var kind: Kind {
        switch self {
        case .thumbsDownShare, .responseRate, .regeneratedShare, .flaggedShare, .blockedShare, .unjudgedShare,
            .reportedShare, .errorShare, .httpErrorShare, .cutShortShare, .filteredShare, .turnedAwayShare,
            .clientGoneShare, .languageShare, .refusalShare, .figureShare:
            .share
        case .ratingMean, .qualityMean: .mean
        case .figureMean: .figure
        case .cost, .promptTokens, .completionTokens: .ratio
        case .traffic: .rate
        case .durationP50, .ttftP50: .quantile(0.5)
        case .durationP95, .ttftP95: .quantile(0.95)
        case .durationP99: .quantile(0.99)
        case .languageDrift, .modelDrift, .promptDrift: .stability
        case .durationDrift, .ttftDrift, .figureDrift, .moderationDrift: .distance
        case .ratingDrift: .homogeneity
        case .topicDrift: .discrepancy
        case .jobsAge, .deadJobs, .journalAge, .rollupAge, .reviewAge: .gauge
        }
    }

    /// Where its figures come from.
    enum Source: Sendable, Hashable { case exchanges, ratings, safety, evaluators, reviews, installation }

    var source: Source {
        switch self {
        case .thumbsDownShare, .ratingMean, .responseRate, .regeneratedShare, .ratingDrift: .ratings
        case .flaggedShare, .blockedShare, .unjudgedShare, .reportedShare, .moderationDrift: .safety
        case .refusalShare, .figureShare, .figureMean, .figureDrift, .topicDrift: .evaluators
        case .qualityMean: .reviews
        case .jobsAge, .deadJobs, .journalAge, .rollupAge, .reviewAge: .installation
        case .errorShare, .httpErrorShare, .cutShortShare, .filteredShare, .turnedAwayShare, .clientGoneShare,
            .languageShare, .durationP50, .durationP95, .durationP99, .ttftP50, .ttftP95, .cost, .promptTokens,
            .completionTokens, .traffic, .languageDrift, .modelDrift, .promptDrift, .durationDrift, .ttftDrift:
            .exchanges
        }
    }

    public var isDrift: Bool {
        switch kind {
        case .stability, .distance, .homogeneity, .discrepancy: true
        case .share, .mean, .figure, .ratio, .rate, .quantile, .gauge: false
        }
    }
    public var isGauge: Bool { kind == .gauge }

    /// Against a reference: a ratio to it. Others are held against it by their difference.
    public var isRelative: Bool {
        switch kind {
        case .ratio, .rate, .quantile: true
        case .share, .mean, .figure, .stability, .distance, .homogeneity, .discrepancy, .gauge: false
        }
    }

    /// Which side is the bad one where the document does not say.
    var usualDirection: AlertDirection {
        switch self {
        case .ratingMean, .qualityMean, .responseRate, .traffic: .below
        default: .above
        }
    }

    /// For people: what the figure counts, and of how many.
    public var words: String {
        switch self {
        case .thumbsDownShare: "share of thumbs that are down"
        case .ratingMean: "mean of scores"
        case .responseRate: "share of answers that were rated"
        case .regeneratedShare: "share of answers asked for again"
        case .flaggedShare: "share flagged by moderation"
        case .blockedShare: "share blocked by moderation"
        case .unjudgedShare: "share moderation could not judge"
        case .reportedShare: "share reported by users"
        case .errorShare: "share of errors"
        case .httpErrorShare: "share with an HTTP error"
        case .cutShortShare: "share of answers cut short"
        case .filteredShare: "share withheld by the provider"
        case .turnedAwayShare: "share turned away by Gleaner"
        case .clientGoneShare: "share whose client left"
        case .languageShare: "share of a language"
        case .durationP50: "median duration"
        case .durationP95: "95 % duration"
        case .durationP99: "99 % duration"
        case .ttftP50: "median time to the first token"
        case .ttftP95: "95 % time to the first token"
        case .cost: "cost of an exchange"
        case .promptTokens: "prompt tokens of an exchange"
        case .completionTokens: "completion tokens of an exchange"
        case .traffic: "exchanges an hour"
        case .refusalShare: "share of answers that refuse"
        case .figureShare: "share of answers with an evaluator's flag"
        case .figureMean: "mean of an evaluator's figure"
        case .qualityMean: "mean of reviewers' scores"
        case .languageDrift: "drift of languages"
        case .modelDrift: "drift of models"
        case .promptDrift: "drift of system prompts"
        case .durationDrift: "drift of durations"
        case .ttftDrift: "drift of times to the first token"
        case .figureDrift: "drift of an evaluator's figures"
        case .ratingDrift: "drift of scores"
        case .moderationDrift: "drift of moderation's scores"
        case .topicDrift: "drift of what users ask about"
        case .jobsAge: "age of the oldest job that is due"
        case .deadJobs: "jobs that failed for good"
        case .journalAge: "age of a journal's last word"
        case .rollupAge: "age of the rollups"
        case .reviewAge: "age of what waits longest for review"
        }
    }
}

/// The side of the line that is bad.
public enum AlertDirection: String, Sendable, Hashable, CaseIterable, Codable { case above, below }

public enum AlertSeverity: String, Sendable, Hashable, CaseIterable, Codable { case critical, warning, info }
