import GleanerCore

/// Whether answer and prompt speak of the same: the cosine of their embeddings.
///
/// It measures topic, not truth, and rewards an answer that parrots the question, so how much was copied is told beside it. It
/// is compared within one embedding model only, which is part of the version.
struct RelevanceEvaluator: Evaluator {
    let name = "relevance"
    let version: String
    let measures = [
        EvaluatorMeasure("similarity", .score, unit: "cosine"), EvaluatorMeasure("prompt_copy", .score, unit: "share"),
    ]
    let choice: ModelChoice
    let client: AnswerClient
    let timeout: Duration

    private static let batch = 32
    /// Characters of each text: embedding models read about 8,000 tokens.
    private static let longest = 16_000

    init(_ choice: ModelChoice, client: AnswerClient, timeout: Duration) {
        self.choice = choice
        self.client = client
        self.timeout = timeout
        version = EvaluatorVersion.text("1", configuration: choice)
    }

    func evaluate(_ exchanges: [EvaluatedExchange]) async -> [EvaluatorOutcome] {
        var outcomes = [EvaluatorOutcome](repeating: .notApplicable, count: exchanges.count)
        let asked = exchanges.indices.filter { exchanges[$0].prompt != nil && exchanges[$0].answer != nil }
        for start in stride(from: 0, to: asked.count, by: Self.batch) {
            let part = Array(asked[start..<min(start + Self.batch, asked.count)])
            if Task.isCancelled {
                for index in part { outcomes[index] = .failed(reason: "cancelled", isTransient: true) }
                continue
            }
            for (index, outcome) in zip(part, await measure(part.map { exchanges[$0] })) { outcomes[index] = outcome }
        }
        return outcomes
    }

    private func measure(_ exchanges: [EvaluatedExchange]) async -> [EvaluatorOutcome] {
        let texts = exchanges.flatMap { [$0.prompt ?? "", $0.answer ?? ""].map { String($0.prefix(Self.longest)) } }
        do throws(AnswerFailure) {
            let key = "evaluator:\(version):\(exchanges[0].id):\(exchanges.count)"
            let vectors = try await client.embed(texts, by: choice, key: key, timeout: timeout)
            return exchanges.indices.map { index in
                let exchange = exchanges[index]
                let (prompt, answer) = (vectors[2 * index], vectors[2 * index + 1])
                let values = [
                    MeasuredValue(
                        "similarity", Cosine.similarity(prompt, answer), embedding: prompt.map { Float($0) }),
                    MeasuredValue("prompt_copy", Self.copied(exchange.answer ?? "", from: exchange.prompt ?? "")),
                ].compactMap { $0 }
                return values.isEmpty ? .notApplicable : .measured(values)
            }
        } catch {
            return exchanges.map { _ in .failed(error) }
        }
    }

    /// The share of the answer's runs of three words that the prompt has; `nil` below three words.
    static func copied(_ answer: String, from prompt: String) -> Double? {
        let runs = ngramCounts(answer.lowercased().spaced, order: 3)
        let total = runs.values.reduce(0, +)
        guard total > 0 else { return nil }
        let known = ngramCounts(prompt.lowercased().spaced, order: 3)
        return Double(runs.reduce(0) { $0 + (known[$1.key] == nil ? 0 : $1.value) }) / Double(total)
    }
}

extension EvaluatorOutcome {
    static func failed(_ failure: AnswerFailure) -> Self {
        let isTransient = if case .transient = failure { true } else { false }
        if case .impossible(status: 0) = failure { return .failed(reason: "provider_unknown", isTransient: false) }
        return .failed(reason: failure.word, isTransient: isTransient)
    }
}
