import GleanerCore

/// `{"input": {"messages": […]}, "preferred_output": […], "non_preferred_output": […]}`. Versions of pairs are frozen so,
/// and go out as they are; this is for a line that has to be made again.
///
/// Source: OpenAI's guide, Azure and Together; an OpenAPI file of 2025 had other names for the outputs.
struct OpenAIPreferenceFormat: LineFormat {
    func write(_ example: CanonicalExample) throws(Unfit) -> Written {
        let sides = try example.sides()
        var input: [String: JSONValue] = ["messages": .array(example.context.map(\.source))]
        if !example.tools.isEmpty {
            input["tools"] = .array(example.tools)
            if let parallel = example.parallelCalls { input["parallel_tool_calls"] = .bool(parallel) }
        }
        return Written([
            "input": .object(input), "preferred_output": [sides.chosen.source],
            "non_preferred_output": [sides.rejected.source],
        ])
    }
}
