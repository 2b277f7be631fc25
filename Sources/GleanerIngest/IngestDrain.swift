public import AsyncPostgres
import Crypto
public import GleanerCore
public import Logging
public import ServiceLifecycle

/// Told of exchanges when they have landed in Postgres, before the journal lets them go: at least once each, so what
/// is done with them must bear repetition.
public typealias ExchangesLanded = @Sendable ([StoredExchange]) async throws -> Void

/// Shown what was stored; must not wait. A batch that is repeated after a crash is shown again.
public typealias CallsStored = @Sendable ([StoredCall]) -> Void

/// Moves whole exchanges from the journal into Postgres, batch by batch.
///
/// The journal lets go of a batch only after its commit: a crash in between repeats a batch, never loses one, and the
/// repetition finds its rows already there.
public struct IngestDrain: Service {
    private let journal: Journal
    private let store: any ExchangeStore
    private let landed: ExchangesLanded
    private let costs: any Costs
    private let redactor: (any ExchangeRedactor)?
    private let erased: any ErasedExchanges
    private let metrics: IngestMetrics?
    private let shown: CallsStored?
    private let relieved: @Sendable () -> Void
    private let logger: Logger

    /// - Parameters:
    ///   - prices: `nil` leaves every exchange without a cost.
    ///   - redactor: `nil` stores everything as it came.
    ///   - erased: `nil` stores whatever comes.
    ///   - relieved: called when a backlog is gone, and what it took in memory is free.
    public init(
        journal: Journal, pool: PostgresPool, prices: PriceBook? = nil, redactor: (any ExchangeRedactor)? = nil,
        erased: (any ErasedExchanges)? = nil, metrics: IngestMetrics? = nil, shown: CallsStored? = nil,
        relieved: @escaping @Sendable () -> Void = {}, landed: @escaping ExchangesLanded, logger: Logger
    ) {
        self.init(
            journal: journal, store: PostgresExchangeStore(pool: pool), costs: prices ?? NoCosts(),
            redactor: redactor, erased: erased, metrics: metrics, shown: shown, relieved: relieved, landed: landed,
            logger: logger)
    }

    init(
        journal: Journal, store: any ExchangeStore, costs: any Costs = NoCosts(),
        redactor: (any ExchangeRedactor)? = nil, erased: (any ErasedExchanges)? = nil,
        metrics: IngestMetrics? = nil, shown: CallsStored? = nil, relieved: @escaping @Sendable () -> Void = {},
        landed: @escaping ExchangesLanded, logger: Logger
    ) {
        self.redactor = redactor
        self.relieved = relieved
        self.metrics = metrics
        self.shown = shown
        self.erased = erased ?? NothingErased()
        self.costs = costs
        self.journal = journal
        self.store = store
        self.landed = landed
        self.logger = logger
    }

    /// - Throws: `JournalError.storage` when the journal's disk has failed: the process must end and start anew.
    public func run() async throws {
        journal.damage.tell(logger)
        try await cancelWhenGracefulShutdown { try await self.drainAsRecorded() }
        // What was recorded until the very end is stored now if Postgres is there, else at the next start.
        do {
            while try await drainOnce() > 0 {}
        } catch {
            logger.notice("exchanges stay in the journal", metadata: ["error": "\(error)"])
        }
        tellLost()
    }

    /// Nothing of a journal without files is there at the next start.
    private func tellLost() {
        guard journal.isRemoved, journal.counts.open + journal.counts.journaled > 0 else { return }
        logger.critical(
            "exchanges are lost with the files of the journal",
            metadata: ["journaled": "\(journal.counts.journaled)", "open": "\(journal.counts.open)"])
    }

    /// How long exchanges may go on to their own end once the journal's files are gone.
    private static let lastEnds = Duration.seconds(5)

