import Crypto
import Foundation
import GleanerCore

/// The messages of an example, made of those of an exchange.
struct ExchangeTurns: Sendable {
    /// What an example has of answers: the one to learn, and for a pair the one it was better than.
    struct Sides: Sendable, Hashable {
        let better: JSONValue
        var worse: JSONValue?
        let source: String
    }

    let policy: PromotionPolicy

    private static let members: Set<String> = ["role", "content", "name", "tool_calls", "tool_call_id", "refusal"]

    func turn(_ message: JSONValue) throws(Exclusion) -> JSONValue {
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

    func sides(_ candidate: Candidate) throws(Exclusion) -> Sides {
        guard policy.kind == .preference else {
            // A bad example shows what was bad, not how it should have been.
            if policy.kind == .sft, let correction = candidate.correction(policy) {
                return Sides(better: Self.assistant(correction.text), source: correction.source)
            }
            let isPreferred = policy.answer == .preferred
            return Sides(better: try answer(candidate.answer), source: isPreferred ? "preferred" : "original")
        }
        let original = try answer(candidate.answer)
        let pair: Sides
        if let correction = candidate.correction(policy) {
            pair = Sides(better: Self.assistant(correction.text), worse: original, source: correction.source)
        } else if let pairing = candidate.pairing {
            let other = try answer(pairing.answer)
            pair =
                pairing.isChosen
                ? Sides(better: original, worse: other, source: "original")
                : Sides(better: other, worse: original, source: "preferred")
        } else {
            throw Exclusion(reason: "no_pair", detail: "neither corrected nor compared")
        }
        if Self.contentHash([pair.better]) == pair.worse.map({ Self.contentHash([$0]) }) {
            throw Exclusion(reason: "equal_answers", detail: "both sides say the same")
        }
        return pair
    }

    private func answer(_ message: JSONValue?) throws(Exclusion) -> JSONValue {
        guard let message else { throw Exclusion(reason: "unreadable", detail: "no answer") }
        let answer = try turn(message)
        let hasText = answer["content"]?.stringValue.map { !$0.isEmpty } ?? false
        guard hasText || answer["tool_calls"] != nil else {
            throw Exclusion(reason: "no_assistant_answer", detail: "neither text nor tool calls")
        }
        return answer
    }

    static func assistant(_ text: String) -> JSONValue { ["role": "assistant", "content": .string(text)] }

    static func withoutLoss(_ message: JSONValue) -> JSONValue {
        guard message["role"] == "assistant", var members = message.objectValue else { return message }
        members["weight"] = 0
        return .object(members)
    }

    func withSystemPrompt(_ messages: [JSONValue]) -> [JSONValue] {
        switch policy.systemPrompt.mode {
        case .keep: messages
        case .drop: messages.filter { $0["role"] != "system" }
        case .replace:
            [["role": "system", "content": .string(policy.systemPrompt.text ?? "")]]
                + messages.filter { $0["role"] != "system" }
        }
    }

    /// Every call but the last message's needs its answer, every answer its call.
    static func checkToolCalls(_ messages: [JSONValue]) throws(Exclusion) {
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

    /// A message's words: its text, its parts as they are, and its calls.
    static func text(_ message: JSONValue) -> String {
        let content = message["content"] ?? .null
        let text = content.stringValue ?? (content == .null ? "" : json(content))
        return message["tool_calls"].map { text + json($0) } ?? text
    }

    private static func json(_ value: JSONValue) -> String {
        (try? value.canonicalBytes()).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    static func contentHash(_ messages: [JSONValue]) -> [UInt8] {
        var hash = SHA256()
        for message in messages where message["role"] != "system" {
            let words = text(message).lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
            hash.update(data: Array("\(message["role"]?.stringValue ?? "")\u{1F}\(words)\u{1E}".utf8))
        }
        return Array(hash.finalize())
    }
}
