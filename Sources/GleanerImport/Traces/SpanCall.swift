import Foundation
import GleanerCore
import OTLP

/// A span that describes a call to a model, as an exchange.
///
/// Source: OpenTelemetry's semantic conventions for generative AI, and the names that OpenLLMetry, OpenLIT and earlier conventions
/// used for the same. Request and answer are put together from what the span says of them, in OpenAI's form.
struct SpanCall {
    private static let operations: Set<String> = ["chat", "text_completion", "generate_content", "completion"]
    private static let parameters = [
        "temperature": "temperature", "top_p": "top_p", "max_tokens": "max_tokens", "seed": "seed",
        "frequency_penalty": "frequency_penalty", "presence_penalty": "presence_penalty", "choice.count": "n",
        "stop_sequences": "stop",
    ]

    private let span: OTLPSpan
    private let values: SpanValues
    private let resource: SpanValues
    private let scope: String

    /// `nil` for a span that is no call to a chat model: most of a trace.
    init?(_ span: OTLPSpan, resource: SpanValues, scope: String) {
        values = SpanValues(span.attributes)
        self.span = span
        self.resource = resource
        self.scope = scope
        if let operation = values.text("gen_ai.operation.name") {
            guard Self.operations.contains(operation) else { return nil }
        } else {
            let kind = values.text("llm.request.type")
            guard kind == "chat" || kind == "completion" || (kind == nil && values["gen_ai.request.model"] != nil)
            else {
                return nil
            }
        }
    }

    /// The provider's name of the answer: an exchange of our own may have it, when the call went through Gleaner.
    var completionID: String? { values.label("gen_ai.response.id") }

    /// The span's own name.
    var name: String { "\(Self.hex(span.traceID))/\(Self.hex(span.spanID))" }
    var nanoseconds: UInt64 {
        span.endTimeUnixNano >= span.startTimeUnixNano ? span.endTimeUnixNano - span.startTimeUnixNano : .max
    }
    /// It can be kept as an exchange.
    var hasTexts: Bool {
        let texts = SpanTexts(span, values)
        return !texts.input.isEmpty && (!texts.output.isEmpty || span.status.code == .error)
    }

    /// Where the call went, as `host` or `host:port`.
    var server: String? {
        if let base = values.text("gen_ai.openai.api_base", "llm.openai.api_base").flatMap(URLComponents.init(string:)),
            let host = base.host
        {
            return (base.port.map { "\(host):\($0)" } ?? host).lowercased()
        }
        guard let address = values.text("server.address") else { return nil }
        let isUsual = ["443", "80"].contains(values.text("server.port") ?? "443")
        return (isUsual ? address : "\(address):\(values.text("server.port") ?? "")").lowercased()
    }

    /// - Throws: `LogError` when nothing can be kept of it.
    func exchange(now: Date) throws(LogError) -> LoggedExchange {
        let texts = SpanTexts(span, values)
        guard !texts.input.isEmpty else {
            throw .notAnExchange(
                kind: "a span without its messages: have the instrumentation capture content, for example with "
                    + "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=span_only")
        }
        let start = Self.time(span.startTimeUnixNano)
        guard Timestamp.isPlausible(start, now: now) else { throw .timeImpossible }
        var logged = LoggedExchange(
            identity: .external(name), receivedAt: start,
            request: try bytes(request(texts)))
        logged.model = values.label("gen_ai.request.model", "llm.request.model")
        logged.provider = values.label("gen_ai.provider.name", "gen_ai.system")
        logged.streamed = isStreamed
        logged.duration = Self.duration(from: span.startTimeUnixNano, to: span.endTimeUnixNano)
        logged.timeToFirstToken = isStreamed ? timeToFirstToken : nil
        logged.conversation =
            values.label(
                "gen_ai.conversation.id", "session.id", "traceloop.association.properties.session_id",
                "traceloop.association.properties.conversation_id") ?? Self.hex(span.traceID).asLabel
        logged.endUser = values.label(
            "enduser.id", "user.id", "gen_ai.request.user", "gen_ai.openai.request.user",
            "traceloop.association.properties.user_id")
        logged.metadata = metadata
        logged.httpStatus = values.number("http.response.status_code", "error.type").flatMap { Int(exactly: $0) }
            .flatMap { (100...599).contains($0) ? $0 : nil }
        if span.status.code == .error {
            logged.status = .upstreamFailed
            logged.reason = values.label("error.type")
        }
        if !texts.output.isEmpty {
            logged.response = try bytes(response(texts))
            if span.status.code != .error { logged.httpStatus = logged.httpStatus ?? 200 }
        } else if logged.status == .completed {
            throw .notAnExchange(kind: "a span without its answer: have the instrumentation capture content")
        }
        return logged
    }

