import Foundation
import GleanerCore

/// A chat completion that OpenAI stored (`store: true`).
///
/// Source: OpenAI API reference, "List Chat Completions": a `chat.completion` with the request's parameters beside it.
/// Its input is listed apart, by "Get chat messages"; an export that has joined it carries it as `messages`, an array or
/// the list object itself.
enum StoredCompletion {
    /// Belong to the request; what they are called there, when it differs.
    private static let parameters: KeyValuePairs = [
        "temperature": "temperature", "top_p": "top_p", "seed": "seed", "tools": "tools", "tool_choice": "tool_choice",
        "response_format": "response_format", "presence_penalty": "presence_penalty",
        "frequency_penalty": "frequency_penalty", "max_tokens": "max_tokens",
        "max_completion_tokens": "max_completion_tokens", "input_user": "user", "user": "user", "metadata": "metadata",
    ]
    private static let answer = [
        "id", "object", "created", "model", "choices", "usage", "service_tier", "system_fingerprint",
    ]

    static func exchange(_ record: ImportRecord, _ context: ImportContext) throws(LogError) -> LoggedExchange {
        guard let id = record.label("id"), let choices = record.container("choices") else {
            throw .notAnExchange(kind: "no stored chat completion: it lacks `id` or `choices`")
        }
        guard let messages = record.object("messages")?.container("data") ?? record.container("messages") else {
            throw .notAnExchange(
                kind: "without its input: join GET /v1/chat/completions/{id}/messages to it as `messages`")
        }
        var request = JSONObjectText()
        if let model = record.value(["model"]) { request.set("model", model) }
        request.set("messages", messages)
        for (name, requestName) in parameters {
            if let value = record.value([name]) { request.set(requestName, value) }
        }
        var response = JSONObjectText()
        for name in answer where name != "choices" {
            if let value = record.json[name] { response.set(name, value) }
        }
        response.set("choices", choices)
        let time = try record.time("created", "created_at")
        var logged = LoggedExchange(
            identity: .external(id), receivedAt: time ?? context.defaultTime, request: request.closed)
        logged.response = response.closed
        logged.httpStatus = 200
        logged.model = record.label("model")
        return logged
    }
}
