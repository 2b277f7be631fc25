public import AsyncCurl
import GleanerCore

/// What operators have configured for evaluators outside: never an address or a program that came by the API.
public struct OutsideEvaluators: Sendable, Hashable {
    /// A program and its arguments, by name.
    public var commands: [String: [String]]
    public var urls: [String: String]

    public init(commands: [String: [String]] = [:], urls: [String: String] = [:]) {
        self.commands = commands
        self.urls = urls
    }
}

/// Makes evaluators of what a policy names.
public struct EvaluatorBench: Sendable {
    private let answers: AnswerClient
    private let client: CurlClient
    private let outside: OutsideEvaluators

    public init(
        client: CurlClient, providers: any EvaluationProviders, outside: OutsideEvaluators = OutsideEvaluators()
    ) {
        self.client = client
        self.outside = outside
        answers = AnswerClient(client: client, providers: providers)
    }

    func evaluator(_ choice: EvaluatorChoice) -> any Evaluator {
        let timeout = Duration.milliseconds(choice.timeoutMilliseconds)
        switch choice.kind {
        case .codeMix: return CodeMixEvaluator()
        case .transliteration: return SpellingEvaluator(choice.spelling)
        case .refusal: return RefusalEvaluator()
        case .repetition: return RepetitionEvaluator()
        case .length: return LengthEvaluator()
        case .json: return JSONEvaluator()
        case .toolCalls: return ToolCallEvaluator()
        case .latency: return LatencyEvaluator()
        case .cost: return CostEvaluator()
        case .overlap: return OverlapEvaluator()
        case .relevance:
            guard let embeddings = choice.embeddings else { break }
            return RelevanceEvaluator(embeddings, client: answers, timeout: timeout)
        case .judge:
            guard let judge = choice.judge else { break }
            return JudgeEvaluator(judge, client: answers, timeout: timeout)
        case .command:
            guard let name = choice.uses, let command = outside.commands[name] else { break }
            return CommandEvaluator(name: choice.name, command: command, timeout: timeout)
        case .http:
            guard let name = choice.uses, let url = outside.urls[name] else { break }
            return HTTPEvaluator(name: choice.name, url: url, client: client, timeout: timeout)
        }
        return UnconfiguredEvaluator(name: choice.name)
    }
}

/// Stands for one that the operator has not configured here: it says so of every exchange.
struct UnconfiguredEvaluator: Evaluator {
    let name: String
    let measures: [EvaluatorMeasure] = []

    func evaluate(_ exchanges: [EvaluatedExchange]) async -> [EvaluatorOutcome] {
        exchanges.map { _ in .failed(reason: "not_configured", isTransient: false) }
    }
}
