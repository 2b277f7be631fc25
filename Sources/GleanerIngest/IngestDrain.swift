public import AsyncPostgres
import Crypto
import GleanerCore
public import Logging
public import ServiceLifecycle

/// Told of exchanges when they have landed in Postgres, before the journal lets them go: at least once each, so what
/// is done with them must bear repetition.
public typealias ExchangesLanded = @Sendable ([StoredExchange]) async throws -> Void

/// Moves whole exchanges from the journal into Postgres, batch by batch.
///
/// The journal lets go of a batch only after its commit: a crash in between repeats a batch, never loses one, and the
/// repetition finds its rows already there.
public struct IngestDrain: Service {
    private let journal: Journal
    private let store: any ExchangeStore
    private let landed: ExchangesLanded
    private let costs: any Costs
    private let logger: Logger
    private let batchLimit = 200
    private let batchBytes = 16 << 20

    /// - Parameter prices: `nil` leaves every exchange without a cost.
    public init(
        journal: Journal, pool: PostgresPool, prices: PriceBook? = nil, landed: @escaping ExchangesLanded,
        logger: Logger
    ) {
        self.init(
            journal: journal, store: PostgresExchangeStore(pool: pool), costs: prices ?? NoCosts(), landed: landed,
            logger: logger)
    }

    init(
        journal: Journal, store: any ExchangeStore, costs: any Costs = NoCosts(), landed: @escaping ExchangesLanded,
        logger: Logger
    ) {
        self.costs = costs
        self.journal = journal
        self.store = store
        self.landed = landed
        self.logger = logger
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown { await self.drainAsRecorded() }
        // What was recorded until the very end is stored now if Postgres is there, else at the next start.
        do {
            while try await drainOnce() > 0 {}
        } catch {
            logger.notice("exchanges stay in the journal", metadata: ["error": "\(error)"])
        }
    }

    private func drainAsRecorded() async {
        var backoff = Backoff()
        for await _ in journal.recorded {
            while !Task.isCancelled {
                do {
                    let isEmpty = try await drainOnce() == 0
                    backoff.reset()
                    if isEmpty { break }
                } catch {
                    if Task.isCancelled { return }
                    logger.warning("ingest waits for postgres", metadata: ["error": "\(error)"])
                    try? await Task.sleep(for: backoff.next())
                }
            }
        }
    }

    /// Moves one batch.
    /// - Returns: how many exchanges left the journal.
    @discardableResult
    func drainOnce() async throws -> Int {
        let batch = try await journal.oldest(limit: batchLimit, bytes: batchBytes)
        guard !batch.isEmpty else { return 0 }
        try await costs.prepare()
        let projected = batch.map {
            ProjectedExchange(
                exchange: $0.exchange.hashed(),
                projection: ExchangeProjection($0.exchange).priced(costs, for: $0.exchange))
        }
        FaultPoint.beforeStore.pass()
        let quarantined = try await deliver(projected)
        FaultPoint.afterStore.pass()
        let stored = projected.filter { !quarantined.contains($0.exchange.intent.id) }
        try await tell(stored)
        try await journal.acknowledge(
            batch.map { ($0.sequence, $0.exchange.intent.id) }, quarantined: quarantined.count)
        return batch.count
    }

    /// Stores `exchanges`; what Postgres refuses for its content is found by halving, and quarantined alone.
    /// - Returns: the quarantined ones.
    /// - Throws: when Postgres is away or busy; then some may be stored, and all may be delivered again.
    private func deliver(
        _ exchanges: [ProjectedExchange], hasRoom: Bool = false
    ) async throws -> Set<ID<Exchange>> {
        do {
            let conflicting = try await store.store(exchanges)
            for exchange in exchanges where conflicting.contains(exchange.exchange.intent.id) {
                try await quarantine(exchange, reason: "id_conflict", sqlState: nil)
            }
            return conflicting
        } catch let error as PostgresError where !error.isTransient {
            if error.sqlState == "23514", !hasRoom {
                // No partition for these ids yet. Anything else with this code will fail again, alone.
                try await store.makeRoom(for: exchanges)
                return try await deliver(exchanges, hasRoom: true)
            }
            if exchanges.count > 1 {
                let middle = exchanges.count / 2
                let first = try await deliver(Array(exchanges[..<middle]), hasRoom: hasRoom)
                return first.union(try await deliver(Array(exchanges[middle...]), hasRoom: hasRoom))
            }
            return try await deliverAlone(exchanges[0], after: error)
        }
    }

    /// Tries once more without the projections; then the bytes go to quarantine.
    private func deliverAlone(
        _ exchange: ProjectedExchange, after error: PostgresError
    ) async throws -> Set<ID<Exchange>> {
        var bare = exchange
        bare.projection = .empty(note: "refused_\(error.sqlState ?? "by_client")")
        do {
            guard try await store.store([bare]).isEmpty else { throw error }
            return []
        } catch let error as PostgresError where !error.isTransient {
            try await quarantine(exchange, reason: "refused_by_postgres", sqlState: error.sqlState)
            return [exchange.exchange.intent.id]
        }
    }

    private func quarantine(_ exchange: ProjectedExchange, reason: String, sqlState: String?) async throws {
        try await store.quarantine(exchange.exchange, reason: reason, sqlState: sqlState)
        logger.error(
            "exchange quarantined",
            metadata: [
                "exchange.id": "\(exchange.exchange.intent.id)", "reason": "\(reason)",
                "sqlstate": "\(sqlState ?? "-")",
            ])
    }

    private func tell(_ stored: [ProjectedExchange]) async throws {
        guard !stored.isEmpty else { return }
        do {
            try await landed(stored.map(StoredExchange.init))
        } catch let error as PostgresError where error.isTransient {
            throw error
        } catch {
            // A fault in what listens must not hold up the exchanges behind this batch.
            logger.error("a listener failed on stored exchanges", metadata: ["error": "\(error)"])
        }
    }
}

extension JournaledExchange {
    /// With the response's hash where the journal has none: an interrupted exchange, put together from checkpoints.
    fileprivate func hashed() -> JournaledExchange {
        guard outcome.responseHash == nil, !response.isEmpty else { return self }
        var outcome = outcome
        outcome.responseHash = Array(SHA256.hash(data: response))
        return JournaledExchange(intent: intent, outcome: outcome, request: request, response: response)
    }
}

extension StoredExchange {
    init(_ stored: ProjectedExchange) {
        let intent = stored.exchange.intent
        self.init(
            id: intent.id, project: intent.project, status: stored.exchange.outcome.status,
            isComplete: stored.projection.isComplete, httpStatus: stored.exchange.outcome.httpStatus,
            completionID: stored.projection.completionID, conversation: intent.conversation, endpoint: intent.endpoint)
    }
}

/// 0.1 s, doubling to 5 s, each up to half shorter by chance, so that instances do not return in step.
struct Backoff {
    private var delay = Duration.milliseconds(100)

    mutating func next() -> Duration {
        defer { delay = min(delay * 2, .seconds(5)) }
        return delay * Double.random(in: 0.5...1)
    }
    mutating func reset() { delay = .milliseconds(100) }
}
