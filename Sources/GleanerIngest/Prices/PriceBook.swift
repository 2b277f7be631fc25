public import AsyncPostgres
import Foundation
import GleanerCore
public import Logging
public import ServiceLifecycle
import Synchronization

/// The prices in memory, for ingest: read anew when they change, and every 30 s in case nobody said so.
public final class PriceBook: Service, Sendable {
    private static let pause: Duration = .seconds(30)

    private let store: PriceStore
    private let listener: PostgresListener
    private let logger: Logger
    /// `nil` until they have been read once.
    private let table = Mutex<PriceTable?>(nil)

    public init(pool: PostgresPool, configuration: PostgresConfiguration, logger: Logger) {
        store = PriceStore(pool: pool)
        listener = PostgresListener(configuration: configuration, channels: ["gleaner_prices"], logger: logger)
        self.logger = logger
    }

    public func run() async throws {
        let listener = listener
        await withTaskGroup { group in
            group.addTask { try? await listener.run() }
            group.addTask { for await _ in listener.notifications { await self.refresh() } }
            group.addTask {
                await cancelWhenGracefulShutdown {
                    while !Task.isCancelled {
                        await self.refresh()
                        try? await Task.sleep(for: Self.pause)
                    }
                }
            }
            await group.waitForAll()
        }
    }

    /// The prices as they were last read; none before that.
    public var current: PriceTable { table.withLock { $0 } ?? PriceTable() }

    private func refresh() async {
        do {
            try await load()
        } catch {
            if Task.isCancelled { return }
            logger.warning("prices could not be read; the last ones stay", metadata: ["error": "\(error)"])
        }
    }

    private func load() async throws {
        let read = PriceTable(try await store.all())
        table.withLock { $0 = read }
    }
}

extension PriceBook: Costs {
    /// Ingest may be quicker than the first reading; an exchange without a cost would stay without.
    func prepare() async throws {
        if table.withLock({ $0 == nil }) { try await load() }
    }

    func cost(of exchange: JournaledExchange, _ projection: ExchangeProjection) -> Double? {
        table.withLock { $0?.cost(of: exchange, projection) }
    }
}
