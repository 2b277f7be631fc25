public import GleanerCore

/// Knows what was erased, so that none of it is stored again.
public protocol ErasedExchanges: Sendable {
    /// Runs `body`, which stores `intents` except those it is handed. An erasure begins before or after it, not in the
    /// middle.
    func passing<Value: Sendable>(
        _ intents: [ExchangeIntent], _ body: (Set<ID<Exchange>>) async throws -> Value
    ) async throws -> Value

    /// Which of `intents` have been erased by now. One that is not among them may be in the next moment: what is stored
    /// passes.
    func erased(among intents: [ExchangeIntent]) async throws -> Set<ID<Exchange>>
}

/// Where nothing is ever erased.
struct NothingErased: ErasedExchanges {
    func passing<Value: Sendable>(
        _ intents: [ExchangeIntent], _ body: (Set<ID<Exchange>>) async throws -> Value
    ) async throws -> Value {
        try await body([])
    }

    func erased(among intents: [ExchangeIntent]) async throws -> Set<ID<Exchange>> { [] }
}
