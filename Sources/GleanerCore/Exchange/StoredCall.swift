/// What is known of an exchange once it is stored.
public struct StoredCall: Sendable, Hashable {
    public let intent: ExchangeIntent
    public let outcome: ExchangeOutcome
    public let servedModel: String?
    /// The provider's own id of its answer.
    public let completionID: String?
    public let finishReason: String?
    public let tokens: Tokens
    public let costUSD: Double?
    /// `nil` where whoever is told has no use for them.
    public var texts: Texts?

    /// What was said, as it is stored: with personal data replaced where the project wants that.
    public struct Texts: Sendable, Hashable {
        /// JSON: chat messages.
        public let messages: [UInt8]?
        /// JSON: `{"choices": [{"message", "finish_reason"}, …]}`.
        public let answer: [UInt8]?

        public init(messages: [UInt8]?, answer: [UInt8]?) {
            self.messages = messages
            self.answer = answer
        }
    }

    /// The provider's own count.
    public struct Tokens: Sendable, Hashable {
        public var input: Int?
        public var output: Int?
        public var cacheRead: Int?
        public var cacheWrite: Int?
        public var reasoning: Int?

        public init(
            input: Int? = nil, output: Int? = nil, cacheRead: Int? = nil, cacheWrite: Int? = nil, reasoning: Int? = nil
        ) {
            self.input = input
            self.output = output
            self.cacheRead = cacheRead
            self.cacheWrite = cacheWrite
            self.reasoning = reasoning
        }
    }

    public init(
        intent: ExchangeIntent, outcome: ExchangeOutcome, servedModel: String? = nil, completionID: String? = nil,
        finishReason: String? = nil, tokens: Tokens = Tokens(), costUSD: Double? = nil, texts: Texts? = nil
    ) {
        self.intent = intent
        self.outcome = outcome
        self.servedModel = servedModel
        self.completionID = completionID
        self.finishReason = finishReason
        self.tokens = tokens
        self.costUSD = costUSD
        self.texts = texts
    }
}