    /// The files are gone and the disk is not: what they held is in memory, or can still be read by this process. It
    /// waits for Postgres, and what is open is stored as far as it came.
    private func drainRemoved(_ pace: inout DrainPace) async {
        let deadline = ContinuousClock.now + Self.lastEnds
        while journal.counts.open > 0, ContinuousClock.now < deadline, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(50))
        }
        await journal.interruptOpen()
        while !Task.isCancelled {
            do {
                if try await drainOnce() == 0 { return }
            } catch {
                logger.warning("ingest waits for postgres", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: pace.failed(error))
            }
        }
    }

    private func drainAsRecorded() async throws(JournalError) {
        var pace = DrainPace()
        for await _ in journal.recorded {
            while !Task.isCancelled {
                do {
                    try await drainAll(&pace)
                    break
                } catch {
                    if Task.isCancelled { return }
                    // What is in memory was tried, and waiting helps nobody.
                    if journal.health == .failed { break }
                    logger.warning("ingest waits for postgres", metadata: ["error": "\(error)"])
                    try? await Task.sleep(for: pace.failed(error))
                }
            }
            if journal.health == .failed {
                if journal.isRemoved { await drainRemoved(&pace) }
                if Task.isCancelled { return }
                tellLost()
                throw journal.failure
            }
        }
    }

    /// Moves batches until nothing waits. While some are being stored, the next is read and projected.
    private func drainAll(_ pace: inout DrainPace) async throws {
        let failure = await withTaskGroup(of: Moved.self) { group in
            var (next, hasMore, failure): (Batch?, Bool, (any Error)?) = (nil, true, nil)
            var flight: [Int: [Int64]] = [:]
            var number = 0
            while !Task.isCancelled {
                if next == nil, hasMore, failure == nil {
                    do {
                        let limit = pace.limit(journal)
                        next = try await prepare(limit: limit, without: Set(flight.values.joined()))
                        // Behind a part of a batch there is nothing yet.
                        hasMore = next.map { $0.waiting.count >= limit } ?? false
                    } catch {
                        failure = error
                    }
                }
                if let batch = next, failure == nil, flight.count < pace.width {
                    next = nil
                    number += 1
                    flight[number] = batch.waiting.map(\.sequence)
                    group.addTask { [number] in await move(batch, number) }
                    continue
                }
                // What has been begun is ended, also when another has failed.
                guard let moved = await group.next() else { break }
                let count = flight.removeValue(forKey: moved.number)?.count ?? 0
                failure = failure ?? moved.failure
                guard failure == nil else { continue }
                if pace.isRelieved(waiting: journal.waitingBytes) { relieved() }
                let pause = pace.succeeded(moved: count, in: moved.duration, hasBacklog: journal.hasUnread)
                try? await Task.sleep(for: pause)
                hasMore = true
            }
            return failure
        }
        if let failure { throw failure }
    }

    /// What became of a batch.
    private struct Moved: Sendable {
        let number: Int
        let duration: Duration
        let failure: (any Error)?
    }

    private func move(_ batch: Batch, _ number: Int) async -> Moved {
        let began = ContinuousClock.now
        var failure: (any Error)?
        do {
            try await settle(try await store(batch))
        } catch {
            failure = error
        }
        return Moved(number: number, duration: .now - began, failure: failure)
    }

    /// Moves one batch.
    /// - Returns: how many exchanges left the journal.
    @discardableResult
    func drainOnce(limit: Int = DrainPace.mostExchanges) async throws -> Int {
        guard let batch = try await prepare(limit: limit) else { return 0 }
        try await settle(try await store(batch))
        return batch.waiting.count
    }

    /// A batch that has been read, and is ready to be stored: the intact exchanges together, the damaged ones apart.
    private struct Batch: Sendable {
        let waiting: [WaitingExchange]
        let intact: ExchangeBatch
    }
    /// One that Postgres has, and the journal still has.
    private struct Stored: Sendable {
        let batch: Batch
        let quarantined: Set<ID<Exchange>>
    }

    /// - Parameter inFlight: what is on its way.
    @concurrent private func prepare(limit: Int, without inFlight: Set<Int64> = []) async throws -> Batch? {
        let waiting = try await journal.oldest(limit: limit, bytes: DrainPace.mostBytes, without: inFlight)
        guard !waiting.isEmpty else { return nil }
        try await costs.prepare()
        var intact = waiting.filter { !$0.isDamaged }.map {
            ProjectedExchange(
                exchange: $0.exchange.hashed(),
                projection: ExchangeProjection($0.exchange).priced(costs, for: $0.exchange))
        }
        if let redactor {
            // Placeholders are kept by conversation: of an erased one none may come back.
            let gone = try await erased.erased(among: waiting.map(\.exchange.intent))
            intact.removeAll { gone.contains($0.exchange.intent.id) }
            try await intact.redact(redactor, withheld: tellWithheld)
        }
        return Batch(waiting: waiting, intact: ExchangeBatch(intact))
    }

    private func store(_ batch: Batch) async throws -> Stored {
        FaultPoint.beforeStore.pass()
        let stored = try await erased.passing(batch.waiting.map(\.exchange.intent)) { erased in
            let batch = erased.isEmpty ? batch : leaving(erased, out: batch)
            let damaged = try await setAside(batch.waiting.filter { !erased.contains($0.exchange.intent.id) })
            return Stored(batch: batch, quarantined: try await deliver(batch.intact).union(damaged))
        }
        FaultPoint.afterStore.pass()
        return stored
    }

    /// The whole batch leaves the journal; what was erased is counted as stored, and is not.
    private func leaving(_ erased: Set<ID<Exchange>>, out batch: Batch) -> Batch {
        logger.notice("erased exchanges came again and are not stored", metadata: ["count": "\(erased.count)"])
        return Batch(
            waiting: batch.waiting,
            intact: ExchangeBatch(batch.intact.exchanges.filter { !erased.contains($0.exchange.intent.id) }))
    }

    /// Tells of what was stored, and lets the journal have it gone.
    private func settle(_ stored: Stored) async throws {
        try await tell(
            stored.batch.intact.exchanges.filter { !stored.quarantined.contains($0.exchange.intent.id) })
        journal.acknowledge(stored.batch.waiting.map(\.sequence), quarantined: stored.quarantined.count)
    }

    private func tellWithheld(_ exchange: ID<Exchange>, _ error: any Error) {
        logger.error(
            "personal data could not be replaced; the exchange is stored without its texts",
            metadata: ["exchange.id": "\(exchange)", "error": "\(error)"])
    }

    /// What the disk has damaged is kept as it is, and never taken for an exchange. Personal data is replaced in it where
    /// that is wanted of any.
    private func setAside(_ batch: [WaitingExchange]) async throws -> Set<ID<Exchange>> {
        var damaged: Set<ID<Exchange>> = []
        for waiting in batch where waiting.isDamaged {
            var bare = ProjectedExchange(exchange: waiting.exchange, projection: .empty(note: "journal_damaged"))
            if let redactor { bare = try await bare.redactedAsDamaged(redactor, withheld: tellWithheld) }
            try await quarantine(bare, reason: "journal_damaged", sqlState: nil)
            damaged.insert(waiting.exchange.intent.id)
        }
        return damaged
    }

    /// Stores `exchanges`; what Postgres refuses for its content is found by halving, and quarantined alone.
    /// - Returns: the quarantined ones.
    /// - Throws: when Postgres is away or busy; then some may be stored, and all may be delivered again.
    private func deliver(_ batch: ExchangeBatch, hasRoom: Bool = false) async throws -> Set<ID<Exchange>> {
        let exchanges = batch.exchanges
        guard !exchanges.isEmpty else { return [] }
        do {
            let conflicting = try await store.store(batch)
            for exchange in exchanges where conflicting.contains(exchange.exchange.intent.id) {
                try await quarantine(exchange, reason: "id_conflict", sqlState: nil)
            }
            return conflicting
        } catch let error as PostgresError where !error.isTransient {
            if error.sqlState == "23514", !hasRoom {
                // No partition for these ids yet. Anything else with this code will fail again.
                try await store.makeRoom(for: exchanges)
                return try await deliver(batch, hasRoom: true)
            }
            if exchanges.count > 1 {
                let middle = exchanges.count / 2
                let first = try await deliver(ExchangeBatch(Array(exchanges[..<middle])), hasRoom: hasRoom)
                return first.union(
                    try await deliver(ExchangeBatch(Array(exchanges[middle...])), hasRoom: hasRoom))
            }
            return try await deliverAlone(exchanges[0], after: error)
        }
    }

    /// Tries once more without the projections; then the bytes go to quarantine.
    private func deliverAlone(
        _ exchange: ProjectedExchange, after error: PostgresError
    ) async throws -> Set<ID<Exchange>> {
        let bare = exchange.with(.empty(note: "refused_\(error.sqlState ?? "by_client")"))
        do {
            guard try await store.store(ExchangeBatch([bare])).isEmpty else { throw error }
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
        metrics?.landed(stored)
        shown?(stored.map(StoredCall.init))
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

extension StoredCall {
    init(_ stored: ProjectedExchange) {
        let projection = stored.projection
        self.init(
            intent: stored.exchange.intent, outcome: stored.exchange.outcome, servedModel: projection.servedModel,
            completionID: projection.completionID, finishReason: projection.finishReason,
            tokens: .init(
                input: projection.promptTokens.map(Int.init), output: projection.completionTokens.map(Int.init),
                cacheRead: projection.cachedTokens.map(Int.init), cacheWrite: projection.cacheWriteTokens.map(Int.init),
                reasoning: projection.reasoningTokens.map(Int.init)), costUSD: projection.costUSD,
            texts: .init(messages: projection.messages?.bytes, answer: projection.answer?.bytes))
    }
}

extension StoredExchange {
    init(_ stored: ProjectedExchange) {
        let intent = stored.exchange.intent
        self.init(
            id: intent.id, project: intent.project, status: stored.exchange.outcome.status,
            isComplete: stored.projection.isComplete, httpStatus: stored.exchange.outcome.httpStatus,
            completionID: stored.projection.completionID, conversation: intent.conversation, endpoint: intent.endpoint,
            turn: intent.source == .shadow ? nil : stored.projection.messageCount.map(Int.init))
    }
}
