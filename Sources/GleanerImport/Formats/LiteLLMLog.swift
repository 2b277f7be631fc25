import Foundation
import GleanerCore

/// A call as LiteLLM's proxy logs it: a row of its spend logs, or the payload that its logging callbacks get.
///
/// Source: LiteLLM's database schema (`LiteLLM_SpendLogs`) and its `StandardLoggingPayload`. Prompts are in spend logs
/// only with `store_prompts_in_spend_logs`. Headers of the original request are never taken over: they hold keys.
enum LiteLLMLog {
    private static let endpoints = [
        "embedding": "/v1/embeddings", "text_completion": "/v1/completions", "responses": "/v1/responses",
        "moderation": "/v1/moderations", "anthropic_messages": "/v1/messages",
    ]

    static func exchange(_ record: ImportRecord, _ context: ImportContext) throws(LogError) -> LoggedExchange {
        guard let request = request(record) else {
            throw .notAnExchange(kind: "without its prompt: it was logged without store_prompts_in_spend_logs")
        }
        let start = try record.time("startTime", "start_time")
        let name = record.label("request_id", "litellm_call_id", "id") ?? record.contentName
        var logged = LoggedExchange(
            identity: .external(name), receivedAt: start ?? context.defaultTime, request: request)
        let kind = record.text("call_type") ?? ""
        logged.endpoint =
            endpoints[kind] ?? endpoints[kind.hasPrefix("a") ? String(kind.dropFirst()) : kind] ?? logged.endpoint
        logged.model = record.label("model_group", "model")
        logged.provider = record.label("custom_llm_provider")
        logged.endUser = record.label("end_user")
        logged.conversation = record.label("session_id", "trace_id")
        logged.tags = record.strings("request_tags")
        logged.duration = .between(start, try record.time("endTime", "end_time"))
        let firstToken = try record.time("completionStartTime", "completion_start_time")
        logged.streamed = record.text("stream") == "true"
        // Without a stream LiteLLM writes the end in its place.
        if logged.streamed { logged.timeToFirstToken = .between(start, firstToken) }
        try readAnswer(record, into: &logged)
        return logged
    }

    private static func readAnswer(_ record: ImportRecord, into logged: inout LoggedExchange) throws(LogError) {
        let hasFailed = record.text("status") == "failure"
        if let answer = record.container("response") {
            logged.response = answer
        } else if let text = record.value(["response"]), text.first == UInt8(ascii: "\"") {
            logged.response = ChatAnswerText(model: record.label("model"), output: text).bytes
        }
        if hasFailed {
            logged.status = .upstreamFailed
            let information =
                record.object("error_information") ?? record.object("metadata")?.object("error_information")
            logged.httpStatus = information?.number("error_code").flatMap { Int(exactly: $0) }.flatMap {
                (100...599).contains($0) ? $0 : nil
            }
        } else {
            guard !logged.response.isEmpty else {
                throw .notAnExchange(kind: "without its answer: it was logged without store_prompts_in_spend_logs")
            }
            logged.httpStatus = 200
        }
    }

    /// What the client sent where it was kept; else messages and parameters.
    private static func request(_ record: ImportRecord) -> [UInt8]? {
        if let original = record.object("proxy_server_request") {
            if let body = original.object("body"), body.has("model", "messages", "input") { return body.bytes }
            if original.has("messages", "input", "prompt") { return original.bytes }
        }
        guard let messages = record.container("messages") else { return nil }
        var request = JSONObjectText()
        if let model = record.label("model_group", "model") { request.set("model", string: model) }
        request.set("messages", messages)
        for member in record.object("model_parameters")?.json.members ?? []
        where !["model", "messages", "extra_headers"].contains(member.name) {
            request.set(member.name, member.value)
        }
        return request.closed
    }
}
