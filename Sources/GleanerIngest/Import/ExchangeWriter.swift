public import AsyncPostgres
import Foundation
public import GleanerCore
public import Logging

/// What became of exchanges that were written without a journal.
public struct WrittenExchanges: Sendable {
    public var added: Set<ID<Exchange>> = []
    /// There already, the same.
    public var known: Set<ID<Exchange>> = []
    /// There already, with other content: what is stored stays.
    public var conflicting: Set<ID<Exchange>> = []
    /// Not stored again: an erasure says so.
    public var erased: Set<ID<Exchange>> = []
    /// By SQLSTATE, where Postgres said one.
    public var refused: [ID<Exchange>: String] = [:]

    public init() {}
}

/// Writes exchanges that need no journal straight into Postgres: the file they come from can be read again.
public struct ExchangeWriter: Sendable {
    private let pool: PostgresPool
    private let exchanges: any ExchangeStore
    private let costs: any Costs
    private let redactor: (any ExchangeRedactor)?
    private let landed: ExchangesLanded
    private let erased: any ErasedExchanges
    private let logger: Logger

    /// - Parameters:
    ///   - redactor: `nil` stores everything as it came.
    ///   - erased: `nil` stores whatever comes.
    public init(
        pool: PostgresPool, prices: PriceTable, redactor: (any ExchangeRedactor)?,
        erased: (any ErasedExchanges)? = nil, landed: @escaping ExchangesLanded,
        logger: Logger
    ) {
        self.redactor = redactor
        self.erased = erased ?? NothingErased()
        self.logger = logger
        self.pool = pool
        exchanges = PostgresExchangeStore(pool: pool)
        costs = FixedPrices(table: prices)
        self.landed = landed
    }

    /// Stores what Postgres takes of `exchanges`, whose ids must differ from each other.
    /// - Throws: when Postgres is away or busy; then some may be stored, and all may be written again.
    public func write(_ exchanges: [JournaledExchange]) async throws -> WrittenExchanges {
        try await erased.passing(exchanges.map(\.intent)) { erased in
            let wanted = erased.isEmpty ? exchanges : exchanges.filter { !erased.contains($0.intent.id) }
            var written = WrittenExchanges()
            if !wanted.isEmpty { written = try await store(wanted) }
            written.erased = erased
            return written
        }
    }

    private func store(_ exchanges: [JournaledExchange]) async throws -> WrittenExchanges {
        var projected = exchanges.map {
            ProjectedExchange(exchange: $0, projection: ExchangeProjection($0).priced(costs, for: $0))
        }
        if let redactor {
            try await projected.redact(redactor) { exchange, error in
                logger.error(
                    "personal data could not be replaced; the exchange is stored without its texts",
                    metadata: ["exchange.id": "\(exchange)", "error": "\(error)"])
            }
        }
        let before = try await present(exchanges.map(\.intent.id))
        var written = WrittenExchanges()
        try await deliver(projected, &written)
        let there = projected.filter {
            let id = $0.exchange.intent.id
            return written.refused[id] == nil && !written.conflicting.contains(id)
        }
        for exchange in there {
            let id = exchange.exchange.intent.id
            if before.contains(id) { written.known.insert(id) } else { written.added.insert(id) }
        }
        // Also the known ones: a run that broke off may have stored them without telling anybody.
        if !there.isEmpty { try await landed(there.map(StoredExchange.init)) }
        return written
    }

    private func present(_ ids: [ID<Exchange>]) async throws -> Set<ID<Exchange>> {
        Set(
            try await pool.query(
                """
                SELECT e.id FROM gleaner.exchanges e
                JOIN unnest(\(PostgresArray(ids.map(\.shard.value))), \(PostgresArray(ids.map(\.uuid)))) AS k (shard, id)
                  ON e.shard = k.shard AND e.id = k.id
                """
            ).map { ID<Exchange>(try $0.decode("id", as: UUID.self)) })
    }

    private func deliver(
        _ exchanges: [ProjectedExchange], _ written: inout WrittenExchanges, hasRoom: Bool = false
    ) async throws {
        do {
            written.conflicting.formUnion(try await self.exchanges.store(ExchangeBatch(exchanges)))
        } catch let error as PostgresError where !error.isTransient {
            if error.sqlState == "23514", !hasRoom {
                // No partition for these ids yet. Anything else with this code will fail again.
                try await self.exchanges.makeRoom(for: exchanges)
                return try await deliver(exchanges, &written, hasRoom: true)
            }
            if exchanges.count > 1 {
                let middle = exchanges.count / 2
                try await deliver(Array(exchanges[..<middle]), &written, hasRoom: hasRoom)
                try await deliver(Array(exchanges[middle...]), &written, hasRoom: hasRoom)
                return
            }
            try await deliverAlone(exchanges[0], after: error, &written)
        }
    }

    /// Tries once more without the projection; the bytes matter more than what could be read from them.
    private func deliverAlone(
        _ exchange: ProjectedExchange, after error: PostgresError, _ written: inout WrittenExchanges
    ) async throws {
        let bare = exchange.with(.empty(note: "refused_\(error.sqlState ?? "by_client")"))
        do {
            written.conflicting.formUnion(try await self.exchanges.store(ExchangeBatch([bare])))
        } catch let error as PostgresError where !error.isTransient {
            written.refused[exchange.exchange.intent.id] = error.sqlState ?? "-----"
        }
    }
}

/// The prices of one moment.
private struct FixedPrices: Costs {
    let table: PriceTable

    func prepare() async throws {}
    func cost(of exchange: JournaledExchange, _ projection: ExchangeProjection) -> Double? {
        table.cost(of: exchange, projection)
    }
}
