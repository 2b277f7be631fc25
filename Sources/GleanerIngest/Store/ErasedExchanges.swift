public import GleanerCore

/// Knows what was erased, so that none of it is stored again.
public protocol ErasedExchanges: Sendable {
    /// Runs `body`, which stores `intents` except those it is handed. An erasure begins before or after it, not in the
    /// middle.
    func passing<Value: Sendable>(
        _ intents: [ExchangeIntent], _ body: (Set<ID<Exchange>>) async throws -> Value
    ) async throws -> Value
}

/// Where nothing is ever erased.
struct NothingErased: ErasedExchanges {
    func passing<Value: Sendable>(
        _ intents: [ExchangeIntent], _ body: (Set<ID<Exchange>>) async throws -> Value
    ) async throws -> Value {
        try await body([])
    }
}
