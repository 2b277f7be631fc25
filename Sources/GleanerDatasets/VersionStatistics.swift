extension DatasetVersion {
    /// What is in a version, and what stayed out.
    public struct Statistics: Sendable, Hashable, Codable {
        /// Exchanges of the project when the version was built.
        public var exchanges = 0
        /// Those that somebody had reviewed, rated, corrected or chosen.
        public var judged = 0
        public var train = 0
        public var validation = 0
        /// Never exported for training.
        public var holdout = 0
        /// Judged and written ones that were left out, by the first gate that stopped them.
        public var excluded: [String: Int] = [:]
        public var estimatedTokens = 0
        /// Of train and validation, as are all below.
        public var written = 0
        /// Written or corrected by people.
        public var anchors = 0
        public var answerSources: [String: Int] = [:]
        public var languages: [String: Int] = [:]
        public var models: [String: Int] = [:]
        /// Different ones.
        public var systemPrompts = 0
        public var endUsers = 0
        /// Estimated tokens of an example: 5 %, 50 %, 95 % quantiles and the most.
        public var tokenQuantiles: [Int] = []

        public var promoted: Int { train + validation }
        public var unjudged: Int { exchanges - judged }
        public var anchorShare: Double { promoted == 0 ? 0 : Double(anchors) / Double(promoted) }

        public init() {}

        enum CodingKeys: String, CodingKey {
            case exchanges, judged, train, validation, holdout, excluded, written, anchors, languages, models
            case estimatedTokens = "estimated_tokens"
            case answerSources = "answer_sources"
            case systemPrompts = "system_prompts"
            case endUsers = "end_users"
            case tokenQuantiles = "token_quantiles"
        }

        /// Versions from before a member was counted do not have it.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            func read<Value: Decodable>(_ key: CodingKeys, _ value: inout Value) throws {
                if let found = try container.decodeIfPresent(Value.self, forKey: key) { value = found }
            }
            try read(.exchanges, &exchanges)
            try read(.judged, &judged)
            try read(.train, &train)
            try read(.validation, &validation)
            try read(.holdout, &holdout)
            try read(.excluded, &excluded)
            try read(.estimatedTokens, &estimatedTokens)
            try read(.written, &written)
            try read(.anchors, &anchors)
            try read(.answerSources, &answerSources)
            try read(.languages, &languages)
            try read(.models, &models)
            try read(.systemPrompts, &systemPrompts)
            try read(.endUsers, &endUsers)
            try read(.tokenQuantiles, &tokenQuantiles)
        }
    }
}

/// What a build by a policy would make, before anything is frozen.
public struct DatasetPreview: Sendable, Codable {
    public let statistics: DatasetVersion.Statistics
    public let gates: [Gate]
    /// What to think of before building.
    public let advice: [String]

    /// What one gate leaves out.
    public struct Gate: Sendable, Codable {
        public let reason: String
        public let count: Int
        public let examples: [Example]
    }
    public struct Example: Sendable, Codable {
        /// Of the exchange, or of the written example.
        public let id: String
        public let detail: String
        /// The beginning of what the user said.
        public let prompt: String
    }
}
