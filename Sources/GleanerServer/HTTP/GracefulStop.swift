import GleanerGateway
import Logging
import ServiceLifecycle

/// The first to stop: turns new calls away, lets open ones end, and ends what takes too long.
///
/// Meanwhile the listeners go on, so that a load balancer sees `/readyz` fail and clients read why they are refused.
struct GracefulStop: Service {
    let limits: ExchangeLimits
    let open: OpenExchanges
    let connections: Connections
    /// For open calls to end by themselves.
    let timeout: Duration
    let logger: Logger

    /// What a stream whose time is up may take to send its last event and be stored. With the cut and the end of the other
    /// services a stop takes a second more than it is given, at most.
    static let lastEvent = Duration.milliseconds(650)
    /// And what a client that does not read may take to notice that it was cut.
    static let lastCut = Duration.milliseconds(150)

    func run() async throws {
        do {
            try await gracefulShutdown()
        } catch {
            return
        }
        limits.stop()
        connections.stop()
        if await isDone(within: timeout) { return }
        logger.notice("open calls are ended, since the shutdown timeout has passed", metadata: ["open": "\(busy)"])
        open.stopAll()
        if await isDone(within: Self.lastEvent) { return }
        connections.closeAll()
        _ = await isDone(within: Self.lastCut)
    }

    private var busy: Int { max(limits.open, open.count) }

    private func isDone(within limit: Duration) async -> Bool {
        let deadline = ContinuousClock.now + limit
        while busy > 0 {
            guard ContinuousClock.now < deadline, !Task.isCancelled else { return false }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return true
    }
}
