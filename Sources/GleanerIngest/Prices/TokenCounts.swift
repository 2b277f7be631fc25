/// The provider's counts for one exchange, in one way of counting: `prompt` includes cached and cache-written tokens,
/// `completion` includes reasoning.
public struct TokenCounts: Sendable, Hashable {
    public var prompt: Int64
    public var cached: Int64
    public var cacheWrite: Int64
    public var completion: Int64

    public init(prompt: Int64, cached: Int64 = 0, cacheWrite: Int64 = 0, completion: Int64) {
        self.prompt = prompt
        self.cached = cached
        self.cacheWrite = cacheWrite
        self.completion = completion
    }

    /// US dollars.
    public func cost(at rates: TokenRates) -> Double {
        // Some servers count cached tokens beside the prompt's; nothing may become negative.
        let fresh = max(0, prompt - cached - cacheWrite)
        let input = Double(fresh) * rates.input + Double(cached) * (rates.cachedInput ?? rates.input)
        let written = Double(cacheWrite) * (rates.cacheWrite ?? rates.input)
        return (input + written + Double(completion) * rates.output) / 1_000_000
    }
}
