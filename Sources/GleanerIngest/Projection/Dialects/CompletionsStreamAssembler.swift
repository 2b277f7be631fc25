import GleanerCore
import SimdJSON

/// Chunks of text with a choice's index, until a finish reason for each and `[DONE]`.
struct CompletionsStreamAssembler: EventAssembler {
    private struct Choice {
        var text = StreamedText()
        var finishReason: String?
    }
    private var answer = ChatAnswer()
    private var choices = Indexed<Choice>()
    private var sawDone = false

    init() {}

    mutating func takeDone() { sawDone = true }

    mutating func take(_ event: JSONElement) -> Bool {
        if let error = event["error"], !error.isNull { answer.hasError = true }
        if answer.completionID == nil, let id = event["id"]?.string, !id.isEmpty { answer.completionID = id }
        if let model = event["model"]?.string, !model.isEmpty { answer.model = model }
        if let usage = event["usage"], let value = try? JSONValue(usage), let usage = Usage(openAI: value) {
            answer.usage = usage
        }
        var isReadable = true
        guard let parts = event["choices"] else { return true }
        for part in parts.elements {
            isReadable =
                choices.change(part["index"]?.wholeNumber ?? 0, else: Choice()) { choice in
                    if let reason = part["finish_reason"]?.string { choice.finishReason = reason }
                    return choice.text.append(part["text"])
                } && isReadable
        }
        return isReadable
    }

    func finished() -> ChatAnswer {
        var answer = answer
        let ordered = choices.sorted
        answer.choices = ordered.map { index, choice in
            [
                "index": .integer(index), "message": NormalisedMessage.text("assistant", choice.text.string),
                "finish_reason": choice.finishReason.map { .string($0) } ?? .null,
            ]
        }
        if ordered.contains(where: \.element.text.isRepaired) { answer.repairs.insert(.surrogates) }
        answer.isComplete =
            sawDone && !answer.hasError && !ordered.isEmpty && ordered.allSatisfy { $0.element.finishReason != nil }
        return answer
    }
}
