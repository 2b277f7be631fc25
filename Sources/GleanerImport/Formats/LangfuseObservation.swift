import Foundation
import GleanerCore

/// An observation of Langfuse that is a generation; spans and events are passed over.
///
/// Source: Langfuse's API reference (camel case) and its field reference of blob storage exports (snake case, times as
/// `YYYY-MM-DD HH:MM:SS.ffffff` in UTC, `input` and `output` as JSON in a string). `usageDetails` splits the prompt:
/// `input` is what is left beside `input_cached_tokens` and the like.
enum LangfuseObservation {
    static func exchange(_ record: ImportRecord, _ context: ImportContext) throws(LogError) -> LoggedExchange? {
        if let type = record.text("type"), type.uppercased() != "GENERATION" { return nil }
        guard let id = record.label("id") else { throw .notAnExchange(kind: "no observation: it has no `id`") }
        guard record.value(["input"]) != nil else {
            throw .notAnExchange(kind: "without its input: export it again with inputs and outputs")
        }
        let model = record.label("model", "provided_model_name", "providedModelName", "internalModelId")
        let start = try record.time("startTime", "start_time")
        var logged = LoggedExchange(
            identity: .external(id), receivedAt: start ?? context.defaultTime,
            request: request(record, model: model))
        logged.model = model
        let completionStart = try record.time("completionStartTime", "completion_start_time")
        logged.duration = .between(start, try record.time("endTime", "end_time"))
        logged.timeToFirstToken = .between(start, completionStart)
        logged.streamed = completionStart != nil
        logged.conversation = record.label("sessionId", "session_id", "traceId", "trace_id")
        logged.endUser = record.label("userId", "user_id")
        logged.tags = record.strings("tags", "trace_tags")
        logged.metadata = record.document("metadata")
        if let output = record.value(["output"]), record.text("level")?.uppercased() != "ERROR" {
            logged.response = answer(record, output, model: model)
            logged.httpStatus = 200
        } else {
            logged.status = .upstreamFailed
        }
        return logged
    }

    /// The whole body where it was logged; else messages, or a text as the one message of a user, and parameters.
    private static func request(_ record: ImportRecord, model: String?) -> [UInt8] {
        if let input = record.object("input"), input.container("messages") != nil, input.has("model") {
            return input.bytes
        }
        var request = JSONObjectText()
        if let model { request.set("model", string: model) }
        request.set("messages", messages(record))
        let parameters = record.object("modelParameters", "model_parameters")
        for member in parameters?.json.members ?? [] where member.name != "model" && member.name != "messages" {
            request.set(member.name, member.value)
        }
        if let tools = record.object("input")?.container("tools") { request.set("tools", tools) }
        return request.closed
    }

    private static func messages(_ record: ImportRecord) -> [UInt8] {
        if let messages = record.object("input")?.container("messages") { return messages }
        let input = record.container("input")
        if let input, input.first == UInt8(ascii: "[") { return input }
        if let input, record.object("input")?.has("role") == true {
            return JSONObjectText.array([input[...]])
        }
        var message = JSONObjectText()
        message.set("role", string: "user")
        message.set("content", JSONString.literal(input ?? Array((record.text("input") ?? "").utf8)))
        return JSONObjectText.array([message.closed[...]])
    }

    private static func answer(_ record: ImportRecord, _ output: ArraySlice<UInt8>, model: String?) -> [UInt8] {
        if let whole = record.object("output"), whole.container("choices") != nil { return whole.bytes }
        var found = record.container("output") ?? Array(output)
        if found.first == UInt8(ascii: "[") {
            var scanner = JSONScanner(found[...])
            scanner.skipSpace()
            if let last = (try? scanner.elements())?.last { found = Array(last) }
        }
        var answer = ChatAnswerText(model: model, output: found[...])
        if let usage = record.object("usageDetails", "usage_details", "usage") {
            let prompt = sum(usage, "input", "prompt_tokens", "promptTokens")
            let completion = sum(usage, "output", "completion_tokens", "completionTokens")
            answer.promptTokens = prompt
            answer.completionTokens = completion
            answer.cachedTokens = usage.number(
                "input_cached_tokens", "input_cache_read", "cache_read_input_tokens"
            ).flatMap { Int64(exactly: $0) }
        }
        return answer.bytes
    }

    /// `input` and all that begins with `input_`; or the first other name that is there.
    private static func sum(_ usage: ImportRecord, _ kind: String, _ others: String...) -> Int64? {
        let parts = usage.json.members.filter { $0.name == kind || $0.name.hasPrefix(kind + "_") }
            .compactMap { Double(String(decoding: $0.value, as: UTF8.self)) }.filter(\.isFinite)
        if !parts.isEmpty { return Int64(exactly: parts.reduce(0, +).rounded()) }
        for name in others { if let number = usage.number(name) { return Int64(exactly: number) } }
        return nil
    }
}
