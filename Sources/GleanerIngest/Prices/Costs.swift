import GleanerCore

/// What an exchange cost, as ingest asks it of the prices.
protocol Costs: Sendable {
    /// Returns when there are prices to go by.
    func prepare() async throws
    func cost(of exchange: JournaledExchange, _ projection: ExchangeProjection) -> Double?
}

/// Nothing has a price.
struct NoCosts: Costs {
    func prepare() async throws {}
    func cost(of exchange: JournaledExchange, _ projection: ExchangeProjection) -> Double? { nil }
}

extension PriceTable {
    func cost(of exchange: JournaledExchange, _ projection: ExchangeProjection) -> Double? {
        guard let tokens = projection.tokens else { return nil }
        let attempt = exchange.outcome.attempts.last
        return price(
            ofFirst: [projection.servedModel, attempt?.model, exchange.intent.requestedModel],
            from: attempt?.provider ?? exchange.intent.provider, at: exchange.intent.receivedAt
        ).map { tokens.cost(at: $0.rates) }
    }
}

extension ExchangeProjection {
    /// `nil` when the provider counted nothing. An embedding has a prompt only.
    var tokens: TokenCounts? {
        guard promptTokens != nil || completionTokens != nil else { return nil }
        return TokenCounts(
            prompt: Int64(promptTokens ?? 0), cached: Int64(cachedTokens ?? 0),
            cacheWrite: Int64(cacheWriteTokens ?? 0), completion: Int64(completionTokens ?? 0))
    }

    /// With `costUSD` set, where there is a price.
    func priced(_ costs: some Costs, for exchange: JournaledExchange) -> ExchangeProjection {
        var priced = self
        priced.costUSD = costs.cost(of: exchange, self)
        return priced
    }
}
