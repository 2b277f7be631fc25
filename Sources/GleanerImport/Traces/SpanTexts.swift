import GleanerCore
import OTLP

/// What was asked and what was answered, wherever an instrumentation put it: attributes with lists of messages, attributes
/// numbered by message, events with one message each, or one text for each side.
struct SpanTexts {
    private(set) var input: [JSONValue] = []
    /// Messages with their finish reason, where it is told.
    private(set) var output: [(message: JSONValue, finishReason: String?)] = []

    init(_ span: OTLPSpan, _ values: SpanValues) {
        let events = span.events.map { (name: $0.name, values: SpanValues($0.attributes)) }
        for values in [values] + events.filter({ $0.name == "gen_ai.client.inference.operation.details" }).map(\.values)
        {
            readLists(values)
        }
        if input.isEmpty { readNumbered(values) }
        if input.isEmpty { readEvents(events) }
        if input.isEmpty { readPlain([values] + events.map(\.values)) }
    }

    private mutating func readLists(_ values: SpanValues) {
        if input.isEmpty {
            let messages = SpanMessage.list(values.document("gen_ai.input.messages"))
            if !messages.isEmpty {
                input = SpanMessage.system(values.document("gen_ai.system_instructions")) + messages
            }
        }
        if output.isEmpty {
            output = (values.document("gen_ai.output.messages")?.arrayValue ?? []).flatMap { choice in
                SpanMessage.list(.array([choice])).map { ($0, choice["finish_reason"]?.stringValue) }
            }
        }
    }

    /// `gen_ai.prompt.0.role`, `gen_ai.completion.0.content`, as OpenLLMetry wrote them.
    private mutating func readNumbered(_ values: SpanValues) {
        input = Self.numbered("gen_ai.prompt", values).map(\.message)
        if output.isEmpty { output = Self.numbered("gen_ai.completion", values) }
    }

    private static func numbered(_ name: String, _ values: SpanValues) -> [(message: JSONValue, finishReason: String?)]
    {
        values.numbers(behind: name).map { number in
            let prefix = "\(name).\(number)"
            let content = values.document("\(prefix).content").flatMap { $0.arrayValue == nil ? nil : $0 }
            var message: [String: JSONValue] = [
                "role": .string(values.text("\(prefix).role") ?? (name.hasSuffix("completion") ? "assistant" : "user")),
                "content": content ?? values["\(prefix).content"] ?? .null,
            ]
            if let id = values.text("\(prefix).tool_call_id") { message["tool_call_id"] = .string(id) }
            let calls = values.numbers(behind: "\(prefix).tool_calls").map { call($0, "\(prefix).tool_calls", values) }
            if !calls.isEmpty { message["tool_calls"] = .array(calls) }
            return (.object(message), values.text("\(prefix).finish_reason"))
        }
    }

    private static func call(_ number: Int, _ name: String, _ values: SpanValues) -> JSONValue {
        func text(_ member: String) -> JSONValue { .string(values.text("\(name).\(number).\(member)") ?? "") }
        return [
            "id": text("id"), "type": "function", "function": ["name": text("name"), "arguments": text("arguments")],
        ]
    }

    /// `gen_ai.user.message` and its like, `gen_ai.choice`: the conventions until 1.36.
    private mutating func readEvents(_ events: [(name: String, values: SpanValues)]) {
        for event in events {
            if event.name == "gen_ai.choice" {
                let message = event.values.document("message") ?? Self.message(event.values, role: "assistant")
                output.append((message, event.values.text("finish_reason")))
            } else if event.name.hasPrefix("gen_ai."), event.name.hasSuffix(".message") {
                let role = event.name.dropFirst("gen_ai.".count).dropLast(".message".count)
                input.append(Self.message(event.values, role: String(role)))
            }
        }
    }

    private static func message(_ values: SpanValues, role: String) -> JSONValue {
        var message: [String: JSONValue] = [
            "role": .string(values.text("role") ?? role), "content": values["content"] ?? .null,
        ]
        if let calls = values.document("tool_calls") { message["tool_calls"] = calls }
        if role == "tool", let id = values.text("id") { message["tool_call_id"] = .string(id) }
        return .object(message)
    }

    /// `gen_ai.prompt` and `gen_ai.completion`: JSON of messages, or a text.
    private mutating func readPlain(_ places: [SpanValues]) {
        for values in places {
            if input.isEmpty {
                input = SpanMessage.list(values.document("gen_ai.prompt"))
                if input.isEmpty, let text = values.text("gen_ai.prompt") {
                    input = [["role": "user", "content": .string(text)]]
                }
            }
            if output.isEmpty {
                output = SpanMessage.list(values.document("gen_ai.completion")).map { ($0, nil) }
                if output.isEmpty, let text = values.text("gen_ai.completion") {
                    output = [(["role": "assistant", "content": .string(text)], nil)]
                }
            }
        }
    }
}
