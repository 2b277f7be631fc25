/// What two answers to one prompt are compared by. Each item's difference is turned so that above 0 the candidate is the
/// better one.
public enum GateMetric: String, Sendable, Hashable, Codable, CaseIterable {
    /// chrF against the reference, 0…100: points.
    case chrf
    /// F of ROUGE-L over Unicode words against the reference, 0…1.
    case rougeL = "rouge_l"
    /// Cosine of the embeddings of answer and reference.
    case similarity
    /// 1 where the judge preferred the candidate in both orders, −1 where the incumbent, else 0.
    case judge
    /// 1 where a reviewer preferred the candidate's answer, −1 where the incumbent's, 0 for a tie.
    case people
    /// Share of answers that moderation would flag.
    case flagged
    /// Share of answers that decline what the reference answers.
    case refusal
    /// Share of prompts that got no answer.
    case failed
    /// Repetition within an answer, 0…1.
    case repetition
    /// |ln(length/reference's length)|: 0.69 at half or double.
    case length
    /// Natural logarithm of the time to answer: 0.41 is half as long again.
    case latency
    /// Natural logarithm of what the answer cost: 0.69 is double.
    case cost

    /// Each item is 0 or 1.
    var isShare: Bool { [.flagged, .refusal, .failed].contains(self) }
    /// Compared as a ratio, shown as what it is a logarithm of.
    var isLogarithm: Bool { self == .latency || self == .cost }
    /// Measured against the reference's words.
    var needsReference: Bool { [.chrf, .rougeL, .similarity].contains(self) }
    var higherIsBetter: Bool { [.chrf, .rougeL, .similarity, .judge, .people].contains(self) }
}

/// What must be shown of one metric.
public struct GateRule: EvaluationDocument, Hashable {
    public enum Test: String, Sendable, Hashable, Codable {
        /// Better by more than the margin.
        case superior
        /// Worse by less than the margin.
        case nonInferior = "non_inferior"
    }
    public var metric: GateMetric
    public var test: Test
    /// In the metric's own unit, 0 or more.
    public var margin: Double
    /// Without a measurement there is no verdict; else the rule is passed over.
    public var isRequired = true

    public enum CodingKeys: String, CodingKey, CaseIterable {
        case metric, test, margin
        case isRequired = "required"
    }

    public init(_ metric: GateMetric, _ test: Test, margin: Double, isRequired: Bool = true) {
        self.metric = metric
        self.test = test
        self.margin = margin
        self.isRequired = isRequired
    }

    public init(from decoder: any Decoder) throws {
        try Self.refuseUnknown(decoder)
        let members = try decoder.container(keyedBy: CodingKeys.self)
        metric = try members.decode(GateMetric.self, forKey: .metric)
        test = try members.decode(Test.self, forKey: .test)
        margin = try members.decodeIfPresent(Double.self, forKey: .margin) ?? 0
        try members.read(.isRequired, into: &isRequired)
        try check()
    }

    func check() throws {
        try must(margin >= 0 && margin <= 100, .margin, "0 to 100")
        try must(test == .superior || margin > 0, .margin, "above 0 where the test is non_inferior")
    }
}
