import Foundation
import GleanerCore
import OTLP

/// An exchange as spans: one for all of it, and one below it for each try at a provider. Names and attributes are those of
/// OpenTelemetry's conventions for generative AI; ours begin with `gleaner.`. What was said is in none, unless it
/// is asked for.
struct ExchangeSpans {
    let call: StoredCall
    let place: TracePlace
    private let textLimit: Int?

    /// - Parameter textLimit: as `TelemetryConfiguration.textLimit`.
    init(_ call: StoredCall, textLimit: Int? = nil) {
        self.call = call
        self.textLimit = textLimit
        place = TracePlace(call.intent.id, in: call.intent.traceParent)
    }

    func isSampled(by sampler: TraceSampler) -> Bool { sampler.takes(place.traceID, caller: place.callerSamples) }

    var all: [OTLPSpan] { [whole] + call.outcome.attempts.map(attempt) }

    private var whole: OTLPSpan {
        let (intent, outcome) = (call.intent, call.outcome)
        var span = span(place.spanID, below: place.parent, .server)
        let ends = outcome.attempts.map { $0.startedAfter + $0.duration } + [outcome.duration ?? .zero]
        span.endTimeUnixNano = span.startTimeUnixNano + (ends.max() ?? .zero).nanoseconds
        span.attributes = request + answer
        span.attributes += [
            .text("gleaner.exchange.id", intent.id.description),
            .text("gleaner.project.id", intent.project.description),
            .text("gleaner.status", outcome.status.rawValue), .text("gleaner.source", intent.source.rawValue),
        ]
        add("gleaner.route", intent.choice?.route, to: &span)
        add("gleaner.variant", outcome.attempts.last?.variant ?? intent.choice?.variant, to: &span)
        if let cost = call.costUSD { span.attributes.append(.of("gleaner.cost_usd", .doubleValue(cost))) }
        if let textLimit, operation != "embeddings" {
            span.attributes += SpanTexts(call.texts, of: intent.endpoint, limit: textLimit).attributes
        }
        fail(&span, outcome.status == .completed ? nil : outcome.reason ?? outcome.status.rawValue, outcome.httpStatus)
        return span
    }

    private func attempt(_ attempt: Attempt) -> OTLPSpan {
        var span = span(place.attempt(attempt.number), below: place.spanID, .client)
        span.startTimeUnixNano += attempt.startedAfter.nanoseconds
        span.endTimeUnixNano = span.startTimeUnixNano + attempt.duration.nanoseconds
        span.attributes = [
            .text("gen_ai.operation.name", operation), .text("gen_ai.provider.name", attempt.provider),
            .of("gleaner.attempt.number", .intValue(Int64(attempt.number))),
        ]
        add("gen_ai.request.model", attempt.model ?? call.intent.requestedModel, to: &span)
        add("gleaner.variant", attempt.variant, to: &span)
        fail(&span, attempt.reason, attempt.httpStatus)
        return span
    }

    private func span(_ id: [UInt8], below parent: [UInt8]?, _ kind: OTLPSpanKind) -> OTLPSpan {
        var span = OTLPSpan()
        span.traceID = Data(place.traceID)
        span.spanID = Data(id)
        if let parent { span.parentSpanID = Data(parent) }
        span.name = call.intent.requestedModel.map { "\(operation) \($0)" } ?? operation
        span.kind = kind
        span.flags = 1
        span.startTimeUnixNano = call.intent.receivedAt.unixNanoseconds
        return span
    }

    var operation: String {
        let path = call.intent.endpoint
        if path.hasSuffix("/embeddings") { return "embeddings" }
        return path.hasSuffix("/completions") && !path.hasSuffix("/chat/completions") ? "text_completion" : "chat"
    }

    private var request: [OTLPKeyValue] {
        let intent = call.intent
        var span = OTLPSpan()
        span.attributes = [
            .text("gen_ai.operation.name", operation), .text("url.path", intent.endpoint),
            .of("gen_ai.request.stream", .boolValue(intent.streamed)),
        ]
        add("gen_ai.provider.name", call.outcome.attempts.last?.provider ?? intent.provider, to: &span)
        add("gen_ai.request.model", intent.requestedModel, to: &span)
        add("gen_ai.conversation.id", intent.conversation, to: &span)
        return span.attributes
    }

    private var answer: [OTLPKeyValue] {
        var span = OTLPSpan()
        add("gen_ai.response.model", call.servedModel, to: &span)
        add("gen_ai.response.id", call.completionID, to: &span)
        if let reason = call.finishReason {
            var reasons = OTLPArrayValue()
            var value = OTLPAnyValue()
            value.stringValue = reason
            reasons.values = [value]
            span.attributes.append(.of("gen_ai.response.finish_reasons", .arrayValue(reasons)))
        }
        let counts: [(String, Int?)] = [
            ("input_tokens", call.tokens.input), ("output_tokens", call.tokens.output),
            ("cache_read.input_tokens", call.tokens.cacheRead),
            ("cache_creation.input_tokens", call.tokens.cacheWrite),
            ("reasoning.output_tokens", call.tokens.reasoning),
        ]
        for case (let name, let count?) in counts {
            span.attributes.append(.of("gen_ai.usage.\(name)", .intValue(Int64(count))))
        }
        if let first = call.outcome.timeToFirstToken {
            let seconds = Double(first.nanoseconds) / 1e9
            span.attributes.append(.of("gen_ai.response.time_to_first_chunk", .doubleValue(seconds)))
        }
        return span.attributes
    }

    private func add(_ key: String, _ value: String?, to span: inout OTLPSpan) {
        if let value { span.attributes.append(.text(key, value)) }
    }

    private func fail(_ span: inout OTLPSpan, _ reason: String?, _ status: Int?) {
        if let status { span.attributes.append(.of("http.response.status_code", .intValue(Int64(status)))) }
        guard let type = reason ?? status.flatMap({ $0 >= 400 ? "\($0)" : nil }) else { return }
        span.attributes.append(.text("error.type", type))
        span.status.code = .error
    }
}

extension Duration {
    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(max(0, seconds)) * 1_000_000_000 + UInt64(max(0, attoseconds / 1_000_000_000))
    }
}
