import GleanerCore

/// Whether an answer that was asked for as JSON is JSON, and as its schema wants it.
struct JSONEvaluator: PureEvaluator {
    let name = "json"
    let version = "2"
    let readsRequest = true
    let measures = [
        EvaluatorMeasure("json_valid", .flag, unit: "share"), EvaluatorMeasure("schema_valid", .flag, unit: "share"),
    ]

    func values(of exchange: EvaluatedExchange) -> [MeasuredValue]? {
        guard let format = Self.format(exchange.request),
            ["json_object", "json_schema"].contains(format["type"]?.stringValue), exchange.message != nil,
            exchange.toolCalls.isEmpty, exchange.message?["refusal"]?.stringValue == nil
        else { return nil }
        guard let document = try? JSONValue(parsing: (exchange.answer ?? "").utf8) else {
            // One that is no JSON is of no schema either.
            let hasSchema = Self.schema(format) != nil
            return [MeasuredValue("json_valid", false)] + (hasSchema ? [MeasuredValue("schema_valid", false)] : [])
        }
        // JSON mode promises an object.
        let isObject = document.objectValue != nil || format["type"]?.stringValue == "json_schema"
        var values = [MeasuredValue("json_valid", isObject)]
        if let schema = Self.schema(format) {
            var check = JSONSchemaCheck(schema: schema)
            let fault = check.fault(of: document)
            values.append(MeasuredValue("schema_valid", fault == nil, details: Self.details(fault, check.unchecked)))
        }
        return values
    }

    /// As `/v1/chat/completions`, `/v1/responses` and `/v1/messages` have it, that one in two ways.
    private static func format(_ request: [String: JSONValue]) -> JSONValue? {
        request["response_format"] ?? request["text"]?["format"] ?? request["output_config"]?["format"]
            ?? request["output_format"]
    }

    /// Only `/v1/chat/completions` has it one level further down.
    private static func schema(_ format: JSONValue) -> JSONValue? {
        format["json_schema"]?["schema"] ?? format["schema"]
    }

    static func details(_ fault: String?, _ unchecked: Set<String>) -> JSONValue? {
        var members: [String: JSONValue] = [:]
        if let fault { members["at"] = .string(String(fault.prefix(200)).replacing("\0", with: "")) }
        if !unchecked.isEmpty {
            members["unchecked"] = .array(
                unchecked.sorted().prefix(20).map { .string(String($0.prefix(64)).replacing("\0", with: "")) })
        }
        return members.isEmpty ? nil : .object(members)
    }
}

/// Whether each tool that the model wants called exists, with arguments as its schema wants them.
struct ToolCallEvaluator: PureEvaluator {
    let name = "tool_calls"
    let version = "2"
    let readsRequest = true
    let measures = [
        EvaluatorMeasure("calls", .count, unit: "calls"), EvaluatorMeasure("tool_call_valid", .flag, unit: "share"),
    ]

    func values(of exchange: EvaluatedExchange) -> [MeasuredValue]? {
        let calls = exchange.toolCalls.compactMap { $0["function"] }
        guard !calls.isEmpty else { return nil }
        // Without them nobody knows what could be called: what was logged afterwards often has none.
        guard let tools = Self.tools(exchange.request) else { return [MeasuredValue("calls", Double(calls.count))] }
        var faults: [String: Int64] = [:]
        for call in calls {
            if let fault = Self.fault(call, tools) { faults[fault, default: 0] += 1 }
        }
        let details: JSONValue? = faults.isEmpty ? nil : .object(faults.mapValues { .integer($0) })
        return [
            MeasuredValue("calls", Double(calls.count)),
            MeasuredValue("tool_call_valid", faults.isEmpty, details: details),
        ]
    }

    /// `/v1/chat/completions` has a function's members in one of their own, `/v1/responses` and `/v1/messages` beside its type.
    private static func tools(_ request: [String: JSONValue]) -> [JSONValue]? {
        request["tools"]?.arrayValue?.map { $0["function"] ?? $0 }
    }

    private static func fault(_ call: JSONValue, _ tools: [JSONValue]) -> String? {
        guard let tool = tools.first(where: { $0["name"] == call["name"] }) else { return "unknown_tool" }
        let text = call["arguments"]?.stringValue ?? ""
        // No arguments at all is how some models say an empty object.
        let arguments = text.isEmpty ? JSONValue.object([:]) : try? JSONValue(parsing: text.utf8)
        guard let arguments, arguments.objectValue != nil else { return "arguments_unreadable" }
        guard let schema = tool["parameters"] ?? tool["input_schema"] else { return nil }
        var check = JSONSchemaCheck(schema: schema)
        return check.fault(of: arguments) == nil ? nil : "arguments_mismatched"
    }
}
