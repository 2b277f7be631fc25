import GleanerCore

/// `{"messages": […], "tools"?, "parallel_tool_calls"?}`, of pairs and single judgements; versions of conversations are
/// frozen so.
///
/// Source: OpenAI's API reference, `FineTuneChatRequestInput`.
struct OpenAISFTFormat: LineFormat {
    func write(_ example: CanonicalExample) throws(Unfit) -> Written {
        _ = try example.learnt()
        // Nobody judged the answers before the last one, unless a weight says so.
        let context = example.context.map { $0.weight == nil ? $0.source.withWeight(0) : $0.source }
        var line: [String: JSONValue] = ["messages": .array(context + example.answer.map(\.source))]
        if !example.tools.isEmpty {
            line["tools"] = .array(example.tools)
            if let parallel = example.parallelCalls { line["parallel_tool_calls"] = .bool(parallel) }
        }
        return Written(.object(line))
    }
}

extension JSONValue {
    /// An assistant's message with a weight; any other as it is.
    fileprivate func withWeight(_ weight: Int64) -> JSONValue {
        guard self["role"] == "assistant", var members = objectValue else { return self }
        members["weight"] = .integer(weight)
        return .object(members)
    }
}
