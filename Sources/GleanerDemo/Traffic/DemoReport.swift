/// What a demo run did, counted as it happened.
public struct DemoReport: Sendable, Hashable, Codable {
    public var conversations = 0
    /// Requests sent to `/v1/chat/completions`.
    public var exchangesSent = 0
    public var exchangesCompleted = 0
    /// Requests that failed, by kind: `unreachable`, `http_503`, `broken_off`.
    public var exchangesFailed: [String: Int] = [:]
    /// Exchanges with at least one accepted judgement.
    public var exchangesRated = 0
    /// Accepted judgements by kind: `thumb`, `score`, `comment`, `correction`, `flag`.
    public var judgements: [String: Int] = [:]
    public var judgementsFailed: [String: Int] = [:]
    /// Judgements sent before the stream had ended.
    public var judgementsEarly = 0
    /// Judgements that named the provider's completion id.
    public var judgementsByCompletion = 0
    public var reviewsSubmitted = 0
    public var reviewsSkipped = 0
    public var reviewsFailed: [String: Int] = [:]
    /// The dataset version that was built; `nil` when it could not be.
    public var promotion: Promotion?
    /// Completed answers by what they truly are: `good`, `mediocre`, `bad`.
    public var truth: [String: Int] = [:]
    /// A few exchange ids worth looking at: a corrected one, a flagged one, an early rated one.
    public var worthALook: [String: String] = [:]

    public struct Promotion: Sendable, Hashable, Codable {
        public var dataset: String
        public var version: String?
        public var promoted: Int
        /// Candidates left out, by reason.
        public var excluded: [String: Int]

        public init(dataset: String, version: String?, promoted: Int, excluded: [String: Int]) {
            self.dataset = dataset
            self.version = version
            self.promoted = promoted
            self.excluded = excluded
        }
    }

    public init() {}
}

/// Where a demo run is.
public enum DemoStage: String, Sendable, Hashable, CaseIterable {
    case conversations, reviews, promotion
}
