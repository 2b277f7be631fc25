import GleanerCore

extension Usage {
    /// As chat, completions and embeddings say it.
    init?(openAI json: JSONValue) {
        guard json.objectValue != nil else { return nil }
        let prompt = json["prompt_tokens_details"]
        self.init(
            prompt: json["prompt_tokens"]?.intValue, completion: json["completion_tokens"]?.intValue,
            cached: prompt?["cached_tokens"]?.intValue, cacheWritten: prompt?["cache_write_tokens"]?.intValue,
            reasoning: json["completion_tokens_details"]?["reasoning_tokens"]?.intValue)
    }

    /// As the Responses API says it.
    init?(responses json: JSONValue) {
        guard json.objectValue != nil else { return nil }
        let input = json["input_tokens_details"]
        self.init(
            prompt: json["input_tokens"]?.intValue, completion: json["output_tokens"]?.intValue,
            cached: input?["cached_tokens"]?.intValue, cacheWritten: input?["cache_write_tokens"]?.intValue,
            reasoning: json["output_tokens_details"]?["reasoning_tokens"]?.intValue)
    }

    init(prompt: Int64?, completion: Int64?, cached: Int64?, cacheWritten: Int64?, reasoning: Int64?) {
        self.init()
        prompt_tokens = prompt
        completion_tokens = completion
        prompt_tokens_details = PromptDetails(cached_tokens: cached, cache_write_tokens: cacheWritten)
        completion_tokens_details = CompletionDetails(reasoning_tokens: reasoning)
    }
}

/// Anthropic's counts, whose input leaves out what a cache gave or took.
struct MessagesUsage: Hashable {
    var input: Int64?
    var cacheWritten: Int64?
    var cacheRead: Int64?
    var output: Int64?
    var thinking: Int64?

    init() {}

    init?(json: JSONValue) {
        guard json.objectValue != nil else { return nil }
        self = MessagesUsage().updated(by: json)
    }

    /// The counts of a stream are cumulative and may come in part: each is the last one said, never a sum.
    func updated(by json: JSONValue) -> MessagesUsage {
        var usage = self
        usage.input = json["input_tokens"]?.intValue ?? input
        usage.cacheWritten = json["cache_creation_input_tokens"]?.intValue ?? cacheWritten
        usage.cacheRead = json["cache_read_input_tokens"]?.intValue ?? cacheRead
        usage.output = json["output_tokens"]?.intValue ?? output
        usage.thinking = json["output_tokens_details"]?["thinking_tokens"]?.intValue ?? thinking
        return usage
    }

    /// In the one schema: the prompt includes what was read from and written to a cache.
    var usage: Usage {
        Usage(
            prompt: input.map { saturating($0, cacheWritten, cacheRead) }, completion: output, cached: cacheRead,
            cacheWritten: cacheWritten, reasoning: thinking)
    }

    /// Counts come from outside; a sum that no machine word holds is no count.
    private func saturating(_ counts: Int64?...) -> Int64 {
        counts.compactMap(\.self).reduce(0) { sum, count in
            let (value, overflow) = sum.addingReportingOverflow(count)
            return overflow ? .max : value
        }
    }
}
