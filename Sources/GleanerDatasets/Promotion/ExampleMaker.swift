import Crypto
import Foundation
import GleanerCore

/// One line of a training file, and what it was made of.
struct Example: Sendable, Hashable {
    /// Without its newline.
    let line: [UInt8]
    let answerSource: String
    let estimatedTokens: Int
    /// Of prompt and answer, without regard to case and spaces: equal ones are duplicates.
    let contentHash: [UInt8]
}

/// Turns a candidate into a line in OpenAI's chat format for supervised fine-tuning.
///
/// Source: OpenAI's API reference, `FineTuneChatRequestInput`. Only `messages`, `tools` and `parallel_tool_calls` are
/// allowed at the top; our ids go to the lineage file.
struct ExampleMaker: Sendable {
    let policy: PromotionPolicy

    private static let members: Set<String> = ["role", "content", "name", "tool_calls", "tool_call_id", "refusal"]

    func make(_ candidate: Candidate) throws(Exclusion) -> Example {
        var messages = try (candidate.messages ?? []).map { message throws(Exclusion) in try turn(message) }
        let (answer, source) = try answer(candidate)
        if !policy.trainOnHistory { messages = messages.map(Self.withoutLoss) }
        messages = withSystemPrompt(messages) + [answer]
        try Self.checkToolCalls(messages)
        var line: [String: JSONValue] = ["messages": .array(messages)]
        if let tools = candidate.tools?.arrayValue, !tools.isEmpty { line["tools"] = .array(tools) }
        if line["tools"] != nil, let parallel = candidate.parallelToolCalls { line["parallel_tool_calls"] = parallel }
        let tokens = TokenEstimate.example(messages)
        guard tokens.estimate <= policy.maximumTokens else {
            throw Exclusion(reason: "too_long", detail: "about \(tokens.estimate) tokens of \(policy.maximumTokens)")
        }
        guard let bytes = try? JSONValue.object(line).canonicalBytes() else {
            throw Exclusion(reason: "unreadable", detail: "a number that JSON cannot hold")
        }
        // What verification would find later is found here: no build makes a file that a provider refuses.
        var checker = LineChecker(maximumTokens: policy.maximumTokens)
        checker.check(bytes)
        if let (fault, what, _) = checker.problems.first(where: { $0.fault.severity == .error }) {
            throw Exclusion(reason: "invalid_example", detail: "\(fault.rawValue): \(what)")
        }
        return Example(
            line: bytes, answerSource: source, estimatedTokens: tokens.estimate, contentHash: Self.contentHash(messages)
        )
    }

    private func turn(_ message: JSONValue) throws(Exclusion) -> JSONValue {
        guard var members = message.objectValue?.filter({ Self.members.contains($0.key) }),
            var role = members["role"]?.stringValue
        else { throw Exclusion(reason: "unreadable", detail: "a message without a role") }
        // The fine-tuning format has no `developer`.
        if role == "developer" { role = "system" }
        guard ["system", "user", "assistant", "tool"].contains(role) else {
            throw Exclusion(reason: "unknown_role", detail: String(role.prefix(64)))
        }
        members["role"] = .string(role)
        if members["refusal"] == .null { members["refusal"] = nil }
        if members["tool_calls"]?.arrayValue?.isEmpty ?? true { members["tool_calls"] = nil }
        return .object(members)
    }

    private func answer(_ candidate: Candidate) throws(Exclusion) -> (JSONValue, String) {
        if let correction = candidate.correction(policy) {
            return (["role": "assistant", "content": .string(correction.text)], correction.source)
        }
        guard let original = candidate.answer else { throw Exclusion(reason: "unreadable", detail: "no answer") }
        let message = try turn(original)
        let hasText = message["content"]?.stringValue.map { !$0.isEmpty } ?? false
        guard hasText || message["tool_calls"] != nil else {
            throw Exclusion(reason: "no_assistant_answer", detail: "neither text nor tool calls")
        }
        return (message, "original")
    }

    private static func withoutLoss(_ message: JSONValue) -> JSONValue {
        guard message["role"] == "assistant", var members = message.objectValue else { return message }
        members["weight"] = 0
        return .object(members)
    }

    private func withSystemPrompt(_ messages: [JSONValue]) -> [JSONValue] {
        switch policy.systemPrompt.mode {
        case .keep: messages
        case .drop: messages.filter { $0["role"] != "system" }
        case .replace:
            [["role": "system", "content": .string(policy.systemPrompt.text ?? "")]]
                + messages.filter { $0["role"] != "system" }
        }
    }

    /// Every call but the last message's needs its answer, every answer its call.
    private static func checkToolCalls(_ messages: [JSONValue]) throws(Exclusion) {
        var open: Set<String> = []
        for message in messages {
            if message["role"] == "tool" {
                guard let id = message["tool_call_id"]?.stringValue, open.remove(id) != nil else {
                    throw Exclusion(reason: "tool_answer_without_call", detail: "a tool message answers no call")
                }
                continue
            }
            guard open.isEmpty else {
                throw Exclusion(reason: "tool_call_unanswered", detail: "a tool call has no answer")
            }
            open = Set((message["tool_calls"]?.arrayValue ?? []).compactMap { $0["id"]?.stringValue })
        }
    }

    private static func contentHash(_ messages: [JSONValue]) -> [UInt8] {
        var hash = SHA256()
        for message in messages where message["role"] != "system" {
            let content = message["content"] ?? .null
            let text =
                content.stringValue ?? (try? content.canonicalBytes()).map { String(decoding: $0, as: UTF8.self) } ?? ""
            let calls = (try? message["tool_calls"]?.canonicalBytes()) ?? []
            let words = text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
            hash.update(data: Array("\(message["role"]?.stringValue ?? "")\u{1F}\(words)\u{1E}".utf8) + calls)
        }
        return Array(hash.finalize())
    }
}
