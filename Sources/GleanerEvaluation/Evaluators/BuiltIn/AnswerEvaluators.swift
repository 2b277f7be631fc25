import GleanerCore

/// An evaluator that needs one exchange at a time and asks nobody.
protocol PureEvaluator: Evaluator {
    /// - Returns: `nil` where there is nothing to be measured.
    func values(of exchange: EvaluatedExchange) -> [MeasuredValue]?
}

extension PureEvaluator {
    func evaluate(_ exchanges: [EvaluatedExchange]) async -> [EvaluatorOutcome] {
        exchanges.map { exchange in
            guard let values = values(of: exchange), !values.isEmpty else { return .notApplicable }
            return .measured(values)
        }
    }
}

/// Whether the answer declines to answer (`Refusal`).
struct RefusalEvaluator: PureEvaluator {
    let name = "refusal"
    let measures = [EvaluatorMeasure("refused", .flag, unit: "share")]

    func values(of exchange: EvaluatedExchange) -> [MeasuredValue]? {
        if exchange.message?["refusal"]?.stringValue?.isEmpty == false { return [MeasuredValue("refused", true)] }
        return exchange.answer.map { [MeasuredValue("refused", Refusal.isRefusal($0))] }
    }
}

/// How much of itself the answer repeats (`AnswerShape`).
struct RepetitionEvaluator: PureEvaluator {
    let name = "repetition"
    let measures = [EvaluatorMeasure("repetition", .score, unit: "share")]

    func values(of exchange: EvaluatedExchange) -> [MeasuredValue]? {
        exchange.answer.map { [MeasuredValue("repetition", AnswerShape($0).repetition)].compactMap { $0 } }
    }
}

struct LengthEvaluator: PureEvaluator {
    let name = "length"
    let measures = [
        EvaluatorMeasure("characters", .count, unit: "characters"), EvaluatorMeasure("words", .count, unit: "words"),
        EvaluatorMeasure("empty", .flag, unit: "share"), EvaluatorMeasure("cut", .flag, unit: "share"),
    ]

    func values(of exchange: EvaluatedExchange) -> [MeasuredValue]? {
        guard exchange.message != nil, exchange.toolCalls.isEmpty else { return nil }
        let shape = AnswerShape(exchange.answer ?? "")
        return [
            MeasuredValue("characters", Double(shape.characters)), MeasuredValue("words", Double(shape.words)),
            MeasuredValue("empty", shape.isEmpty), MeasuredValue("cut", exchange.finishReason == "length"),
        ]
    }
}

struct LatencyEvaluator: PureEvaluator {
    let name = "latency"
    let measures = [
        EvaluatorMeasure("duration", .score, unit: "ms"), EvaluatorMeasure("first_token", .score, unit: "ms"),
    ]

    func values(of exchange: EvaluatedExchange) -> [MeasuredValue]? {
        [
            MeasuredValue("duration", exchange.durationMilliseconds),
            MeasuredValue("first_token", exchange.firstTokenMilliseconds),
        ].compactMap { $0 }
    }
}

struct CostEvaluator: PureEvaluator {
    let name = "cost"
    let measures = [
        EvaluatorMeasure("cost", .score, unit: "usd"), EvaluatorMeasure("prompt_tokens", .count, unit: "tokens"),
        EvaluatorMeasure("completion_tokens", .count, unit: "tokens"),
    ]

    func values(of exchange: EvaluatedExchange) -> [MeasuredValue]? {
        [
            MeasuredValue("cost", exchange.costUSD),
            MeasuredValue("prompt_tokens", exchange.promptTokens.map(Double.init)),
            MeasuredValue("completion_tokens", exchange.completionTokens.map(Double.init)),
        ].compactMap { $0 }
    }
}

/// How near the answer is to what a person wrote instead. Runs again when a newer correction arrives.
struct OverlapEvaluator: PureEvaluator {
    /// Characters of either text that are compared: a common subsequence takes memory by the product of both.
    static let longest = 8_000

    let name = "overlap"
    let readsCorrection = true
    let measures = [
        EvaluatorMeasure("bleu", .score, unit: "points"), EvaluatorMeasure("chrf", .score, unit: "points"),
        EvaluatorMeasure("chrf_plus_plus", .score, unit: "points"), EvaluatorMeasure("rouge1", .score, unit: "share"),
        EvaluatorMeasure("rouge2", .score, unit: "share"), EvaluatorMeasure("rouge_l", .score, unit: "share"),
        EvaluatorMeasure("length_distance", .score, unit: "log"),
    ]

    func values(of exchange: EvaluatedExchange) -> [MeasuredValue]? {
        guard let whole = exchange.correction, !whole.isEmpty, let said = exchange.answer else { return nil }
        let (correction, answer) = (String(whole.prefix(Self.longest)), String(said.prefix(Self.longest)))
        let rouge = ROUGE(words: .unicode)
        return [
            MeasuredValue("bleu", BLEU(effectiveOrder: true).sentence(answer, [correction])),
            MeasuredValue("chrf", CHRF().sentence(answer, [correction])),
            MeasuredValue("chrf_plus_plus", CHRF.plusPlus.sentence(answer, [correction])),
            MeasuredValue("rouge1", rouge.n(1, answer, correction).f),
            MeasuredValue("rouge2", rouge.n(2, answer, correction).f),
            MeasuredValue("rouge_l", rouge.l(answer, correction).f),
            MeasuredValue("length_distance", AnswerShape.lengthDistance(answer.count, from: correction.count)),
        ]
    }
}
