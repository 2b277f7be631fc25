import GleanerCore

/// One chunk of a streamed chat completion, as far as assembly needs it; every field may be missing.
struct ChatChunk: Decodable {
    struct Choice: Decodable {
        var index: Int?
        var delta: Delta?
        var finish_reason: String?
    }
    struct Delta: Decodable {
        var role: String?
        var content: String?
        var refusal: String?
        var reasoning_content: String?
        var tool_calls: [ToolCall]?
        var function_call: Function?
    }
    struct ToolCall: Decodable {
        var index: Int?
        var id: String?
        var type: String?
        var function: Function?
    }
    struct Function: Decodable {
        var name: String?
        var arguments: String?
    }

    var id: String?
    var model: String?
    var choices: [Choice]?
    var usage: Usage?
    var error: JSONValue?
}

/// The provider's own counts. `prompt_tokens` includes cached ones, `completion_tokens` includes reasoning.
struct Usage: Decodable, Hashable {
    struct PromptDetails: Decodable, Hashable { var cached_tokens: Int64? }
    struct CompletionDetails: Decodable, Hashable { var reasoning_tokens: Int64? }
    var prompt_tokens: Int64?
    var completion_tokens: Int64?
    var prompt_tokens_details: PromptDetails?
    var completion_tokens_details: CompletionDetails?
}
