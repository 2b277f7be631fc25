/// What a report tells of any exchanges and any time, from counts that add up. The raw value is its name in JSON and CSV.
public enum ReportMeasure: String, Sendable, Hashable, CaseIterable {
    case exchanges
    case errors = "error_share"
    case durationMedian = "duration_p50_ms"
    case duration = "duration_p95_ms"
    case firstTokenMedian = "ttft_p50_ms"
    case firstToken = "ttft_p95_ms"
    case satisfaction = "up_share"
    case responseRate = "response_rate"
    case flagged = "flagged_share"
    case cost = "cost_usd"
    case inputTokens = "input_tokens"
    case outputTokens = "output_tokens"

    public var unit: ReportUnit {
        switch self {
        case .exchanges: .count
        case .errors, .satisfaction, .responseRate, .flagged: .share
        case .durationMedian, .duration, .firstTokenMedian, .firstToken: .milliseconds
        case .cost: .dollars
        case .inputTokens, .outputTokens: .tokens
        }
    }

    public var wish: ReportWish {
        switch self {
        case .errors, .durationMedian, .duration, .firstTokenMedian, .firstToken, .flagged: .low
        case .satisfaction: .high
        case .exchanges, .responseRate, .cost, .inputTokens, .outputTokens: .neither
        }
    }

    var isLatency: Bool { unit == .milliseconds }

    /// Counted with exchanges, which may be by five minutes; the others are judgements.
    var isTraffic: Bool {
        switch self {
        case .satisfaction, .responseRate, .flagged: false
        default: true
        }
    }
}

public enum ReportUnit: String, Sendable, Hashable, Codable {
    case count
    /// 0 to 1.
    case share
    case milliseconds, dollars, tokens
    /// 1 to 5.
    case score
}

/// What one would rather see.
public enum ReportWish: String, Sendable, Hashable, Codable {
    case low, high, neither
}
