import Crypto
import Foundation
import GleanerCore

/// One line of a training file, and what it was made of.
struct Example: Sendable, Hashable {
    /// Without its newline.
    let line: [UInt8]
    /// `original`, `reviewer_correction`, `user_correction`, `preferred` or `written`.
    let answerSource: String
    let estimatedTokens: Int
    /// Of prompt and answer, without regard to case and spaces: equal ones are duplicates.
    let contentHash: [UInt8]
    /// Of all turns but the system's; what near-duplicates are told by.
    let prompt: String
    /// The user's turns alone: what a test would ask.
    let question: String
    let answer: String
    /// SHA-256 of the system messages.
    let systemPrompt: [UInt8]
}

/// ExchangeTurns a candidate into a line of the canonical form of its dataset's kind.
///
/// Source: OpenAI's API reference, `FineTuneChatRequestInput` and its preference form. Only these members are allowed at
/// the top; our ids go to the lineage file.
struct ExampleMaker: Sendable {
    let policy: PromotionPolicy
    var personalData: (any PersonalDataFinder)?

    func make(_ candidate: Candidate, isDesirable: Bool = true) throws(Exclusion) -> Example {
        let turns = ExchangeTurns(policy: policy)
        var messages = try (candidate.messages ?? []).map { message throws(Exclusion) in try turns.turn(message) }
        if !policy.trainOnHistory { messages = messages.map(ExchangeTurns.withoutLoss) }
        messages = turns.withSystemPrompt(messages)
        let sides = try turns.sides(candidate)
        var line: [String: JSONValue] = [:]
        var conversations = [messages + [sides.better]]
        if let tools = candidate.tools?.arrayValue, !tools.isEmpty { line["tools"] = .array(tools) }
        if line["tools"] != nil, let parallel = candidate.parallelToolCalls { line["parallel_tool_calls"] = parallel }
        switch policy.kind {
        case .sft: line["messages"] = .array(conversations[0])
        case .unpaired:
            line["messages"] = .array(conversations[0])
            line["label"] = .bool(isDesirable)
        case .preference:
            guard let worse = sides.worse else { throw Exclusion(reason: "no_pair", detail: "one answer only") }
            line["messages"] = .array(messages)
            conversations.append(messages + [worse])
            line = [
                "input": .object(line), "preferred_output": [sides.better], "non_preferred_output": [worse],
            ]
        }
        for conversation in conversations { try ExchangeTurns.checkToolCalls(conversation) }
        return try finish(line, conversations, source: sides.source)
    }

    /// A line that somebody wrote by hand: `{"messages": …}`, checked when it was taken in.
    func make(written document: JSONValue) throws(Exclusion) -> Example {
        guard policy.kind == .sft, var line = document.objectValue, let messages = line["messages"]?.arrayValue else {
            throw Exclusion(reason: "written_kind", detail: "written examples have one answer and no label")
        }
        let turned = ExchangeTurns(policy: policy).withSystemPrompt(messages)
        line["messages"] = .array(turned)
        return try finish(line, [turned], source: "written")
    }

    private func finish(
        _ line: [String: JSONValue], _ conversations: [[JSONValue]], source: String
    ) throws(Exclusion) -> Example {
        let first = conversations[0]
        let tokens = conversations.map { TokenEstimate.example($0).estimate }.max() ?? 0
        guard tokens <= policy.maximumTokens else {
            throw Exclusion(reason: "too_long", detail: "about \(tokens) tokens of \(policy.maximumTokens)")
        }
        guard let bytes = try? JSONValue.object(line).canonicalBytes() else {
            throw Exclusion(reason: "unreadable", detail: "a number that JSON cannot hold")
        }
        // What verification would find later is found here: no build makes a file that a provider refuses.
        for conversation in conversations { try check(conversation, line["tools"]) }
        let answer = first.last.map(ExchangeTurns.text) ?? ""
        if first.last?["tool_calls"] == nil, !policy.answerCharacters.holds(answer.count) {
            throw Exclusion(reason: "answer_length", detail: "\(answer.count) characters")
        }
        if policy.personalData == .refused, let personalData {
            for text in Set(conversations.joined().map(ExchangeTurns.text)) {
                guard let kind = personalData.kinds(in: text).first else { continue }
                // Never the value.
                throw Exclusion(reason: "personal_data", detail: kind)
            }
        }
        var hash = SHA256()
        for conversation in conversations { hash.update(data: ExchangeTurns.contentHash(conversation)) }
        if let label = line["label"] { hash.update(data: Array("\(label == true)".utf8)) }
        let system = first.filter { $0["role"] == "system" }.map(ExchangeTurns.text).joined(separator: "\u{1E}")
        return Example(
            line: bytes, answerSource: source, estimatedTokens: tokens, contentHash: Array(hash.finalize()),
            prompt: first.dropLast().filter { $0["role"] != "system" }.map(ExchangeTurns.text).joined(separator: "\n"),
            question: first.filter { $0["role"] == "user" }.map(ExchangeTurns.text).joined(separator: "\n"),
            answer: answer, systemPrompt: Array(SHA256.hash(data: Array(system.utf8))))
    }

    private func check(_ conversation: [JSONValue], _ tools: JSONValue?) throws(Exclusion) {
        var document: [String: JSONValue] = ["messages": .array(conversation)]
        document["tools"] = tools
        guard let bytes = try? JSONValue.object(document).canonicalBytes() else { return }
        var checker = LineChecker(maximumTokens: policy.maximumTokens)
        checker.check(bytes)
        if let (fault, what, _) = checker.problems.first(where: { $0.fault.severity == .error }) {
            throw Exclusion(reason: "invalid_example", detail: "\(fault.rawValue): \(what)")
        }
    }
}

/// Finds personal data and secrets; which kinds, never the values.
public protocol PersonalDataFinder: Sendable {
    func kinds(in text: String) -> [String]
}