    private var isStreamed: Bool {
        values.flag("gen_ai.is_streaming", "gen_ai.request.is_stream", "gen_ai.request.stream", "llm.is_streaming")
    }

    /// Told in seconds, or by the first event of a stream.
    private var timeToFirstToken: Duration? {
        let told = values.number("gen_ai.response.time_to_first_chunk", "gen_ai.server.time_to_first_token")
        if let told, told >= 0, told < 86_400 { return .seconds(told) }
        let first = span.events.first { $0.name == "gen_ai.content.completion.chunk" }
        return first.flatMap { Self.duration(from: span.startTimeUnixNano, to: $0.timeUnixNano) }
    }

    private func request(_ texts: SpanTexts) -> JSONValue {
        var request: [String: JSONValue] = ["messages": .array(texts.input)]
        request["model"] = values["gen_ai.request.model"] ?? values["llm.request.model"]
        for (name, member) in Self.parameters { request[member] = values["gen_ai.request.\(name)"] }
        if isStreamed { request["stream"] = true }
        if let tools = values.document("gen_ai.tool.definitions")?.arrayValue { request["tools"] = .array(tools) }
        return .object(request)
    }

    private func response(_ texts: SpanTexts) -> JSONValue {
        let reasons = values.document("gen_ai.response.finish_reasons")?.arrayValue ?? []
        let choices = texts.output.enumerated().map { index, choice -> JSONValue in
            let reason = choice.finishReason ?? (index < reasons.count ? reasons[index].stringValue : nil)
            return [
                "index": .integer(Int64(index)), "message": choice.message,
                // Where it is not told, nobody knows whether the answer was cut.
                "finish_reason": reason.map { .string($0 == "tool_call" ? "tool_calls" : $0) } ?? .null,
            ]
        }
        var response: [String: JSONValue] = ["object": "chat.completion", "choices": .array(choices)]
        response["id"] = values["gen_ai.response.id"]
        response["model"] = values["gen_ai.response.model"] ?? values["gen_ai.request.model"]
        response["usage"] = usage
        return .object(response)
    }

    private var usage: JSONValue? {
        func count(_ names: String...) -> Int64? {
            for name in names { if let count = values.number(name).flatMap({ Int64(exactly: $0) }) { return count } }
            return nil
        }
        let prompt = count("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.usage.prompt_tokens")
        let completion = count(
            "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.usage.completion_tokens")
        guard prompt != nil || completion != nil else { return nil }
        var usage: [String: JSONValue] = [
            "prompt_tokens": .integer(prompt ?? 0), "completion_tokens": .integer(completion ?? 0),
            "total_tokens": .integer((prompt ?? 0) &+ (completion ?? 0)),
        ]
        if let cached = count("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens") {
            usage["prompt_tokens_details"] = ["cached_tokens": .integer(cached)]
        }
        return .object(usage)
    }

    private var metadata: JSONValue {
        var members: [String: JSONValue] = [
            "origin": "trace", "trace_id": .string(Self.hex(span.traceID)), "span_id": .string(Self.hex(span.spanID)),
        ]
        for (name, value) in [
            ("service", resource.label("service.name")), ("environment", resource.label("deployment.environment.name")),
            ("instrumentation", scope.asLabel), ("span", span.name.asLabel),
        ] {
            if let value { members[name] = .string(value) }
        }
        return .object(members)
    }

    private func bytes(_ document: JSONValue) throws(LogError) -> [UInt8] {
        do {
            return try document.canonicalBytes()
        } catch {
            throw .memberInvalid("attributes", problem: "cannot be written as JSON")
        }
    }

    /// To the millisecond, as ids have it.
    private static func time(_ nanoseconds: UInt64) -> Date {
        Date(timeIntervalSince1970: Double(nanoseconds / 1_000_000) / 1000)
    }

    private static func duration(from start: UInt64, to end: UInt64) -> Duration? {
        guard start > 0, end >= start, end - start < 86_400_000_000_000 else { return nil }
        return .nanoseconds(Int64(end - start))
    }

    private static func hex(_ bytes: Data) -> String {
        // OTLP's JSON writes ids in hexadecimal where a reader of protobuf's JSON expects base64: what was read is turned
        // back into what was written.
        let isMisread = bytes.count == 24 || bytes.count == 12
        if isMisread { return bytes.base64EncodedString().lowercased() }
        return bytes.hexadecimal
    }
}
