import Foundation
import GleanerCore

/// Puts the deltas of a streamed chat completion together.
///
/// Choices are keyed by their `index`, tool calls by theirs; text concatenates, ids and names are set once (some
/// servers repeat them), usage is the last one sent, never a sum. A chunk that does not parse is skipped and counted.
struct ChatStreamAssembler {
    private struct Call {
        var id = ""
        var type = "function"
        var name = ""
        var arguments = ""
    }
    private struct Choice {
        var role = "assistant"
        var content: String?
        var refusal: String?
        var reasoning: String?
        var calls: [Int: Call] = [:]
        var functionCall: Call?
        var finishReason: String?
    }

    private var answer = ChatAnswer()
    private var choices: [Int: Choice] = [:]
    private var sawDone = false
    private(set) var unreadableChunks = 0

    static func assemble(_ body: [UInt8]) -> (answer: ChatAnswer, unreadableChunks: Int) {
        var assembler = ChatStreamAssembler()
        let decoder = JSONDecoder()
        for data in ServerSentEvents(body).data { assembler.take(data, decoder) }
        return (assembler.finished(), assembler.unreadableChunks)
    }

    private mutating func take(_ data: [UInt8], _ decoder: JSONDecoder) {
        if data.starts(with: Array("[DONE]".utf8)) {
            sawDone = true
            return
        }
        let chunk =
            (try? decoder.decode(ChatChunk.self, from: Data(data)))
            ?? (try? decoder.decode(ChatChunk.self, from: Data(LoneSurrogates.replaced(in: data))))
        guard let chunk else {
            unreadableChunks += 1
            return
        }
        take(chunk)
    }

    private mutating func take(_ chunk: ChatChunk) {
        if let error = chunk.error, error != .null { answer.hasError = true }
        if let id = chunk.id, !id.isEmpty, answer.completionID == nil { answer.completionID = id }
        if let model = chunk.model, !model.isEmpty { answer.model = model }
        if let usage = chunk.usage { answer.usage = usage }
        for part in chunk.choices ?? [] {
            var choice = choices[part.index ?? 0] ?? Choice()
            if let reason = part.finish_reason { choice.finishReason = reason }
            if let delta = part.delta { Self.apply(delta, to: &choice) }
            choices[part.index ?? 0] = choice
        }
    }

    private static func apply(_ delta: ChatChunk.Delta, to choice: inout Choice) {
        if let role = delta.role, !role.isEmpty { choice.role = role }
        if let text = delta.content { choice.content = (choice.content ?? "") + text }
        if let text = delta.refusal { choice.refusal = (choice.refusal ?? "") + text }
        if let text = delta.reasoning_content { choice.reasoning = (choice.reasoning ?? "") + text }
        if let function = delta.function_call {
            var call = choice.functionCall ?? Call()
            merge(function, into: &call)
            choice.functionCall = call
        }
        for fragment in delta.tool_calls ?? [] {
            let index = fragment.index ?? indexWithoutOne(for: fragment, in: choice)
            var call = choice.calls[index] ?? Call()
            if let id = fragment.id, !id.isEmpty { call.id = id }
            if let type = fragment.type, !type.isEmpty { call.type = type }
            if let function = fragment.function { merge(function, into: &call) }
            choice.calls[index] = call
        }
    }

    private static func merge(_ function: ChatChunk.Function, into call: inout Call) {
        if let name = function.name, !name.isEmpty { call.name = name }
        call.arguments += function.arguments ?? ""
    }

    /// Some compatible servers leave `index` out: a new id begins a new call, anything else continues the last.
    private static func indexWithoutOne(for fragment: ChatChunk.ToolCall, in choice: Choice) -> Int {
        let last = choice.calls.keys.max()
        guard let id = fragment.id, !id.isEmpty else { return last ?? 0 }
        if let known = choice.calls.first(where: { $0.value.id == id }) { return known.key }
        return last.map { $0 + 1 } ?? 0
    }

    private func finished() -> ChatAnswer {
        var answer = answer
        let ordered = choices.sorted { $0.key < $1.key }
        answer.choices = ordered.map { index, choice in
            [
                "index": .integer(Int64(index)), "message": Self.message(choice),
                "finish_reason": choice.finishReason.map { .string($0) } ?? .null,
            ]
        }
        let allFinished = !ordered.isEmpty && ordered.allSatisfy { $0.value.finishReason != nil }
        answer.isComplete = sawDone && allFinished && !answer.hasError && unreadableChunks == 0
        return answer
    }

    private static func message(_ choice: Choice) -> JSONValue {
        // "" and null both mean nothing, but what was never set stays null.
        let hasText = choice.content?.isEmpty == false
        var message: [String: JSONValue] = [
            "role": .string(choice.role),
            "content": hasText || (choice.content != nil && choice.calls.isEmpty) ? .string(choice.content!) : .null,
        ]
        if let refusal = choice.refusal, !refusal.isEmpty { message["refusal"] = .string(refusal) }
        if let reasoning = choice.reasoning, !reasoning.isEmpty { message["reasoning_content"] = .string(reasoning) }
        if let call = choice.functionCall { message["function_call"] = function(call) }
        if !choice.calls.isEmpty {
            message["tool_calls"] = .array(
                choice.calls.sorted { $0.key < $1.key }.map { _, call in
                    ["id": .string(call.id), "type": .string(call.type), "function": function(call)]
                })
        }
        return .object(message)
    }

    private static func function(_ call: Call) -> JSONValue {
        ["name": .string(call.name), "arguments": .string(call.arguments)]
    }
}
