import GleanerCore
public import ServiceLifecycle
import Synchronization

/// The exchanges that are open in this process, held weakly: their handlers own them.
public final class OpenExchanges: Service {
    private struct Weak {
        weak var exchange: OpenExchange?
    }
    private let open = Mutex<[ID<Exchange>: Weak]>([:])
    private let checkpointAge: Duration

    public init(checkpointAge: Duration = .milliseconds(500)) { self.checkpointAge = checkpointAge }

    func add(_ exchange: OpenExchange) {
        open.withLock { $0[exchange.id] = Weak(exchange: exchange) }
    }

    func remove(_ id: ID<Exchange>) {
        open.withLock { _ = $0.removeValue(forKey: id) }
    }

    public var count: Int { open.withLock(\.count) }

    /// Checkpoints what has waited, twice a second.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: self.checkpointAge)
                for exchange in self.snapshot() { exchange.checkpoint(olderThan: self.checkpointAge) }
            }
        }
    }

    private func snapshot() -> [OpenExchange] {
        open.withLock { open in
            let gone = open.filter { $0.value.exchange == nil }.map(\.key)
            for id in gone { open[id] = nil }
            return open.values.compactMap(\.exchange)
        }
    }
}
