import GleanerCore
public import ServiceLifecycle
import Synchronization

/// The exchanges that are open in this process, held weakly: their handlers own them.
public final class OpenExchanges: Service {
    private struct Entry {
        weak var exchange: OpenExchange?
        weak var watch: ClientWatch?
    }
    private let open = Mutex<[ID<Exchange>: Entry]>([:])
    private let errors = UpstreamErrors()
    private let checkpointAge: Duration
    private let drainTimeout: Duration
    /// How long calls take; `nil` where nobody asks.
    let metrics: GatewayMetrics?

    /// - Parameter drainTimeout: how long an answer is read on after its client has left.
    public init(
        checkpointAge: Duration = .milliseconds(500), drainTimeout: Duration = .seconds(60),
        metrics: GatewayMetrics? = nil
    ) {
        self.metrics = metrics
        self.checkpointAge = checkpointAge
        self.drainTimeout = drainTimeout
    }

    func add(_ exchange: OpenExchange, _ watch: ClientWatch? = nil) {
        open.withLock { $0[exchange.id] = Entry(exchange: exchange, watch: watch) }
    }

    func remove(_ id: ID<Exchange>) {
        open.withLock { _ = $0.removeValue(forKey: id) }
    }

    public var count: Int { open.withLock(\.count) }

    // MARK: What went wrong at providers

    /// Counts a failure, if it is the provider's.
    func count(_ failure: GatewayError) {
        if let kind = UpstreamErrorKind(failure) { errors.count(kind) }
    }
    func count(status: Int) {
        if let kind = UpstreamErrorKind(status: status) { errors.count(kind) }
    }
    public var upstreamErrors: [(kind: UpstreamErrorKind, count: Int)] { errors.snapshot }

    // MARK: Time

    /// Checkpoints what has waited, twice a second, and ends what has drained for too long.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: self.checkpointAge)
                for entry in self.snapshot() {
                    entry.exchange?.checkpoint(olderThan: self.checkpointAge)
                    entry.watch?.endDrain(after: self.drainTimeout)
                }
            }
        }
    }

    /// Ends every call: streams with an error event, and each is stored as `interrupted` with what came of it.
    public func stopAll() {
        for entry in snapshot() { entry.watch?.stop() }
    }

    private func snapshot() -> [Entry] {
        open.withLock { open in
            let gone = open.filter { $0.value.exchange == nil }.map(\.key)
            for id in gone { open[id] = nil }
            return Array(open.values)
        }
    }
}
