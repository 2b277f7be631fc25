import GleanerCore

/// What a candidate must show on the holdout before it takes traffic.
public struct GatePolicy: EvaluationDocument, Hashable {
    /// Which references the metrics of words go by.
    public enum References: String, Sendable, Hashable, Codable {
        /// Those that people wrote, if there are enough of them; else all.
        case auto
        /// Those that people wrote: corrections, and examples by hand.
        case edited
        /// Also answers that were approved as they were: where the incumbent gave them, it is measured by its own words.
        case all
    }

    /// A rule decides on no fewer.
    public var minimumItems = 60
    /// More are not asked: a sample is drawn.
    public var maximumItems = 400
    /// Of each bound, one-sided. To pass, every rule must hold, so that this is also the chance of passing what does not.
    public var alpha = 0.05
    public var resamples = 2000
    public var references = References.auto
    /// Requests at a time.
    public var concurrency = 4
    /// How long one answer may take.
    public var timeoutSeconds = 120
    /// `nil` where the models must not be told.
    public var temperature: Double? = 0
    public var maximumTokens: Int? = 1024
    public var judge: JudgeChoice?
    /// Gives vectors for the metric `similarity`.
    public var embeddings: ModelChoice?
    /// Reviewers who compare some of the answers; without it none are asked.
    public var people: PeopleChoice?
    public var rules: [GateRule]

    public enum CodingKeys: String, CodingKey, CaseIterable {
        case alpha, resamples, references, concurrency, temperature, judge, embeddings, people, rules
        case minimumItems = "minimum_items"
        case maximumItems = "maximum_items"
        case timeoutSeconds = "timeout_seconds"
        case maximumTokens = "maximum_tokens"
    }

    public init(judge: JudgeChoice? = nil) {
        self.judge = judge
        rules = Self.standardRules(judges: judge != nil, embeds: false, people: false)
    }

    /// Better in the eyes of the judge, or, without one, by chrF; and worse in nothing else by more than a little.
    static func standardRules(judges: Bool, embeds: Bool, people: Bool) -> [GateRule] {
        var rules =
            judges
            ? [GateRule(.judge, .superior, margin: 0), GateRule(.chrf, .nonInferior, margin: 3)]
            : [GateRule(.chrf, .superior, margin: 0)]
        rules.append(GateRule(.rougeL, .nonInferior, margin: 0.05))
        if embeds { rules.append(GateRule(.similarity, .nonInferior, margin: 0.05)) }
        if people { rules.append(GateRule(.people, .superior, margin: 0, isRequired: false)) }
        return rules + [
            GateRule(.failed, .nonInferior, margin: 0.05), GateRule(.flagged, .nonInferior, margin: 0.05),
            GateRule(.refusal, .nonInferior, margin: 0.05),
            GateRule(.repetition, .nonInferior, margin: 0.05, isRequired: false),
            GateRule(.length, .nonInferior, margin: 0.35), GateRule(.latency, .nonInferior, margin: 0.41),
            GateRule(.cost, .nonInferior, margin: 0.69, isRequired: false),
        ]
    }

    public init(from decoder: any Decoder) throws {
        try Self.refuseUnknown(decoder)
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init()
        try members.read(.minimumItems, into: &minimumItems)
        try members.read(.maximumItems, into: &maximumItems)
        try members.read(.alpha, into: &alpha)
        try members.read(.resamples, into: &resamples)
        try members.read(.references, into: &references)
        try members.read(.concurrency, into: &concurrency)
        try members.read(.timeoutSeconds, into: &timeoutSeconds)
        // `null` says something here.
        if members.contains(.temperature) { temperature = try members.decode(Double?.self, forKey: .temperature) }
        if members.contains(.maximumTokens) { maximumTokens = try members.decode(Int?.self, forKey: .maximumTokens) }
        judge = try members.decodeIfPresent(JudgeChoice.self, forKey: .judge)
        embeddings = try members.decodeIfPresent(ModelChoice.self, forKey: .embeddings)
        people = try members.decodeIfPresent(PeopleChoice.self, forKey: .people)
        rules =
            try members.decodeIfPresent([GateRule].self, forKey: .rules)
            ?? Self.standardRules(judges: judge != nil, embeds: embeddings != nil, people: people != nil)
        try check()
    }

    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(minimumItems, forKey: .minimumItems)
        try members.encode(maximumItems, forKey: .maximumItems)
        try members.encode(alpha, forKey: .alpha)
        try members.encode(resamples, forKey: .resamples)
        try members.encode(references, forKey: .references)
        try members.encode(concurrency, forKey: .concurrency)
        try members.encode(timeoutSeconds, forKey: .timeoutSeconds)
        try members.encode(temperature, forKey: .temperature)
        try members.encode(maximumTokens, forKey: .maximumTokens)
        try members.encodeIfPresent(judge, forKey: .judge)
        try members.encodeIfPresent(embeddings, forKey: .embeddings)
        try members.encodeIfPresent(people, forKey: .people)
        try members.encode(rules, forKey: .rules)
    }

    func check() throws {
        try must((10...100_000).contains(minimumItems), .minimumItems, "10 to 100000")
        try must((minimumItems...100_000).contains(maximumItems), .maximumItems, "minimum_items to 100000")
        try must(alpha > 0 && alpha <= 0.2, .alpha, "above 0, at most 0.2")
        try must((200...20_000).contains(resamples), .resamples, "200 to 20000")
        try must((1...64).contains(concurrency), .concurrency, "1 to 64")
        try must((1...3600).contains(timeoutSeconds), .timeoutSeconds, "1 to 3600")
        try must(temperature.map { (0...2).contains($0) } ?? true, .temperature, "0 to 2, or null")
        try must(maximumTokens.map { (1...1_000_000).contains($0) } ?? true, .maximumTokens, "1 to 1000000, or null")
        try must((1...32).contains(rules.count), .rules, "1 to 32 rules")
        try must(Set(rules.map(\.metric)).count == rules.count, .rules, "one rule for a metric")
        try must(
            judge != nil || !rules.contains { $0.metric == .judge && $0.isRequired }, .judge,
            "there where a rule needs it")
        try must(
            embeddings != nil || !rules.contains { $0.metric == .similarity && $0.isRequired }, .embeddings,
            "there where a rule needs it")
        try must(
            people != nil || !rules.contains { $0.metric == .people && $0.isRequired }, .people,
            "there where a rule needs it")
        try people?.check()
    }
}
