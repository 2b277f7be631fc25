import GleanerCore

/// What an evaluation is thought to take, before anything is spent. Tokens are guessed from bytes, four to a token;
/// answers from the references' length, half again as long.
public struct GateEstimate: Sendable, Hashable, Codable {
    public var items = 0
    public var requests = 0
    public var inputTokens = 0
    public var outputTokens = 0
    /// `nil` when the price of a model is not known.
    public var usd: Double?
    /// Models without a known price.
    public var unpriced: [String] = []

    enum CodingKeys: String, CodingKey {
        case items, requests, usd, unpriced
        case inputTokens = "input_tokens"
        case outputTokens = "output_tokens"
    }

    init(
        _ items: [HoldoutItem], _ policy: GatePolicy, candidate: ModelChoice, incumbent: ModelChoice,
        prices: any ModelPrices
    ) async throws {
        self.items = items.count
        func tokens(_ bytes: Int) -> Int { (bytes + 3) / 4 }
        let prompts = items.reduce(0) { sum, item in
            sum + item.prompt.reduce(0) { $0 + tokens(HoldoutItem.text(of: $1["content"]).utf8.count) + 4 }
        }
        let answers = items.reduce(0) { $0 + tokens($1.reference.utf8.count * 3 / 2) }
        var work: [(ModelChoice, input: Int, output: Int, requests: Int)] = [
            (candidate, prompts, answers, items.count), (incumbent, prompts, answers, items.count),
        ]
        if let judge = policy.judge {
            let rubric = items.count * (tokens(judge.rubric.utf8.count) + 80)
            work.append(
                (
                    ModelChoice(provider: judge.provider, model: judge.model), 2 * (prompts + 2 * answers + rubric),
                    2 * 10 * items.count, 2 * items.count
                ))
        }
        if let embeddings = policy.embeddings { work.append((embeddings, 4 * answers, 0, 2 * items.count)) }
        var total: Double? = 0
        for (choice, input, output, count) in work {
            inputTokens += input
            outputTokens += output
            requests += count
            guard let rates = try await prices.rates(of: choice.model, from: choice.provider) else {
                total = nil
                if !unpriced.contains(choice.model) { unpriced.append(choice.model) }
                continue
            }
            total = total.map { $0 + (Double(input) * rates.input + Double(output) * rates.output) / 1_000_000 }
        }
        usd = total
    }
}
