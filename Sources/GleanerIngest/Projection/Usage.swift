import SimdJSON

/// The provider's own counts. `prompt_tokens` includes cached and cache-written ones, `completion_tokens` includes
/// reasoning.
struct Usage: Hashable {
    struct PromptDetails: Hashable {
        var cached_tokens: Int64?
        var cache_write_tokens: Int64?
    }
    struct CompletionDetails: Hashable { var reasoning_tokens: Int64? }
    var prompt_tokens: Int64?
    var completion_tokens: Int64?
    var prompt_tokens_details: PromptDetails?
    var completion_tokens_details: CompletionDetails?
}

extension Usage {
    /// Counts of another type are as good as absent.
    init?(_ element: JSONElement) {
        guard element.kind == .object else { return nil }
        prompt_tokens = element["prompt_tokens"]?.wholeNumber
        completion_tokens = element["completion_tokens"]?.wholeNumber
        prompt_tokens_details = PromptDetails(
            cached_tokens: element["prompt_tokens_details"]?["cached_tokens"]?.wholeNumber,
            cache_write_tokens: element["prompt_tokens_details"]?["cache_write_tokens"]?.wholeNumber)
        completion_tokens_details = CompletionDetails(
            reasoning_tokens: element["completion_tokens_details"]?["reasoning_tokens"]?.wholeNumber)
    }
}
