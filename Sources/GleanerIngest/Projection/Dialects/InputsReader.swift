import GleanerCore

/// Embeddings and moderations: inputs that are judged or measured, and no conversation.
enum InputsReader {
    /// Each text is kept as what a user said, so that it can be found; vectors of tokens are not.
    static func request(_ body: JSONValue) -> DialectRequest {
        switch body["input"] {
        case .string(let text): return DialectRequest(messages: [NormalisedMessage.text("user", text)])
        case .array(let inputs):
            if inputs.first?.objectValue != nil {
                return DialectRequest(messages: [["role": "user", "content": .array(inputs)]])
            }
            let texts = inputs.compactMap(\.stringValue)
            return DialectRequest(
                messages: texts.map { NormalisedMessage.text("user", $0) },
                notes: texts.count < inputs.count ? [DialectRequest.inputPartsLeftOut] : [])
        default: return DialectRequest()
        }
    }

    /// The vectors stay in the bytes: nobody reads them, and they can be asked for again.
    static func embeddings(_ body: JSONValue) -> ChatAnswer { listed(body, under: "data") }

    static func moderations(_ body: JSONValue) -> ChatAnswer {
        var answer = listed(body, under: "results")
        answer.completionID = body["id"]?.stringValue
        return answer
    }

    private static func listed(_ body: JSONValue, under name: String) -> ChatAnswer {
        var answer = ChatAnswer()
        answer.hasError = body["error"].map { !$0.isNull } ?? false
        answer.model = body["model"]?.stringValue
        answer.usage = body["usage"].flatMap(Usage.init(openAI:))
        answer.isComplete = !answer.hasError && body[name]?.arrayValue?.isEmpty == false
        return answer
    }
}
