/// The members of a policy that are objects of their own.
extension PromotionPolicy {
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

    /// What users' ratings must say when there is no review. All that is given must hold.
    public struct MinimumRating: Sendable, Hashable, Codable {
        /// Thumbs up minus thumbs down.
        public var netThumbs: Int?
        /// Mean of 1–5 scores.
        public var meanScore: Double?
        /// People who rated it.
        public var raters: Int?
        /// Lower end of the 95 % Wilson interval of the share of thumbs up: two of two are .342, four of four .510.
        public var wilsonLower: Double?

        public init(
            netThumbs: Int? = nil, meanScore: Double? = nil, raters: Int? = nil, wilsonLower: Double? = nil
        ) {
            self.netThumbs = netThumbs
            self.meanScore = meanScore
            self.raters = raters
            self.wilsonLower = wilsonLower
        }

        enum CodingKeys: String, CodingKey, CaseIterable {
            case raters
            case netThumbs = "net_thumbs"
            case meanScore = "mean_score"
            case wilsonLower = "wilson_lower"
        }
    }

    /// When an answer is a bad example rather than none.
    public struct Undesirable: Sendable, Hashable, Codable {
        /// Reviewed, and this or less on some question.
        public var maximumReviewScore = 2
        /// Not reviewed, and thumbs up minus thumbs down are this or less; `nil`: ratings alone condemn nothing.
        public var netThumbs: Int? = -1

        public init() {}

        enum CodingKeys: String, CodingKey, CaseIterable {
            case maximumReviewScore = "maximum_review_score"
            case netThumbs = "net_thumbs"
        }
    }

    /// Which part of the traffic is looked at; an empty list is no condition.
    public struct Slices: Sendable, Hashable, Codable {
        /// Of what the user said last, as `language` of an exchange: `hi-Latn`, `hi-en` for mixed Hindi and English, `en` …
        public var promptLanguages: [String] = []
        public var answerLanguages: [String] = []
        public var routes: [String] = []
        /// At least one of them.
        public var tags: [String] = []
        /// None of them.
        public var withoutTags: [String] = []

        public init() {}

        enum CodingKeys: String, CodingKey, CaseIterable {
            case routes, tags
            case promptLanguages = "prompt_languages"
            case answerLanguages = "answer_languages"
            case withoutTags = "without_tags"
        }
    }

    public struct Window: Sendable, Hashable, Codable {
        public var minimum: Int?
        public var maximum: Int?

        public init(minimum: Int? = nil, maximum: Int? = nil) {
            self.minimum = minimum
            self.maximum = maximum
        }

        func holds(_ value: Int) -> Bool { (minimum ?? 0) <= value && value <= (maximum ?? .max) }

        enum CodingKeys: String, CodingKey, CaseIterable { case minimum, maximum }
    }

    /// How alike texts must be to count as one, and how many of them stay. One template answer to many prompts is as much
    /// a repetition as one prompt with many answers.
    public struct NearDuplicates: Sendable, Hashable, Codable {
        public struct Side: Sendable, Hashable, Codable {
            /// Jaccard index of character 5-grams; 0.3…1.
            public var similarity = 0.8
            /// The same for texts under 60 characters, where one letter spoils five of thirty; other spellings of one
            /// question are at .5 to .6, and so are some questions that differ in one word.
            public var shortSimilarity = 0.6
            /// The best judged of each group; `nil`: all.
            public var keep: Int? = 3

            public init() {}

            var line: Similarity { Similarity(threshold: similarity, shortThreshold: shortSimilarity) }

            enum CodingKeys: String, CodingKey, CaseIterable {
                case similarity, keep
                case shortSimilarity = "short_similarity"
            }
        }

        public var prompt = Side()
        public var answer = Side()

        public init() {}

        enum CodingKeys: String, CodingKey, CaseIterable { case prompt, answer }
    }

    /// What no training line may repeat: the project's holdout, and the benchmarks that were given to it.
    public struct Decontamination: Sendable, Hashable, Codable {
        public enum OnHit: String, Sendable, Hashable, Codable, CaseIterable {
            /// The line is left out, and the reason kept.
            case exclude
            /// The build stops: something feeds tests to the training set.
            case fail
        }

        public var onHit = OnHit.exclude
        /// Names; `nil`: all of the project's.
        public var benchmarks: [String]?

        public init() {}

        enum CodingKeys: String, CodingKey, CaseIterable {
            case benchmarks
            case onHit = "on_hit"
        }
    }
}
