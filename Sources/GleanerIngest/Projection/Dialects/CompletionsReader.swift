import GleanerCore

/// OpenAI's older text interface: a prompt, and its continuation.
enum CompletionsReader {
    /// One prompt is one user message. Several are several conversations, and tokens are no text: neither has messages.
    static func request(_ body: JSONValue) -> DialectRequest {
        switch body["prompt"] {
        case .string(let prompt): DialectRequest(messages: [NormalisedMessage.text("user", prompt)])
        case .array(let prompts) where prompts.count == 1 && prompts[0].stringValue != nil:
            DialectRequest(messages: [NormalisedMessage.text("user", prompts[0].stringValue!)])
        case .array(let prompts) where prompts.contains { $0.stringValue != nil }:
            DialectRequest(notes: ["several_prompts"])
        case .array: DialectRequest(notes: ["prompt_is_tokens"])
        default: DialectRequest()
        }
    }

    static func answer(_ body: JSONValue) -> ChatAnswer {
        var answer = ChatAnswer()
        answer.hasError = body["error"].map { $0 != .null } ?? false
        answer.completionID = body["id"]?.stringValue
        answer.model = body["model"]?.stringValue
        answer.usage = body["usage"].flatMap(Usage.init(openAI:))
        let choices = (body["choices"]?.arrayValue ?? []).sorted {
            ($0["index"]?.intValue ?? 0) < ($1["index"]?.intValue ?? 0)
        }
        answer.choices = choices.map { choice in
            [
                "index": .integer(choice["index"]?.intValue ?? 0), "finish_reason": choice["finish_reason"] ?? .null,
                "message": NormalisedMessage.text("assistant", choice["text"]?.stringValue ?? ""),
            ]
        }
        answer.isComplete =
            !answer.hasError && !choices.isEmpty && choices.allSatisfy { $0["finish_reason"]?.stringValue != nil }
        return answer
    }
}
