public import GleanerCore

/// An exchange with what could be read from it, ready for Postgres. An object as `JournaledExchange` is one.
final class ProjectedExchange: Sendable {
    let exchange: JournaledExchange
    let projection: ExchangeProjection
    /// Set when personal data was replaced; then lengths and hashes are still those of what was on the wire.
    let redaction: Redaction?

    init(exchange: JournaledExchange, projection: ExchangeProjection, redaction: Redaction? = nil) {
        self.exchange = exchange
        self.projection = projection
        self.redaction = redaction
    }

    func with(_ other: ExchangeProjection) -> ProjectedExchange {
        ProjectedExchange(exchange: exchange, projection: other, redaction: redaction)
    }

    struct Redaction: Sendable {
        /// `exchanges.redaction`.
        let note: String
        let requestBytes: Int
        let responseBytes: Int
    }
}

/// Exchanges that are stored together, in key order, so that two writers lock in the same order.
struct ExchangeBatch: Sendable {
    let exchanges: [ProjectedExchange]
    /// Written when the batch is made, so that the server has not to wait for it.
    let rows: ExchangeCopy?

    /// A transaction of three copies takes about eight round trips; from here on they are worth it.
    static let copyFrom = 100

    init(_ exchanges: [ProjectedExchange]) {
        self.exchanges =
            exchanges
            .map { (shard: $0.exchange.intent.id.shard.value, id: $0.exchange.intent.id, exchange: $0) }
            .sorted { ($0.shard, $0.id) < ($1.shard, $1.id) }
            .map(\.exchange)
        rows = exchanges.count >= Self.copyFrom ? ExchangeCopy(self.exchanges) : nil
    }
}

/// Keeps exchanges for good.
protocol ExchangeStore: Sendable {
    /// Stores all or none. What is there already with the same hashes counts as stored.
    /// - Returns: the ids that are there already with *other* content; those are not stored.
    func store(_ batch: ExchangeBatch) async throws -> Set<ID<Exchange>>

    /// Keeps an exchange as bytes that nothing parses, with the reason.
    func quarantine(_ exchange: JournaledExchange, reason: String, sqlState: String?) async throws

    /// Makes the partitions that `exchanges` need.
    func makeRoom(for exchanges: [ProjectedExchange]) async throws
}

/// One stored exchange as others may want to know of it, at the moment it lands.
public struct StoredExchange: Sendable, Hashable {
    public let id: ID<Exchange>
    public let project: ID<Project>
    public let status: ExchangeStatus
    /// The answer is whole by its own format, and no error.
    public let isComplete: Bool
    public let httpStatus: Int?
    public let completionID: String?
    public let conversation: String?
    public let endpoint: String
    /// The answer's place in its conversation; `nil` when it cannot be told, and for what nobody was shown.
    public let turn: Int?
}
