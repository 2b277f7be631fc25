import GleanerCore

extension AlertMeasure {
    /// Expressions over the columns of the report view that the measure is read from: of how many, events or the sum of
    /// values, and of their squares.
    struct Columns: Sendable, Hashable {
        let count: String
        let sum: String
        var squares = "0"
    }

    /// `nil` for what is counted by bins or categories, and for gauges.
    var columns: Columns? {
        switch self {
        case .thumbsDownShare: Columns(count: "ups + downs", sum: "downs")
        case .ratingMean: Columns(count: "stars", sum: "star_sum", squares: "star_squares")
        case .responseRate: Columns(count: "answered", sum: "rated")
        case .regeneratedShare: Columns(count: "answered", sum: "regenerated")
        case .flaggedShare: Columns(count: "exchanges", sum: "flagged")
        case .blockedShare: Columns(count: "exchanges", sum: "blocked")
        case .unjudgedShare: Columns(count: "exchanges", sum: "unjudged")
        case .reportedShare: Columns(count: "exchanges", sum: "reported")
        case .errorShare: Columns(count: "exchanges", sum: "errors")
        case .httpErrorShare: Columns(count: "exchanges", sum: "http_errors")
        case .cutShortShare: Columns(count: "exchanges", sum: "cut_short")
        case .filteredShare: Columns(count: "exchanges", sum: "filtered")
        case .turnedAwayShare: Columns(count: "exchanges", sum: "refused")
        case .clientGoneShare: Columns(count: "exchanges", sum: "client_gone")
        case .cost: Columns(count: "priced", sum: "cost_usd")
        case .promptTokens: Columns(count: "counted", sum: "prompt_tokens")
        case .completionTokens: Columns(count: "counted", sum: "completion_tokens")
        case .refusalShare, .figureShare: Columns(count: "n", sum: "events")
        case .traffic: Columns(count: "0", sum: "exchanges")
        // Weights, and their squares.
        case .figureDrift: Columns(count: "n", sum: "population", squares: "ww")
        case .figureMean, .qualityMean, .languageShare, .durationP50, .durationP95, .durationP99, .ttftP50, .ttftP95,
            .languageDrift, .modelDrift, .promptDrift, .durationDrift, .ttftDrift, .ratingDrift, .moderationDrift,
            .topicDrift, .jobsAge, .deadJobs, .journalAge, .rollupAge, .reviewAge:
            nil
        }
    }

    /// What histograms of latency call it.
    var histogram: String? {
        switch self {
        case .durationP50, .durationP95, .durationP99, .durationDrift: "duration"
        case .ttftP50, .ttftP95, .ttftDrift: "ttft"
        default: nil
        }
    }

    /// What exchanges are counted by.
    var category: ReportSlice? {
        switch self {
        case .languageShare, .languageDrift: .language
        case .modelDrift: .model
        case .promptDrift: .prompt
        default: nil
        }
    }
}
