import GleanerCore

/// A tool that a request offers.
struct OfferedTool: Sendable, Hashable {
    let name: String
    let schema: JSONValue
}

extension ChatRequest {
    /// In the order of the request. Chat nests them under `function`, Anthropic says `input_schema`.
    var tools: [OfferedTool] {
        (document["tools"]?.arrayValue ?? []).compactMap { tool in
            let function = tool["function"] ?? tool
            guard let name = function["name"]?.stringValue else { return nil }
            return OfferedTool(name: name, schema: function["parameters"] ?? function["input_schema"] ?? [:])
        }
    }

    /// The tool that the answer calls: the one demanded, else the first, unless the request says none, or the result of
    /// a tool is what was said last.
    var toolToCall: OfferedTool? {
        let tools = tools
        let choice = document["tool_choice"]
        switch choice?.stringValue ?? choice?["type"]?.stringValue {
        case "none": return nil
        case "required", "any": return tools.first
        case "function", "tool":
            let name = choice?["name"]?.stringValue ?? choice?["function"]?["name"]?.stringValue
            return tools.first { $0.name == name }
        default: return messages.last?.role == "user" ? tools.first : nil
        }
    }

    /// The JSON schema that the answer has to fit; `{}` for any JSON, `nil` when it is text.
    var answerSchema: JSONValue? {
        let format =
            document["response_format"] ?? document["text"]?["format"] ?? document["output_config"]?["format"]
            ?? document["output_format"]
        switch format?["type"] {
        case "json_schema": return format?["json_schema"]?["schema"] ?? format?["schema"] ?? [:]
        case "json_object": return [:]
        default: return nil
        }
    }

    /// The request asked for thinking, so the answer shows some.
    var wantsThinking: Bool {
        switch dialect {
        case .responses: document["reasoning"]?["effort"]?.stringValue.map { $0 != "none" } ?? false
        case .messages: ["enabled", "adaptive"].contains(document["thinking"]?["type"]?.stringValue ?? "")
        default: false
        }
    }
}
