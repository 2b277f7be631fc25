/// What the built-in evaluators' measures count in, and which of them comes first. Those from outside say no unit.
public enum EvaluatorUnits {
    private static let measures: [EvaluatorMeasure] = {
        let evaluators: [any Evaluator] = [
            CodeMixEvaluator(), SpellingEvaluator(SpellingChoice()), RefusalEvaluator(), RepetitionEvaluator(),
            LengthEvaluator(), JSONEvaluator(), ToolCallEvaluator(), LatencyEvaluator(), CostEvaluator(),
            OverlapEvaluator(),
        ]
        return evaluators.flatMap(\.measures)
    }()
    private static let flags = Set(measures.filter { $0.kind == .flag }.map(\.name))
    private static let units: [String: String] = {
        var units = Dictionary(measures.map { ($0.name, $0.unit) }) { first, _ in first }
        units.merge(["similarity": "cosine", "prompt_copy": "share", "score": "points", "order_gap": "points"]) { $1 }
        return units
    }()

    /// `share`, `points`, `ms`, `usd` …; `nil` for a measure from outside.
    public static func unit(of measure: String) -> String? { units[measure] }
    /// 0 or 1, of one exchange.
    public static func isFlag(_ measure: String) -> Bool { flags.contains(measure) }
}

extension EvaluatorChoice.Kind {
    /// The measure that tells most; `nil` for one from outside.
    public var headline: String? {
        switch self {
        case .codeMix: "cmi"
        case .transliteration: "pair_agreement"
        case .refusal: "refused"
        case .repetition: "repetition"
        case .length: "words"
        case .json: "json_valid"
        case .toolCalls: "tool_call_valid"
        case .latency: "duration"
        case .cost: "cost"
        case .overlap: "chrf"
        case .relevance: "similarity"
        case .judge: "score"
        case .command, .http: nil
        }
    }

    /// It asks somebody outside, which may cost money.
    public var asksOutside: Bool {
        switch self {
        case .relevance, .judge, .command, .http: true
        case .codeMix, .transliteration, .refusal, .repetition, .length, .json, .toolCalls, .latency, .cost, .overlap:
            false
        }
    }

    /// In a few words.
    public var words: String {
        switch self {
        case .codeMix: "how answers mix Hindi and English"
        case .transliteration: "whether a Hindi word is spelt in one way in Latin letters"
        case .refusal: "whether answers decline"
        case .repetition: "how much answers repeat themselves"
        case .length: "how long answers are"
        case .json: "whether JSON is as it was asked for"
        case .toolCalls: "whether calls of tools fit the tools"
        case .latency: "how long answers take"
        case .cost: "what answers cost"
        case .overlap: "how near answers are to corrections: BLEU, chrF, ROUGE"
        case .relevance: "how near answers are to questions, by embeddings"
        case .judge: "what a model gives answers by a rubric"
        case .command: "a program of your own"
        case .http: "a service of your own"
        }
    }
}
