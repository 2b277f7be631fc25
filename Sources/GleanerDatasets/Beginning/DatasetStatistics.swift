import Crypto
public import Foundation
import GleanerCore

/// What a training file is like, with the advice that follows from the numbers.
public struct DatasetStatistics: Sendable, Hashable, Codable {
    public struct Lengths: Sendable, Hashable, Codable {
        public let p5: Int
        public let p50: Int
        public let p95: Int
        public let total: Int
    }
    public struct Advice: Sendable, Hashable, Codable {
        /// `good`, `hint` or `fault`.
        public let level: String
        public let code: String
        public let text: String
    }

    public internal(set) var examples = 0
    /// Lines that a provider would refuse.
    public internal(set) var faulty = 0
    /// Estimated, of whole examples.
    public internal(set) var tokens = Lengths(p5: 0, p50: 0, p95: 0, total: 0)
    public internal(set) var epochs = 0
    public internal(set) var billedTokens = 0
    /// Different system messages.
    public internal(set) var systemMessages = 0
    /// Share of examples with the commonest one, and of those without any.
    public internal(set) var uniformSystemShare = 0.0
    public internal(set) var withoutSystemShare = 0.0
    /// By language tag, of the last user message and of the last answer.
    public internal(set) var questionLanguages: [String: Int] = [:]
    public internal(set) var answerLanguages: [String: Int] = [:]
    public internal(set) var exactDuplicates = 0
    public internal(set) var nearDuplicates = 0
    /// Messages by role.
    public internal(set) var roles: [String: Int] = [:]
    public internal(set) var withTools = 0
    /// Examples by how many answers they have.
    public internal(set) var turns: [String: Int] = [:]
    public internal(set) var advice: [Advice] = []

    enum CodingKeys: String, CodingKey {
        case examples, faulty, tokens, epochs, roles, turns, advice
        case billedTokens = "billed_tokens"
        case systemMessages = "system_messages"
        case uniformSystemShare = "uniform_system_share"
        case withoutSystemShare = "without_system_share"
        case questionLanguages = "question_languages"
        case answerLanguages = "answer_languages"
        case exactDuplicates = "exact_duplicates"
        case nearDuplicates = "near_duplicates"
        case withTools = "with_tools"
    }

    /// Of a file, line by line.
    public init(file: URL, maximumTokens: Int = 16_385) throws {
        var reader = StatisticsReader(maximumTokens: maximumTokens)
        let lines = try LineReader(file)
        while let line = try lines.next() {
            if !line.isEmpty { reader.add(line) }
        }
        self = reader.statistics()
    }

    init() {}
}

/// Gathers lines.
struct StatisticsReader {
    private let maximumTokens: Int
    private var checker: LineChecker
    private var result = DatasetStatistics()
    private var tokens: [Int] = []
    private var systems: [[UInt8]: Int] = [:]
    private var without = 0
    private var seen: Set<[UInt8]> = []
    private var questions = NearDuplicateQuestions()

    init(maximumTokens: Int) {
        self.maximumTokens = maximumTokens
        checker = LineChecker(maximumTokens: maximumTokens)
    }

    mutating func add(_ line: [UInt8]) {
        result.examples += 1
        checker.check(line)
        tokens.append(checker.tokens)
        if checker.problems.contains(where: { $0.fault.severity == .error }) { result.faulty += 1 }
        guard let document = try? JSONValue(parsing: line), let messages = document["messages"]?.arrayValue else {
            return
        }
        let canonical = (try? document.canonicalBytes()) ?? line
        let isNew = seen.insert(Array(SHA256.hash(data: canonical))).inserted
        if !isNew { result.exactDuplicates += 1 }
        read(messages, isNew: isNew)
        let hasTools = document["tools"] != nil || messages.contains { $0["tool_calls"] != nil || $0["role"] == "tool" }
        if hasTools { result.withTools += 1 }
    }

    private mutating func read(_ messages: [JSONValue], isNew: Bool) {
        for message in messages { result.roles[message["role"]?.stringValue ?? "none", default: 0] += 1 }
        if let system = messages.first(where: { $0["role"] == "system" })?["content"]?.stringValue {
            systems[Array(SHA256.hash(data: Array(system.utf8))), default: 0] += 1
        } else {
            without += 1
        }
        let answers = messages.filter { $0["role"] == "assistant" }
        result.turns["\(answers.count)", default: 0] += 1
        if let question = messages.last(where: { $0["role"] == "user" })?["content"]?.stringValue {
            result.questionLanguages[LanguageGuess(question).tag, default: 0] += 1
            if isNew, !questions.insert(question) { result.nearDuplicates += 1 }
        }
        if let answer = answers.last?["content"]?.stringValue {
            result.answerLanguages[LanguageGuess(answer).tag, default: 0] += 1
        }
    }

    func statistics() -> DatasetStatistics {
        var result = result
        let sorted = tokens.sorted()
        func quantile(_ share: Double) -> Int {
            sorted.isEmpty ? 0 : sorted[min(Int((share * Double(sorted.count - 1)).rounded()), sorted.count - 1)]
        }
        result.tokens = .init(p5: quantile(0.05), p50: quantile(0.5), p95: quantile(0.95), total: sorted.reduce(0, +))
        result.epochs = EpochEstimate.epochs(examples: tokens.count)
        result.billedTokens = EpochEstimate.billedTokens(tokens, maximumTokens: maximumTokens)
        result.systemMessages = systems.count
        if result.examples > 0 {
            result.uniformSystemShare = Double(systems.values.max() ?? 0) / Double(result.examples)
            result.withoutSystemShare = Double(without) / Double(result.examples)
        }
        result.advice = result.advised()
        return result
    }
}
