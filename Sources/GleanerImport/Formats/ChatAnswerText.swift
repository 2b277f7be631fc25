/// A chat completion put together from what a log kept of it.
///
/// Logs that keep only the message do not say why the model stopped; `stop` is written then, as for every answer that
/// came to its end.
struct ChatAnswerText {
    var id: String?
    var model: String?
    /// JSON: a message, a text, or anything else that was logged in its place.
    var output: ArraySlice<UInt8>
    var promptTokens: Int64?
    var cachedTokens: Int64?
    var completionTokens: Int64?

    var bytes: [UInt8] {
        var answer = JSONObjectText()
        if let id { answer.set("id", string: id) }
        answer.set("object", string: "chat.completion")
        if let model { answer.set("model", string: model) }
        var choice = JSONObjectText()
        choice.set("index", integer: 0)
        choice.set("message", message)
        choice.set("finish_reason", string: "stop")
        answer.set("choices", JSONObjectText.array([choice.closed[...]]))
        if promptTokens != nil || completionTokens != nil { answer.set("usage", usage) }
        return answer.closed
    }

    private var message: [UInt8] {
        if output.first == UInt8(ascii: "{"), let found = try? JSONText(output), found["role"] != nil {
            return Array(output)
        }
        var message = JSONObjectText()
        message.set("role", string: "assistant")
        // An answer that is data is kept as the text a client would have got.
        message.set("content", output.first == UInt8(ascii: "\"") ? Array(output) : JSONString.literal(Array(output)))
        return message.closed
    }

    private var usage: [UInt8] {
        var usage = JSONObjectText()
        usage.set("prompt_tokens", integer: promptTokens ?? 0)
        usage.set("completion_tokens", integer: completionTokens ?? 0)
        usage.set("total_tokens", integer: (promptTokens ?? 0) + (completionTokens ?? 0))
        if let cachedTokens {
            var details = JSONObjectText()
            details.set("cached_tokens", integer: cachedTokens)
            usage.set("prompt_tokens_details", details.closed)
        }
        return usage.closed
    }
}
