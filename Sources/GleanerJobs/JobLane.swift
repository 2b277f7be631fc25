import AsyncPostgres
import GleanerCore
import Logging
import ServiceLifecycle
import Synchronization

/// Claims and runs the jobs of one kind, as many at a time as its handler allows.
final class JobLane: Sendable {
    let kind: JobKind
    private let perform: JobRun
    private let concurrency: Int
    private let drain: Duration
    private let logger: Logger
    private let running = Mutex(0)
    private let isAway = Mutex(false)
    private let isBusy: @Sendable () -> Bool
    private let busySince = Mutex<ContinuousClock.Instant?>(nil)
    private let (wakes, waking) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    private let (endings, ending) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    private let longestWait: Duration

    init(
        handler: any JobHandler, queue: JobQueue, patience: JobWorker.Patience, isBusy: @escaping @Sendable () -> Bool,
        metrics: JobMetrics, logger: Logger
    ) {
        self.isBusy = isBusy
        longestWait = patience.givingWay
        drain = patience.drain
        kind = handler.kind
        concurrency = max(handler.concurrency, 1)
        self.logger = logger
        perform = JobRun(handler: handler, queue: queue, metrics: metrics, logger: logger)
    }

    /// Something may be due.
    func wake() { waking.yield() }

    /// Until a graceful shutdown or a cancellation; returns when nothing runs any more.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await _ in wakes.cancelOnGracefulShutdown() {
                for lease in await claim() {
                    group.addTask {
                        await self.perform(lease)
                        self.ended()
                    }
                }
            }
            await drained()
            group.cancelAll()
        }
    }

    private func claim() async -> [JobLease] {
        let free = concurrency - running.withLock { $0 }
        guard free > 0, !givesWay(at: .now) else { return [] }
        do {
            let leases = try await perform.queue.claim(kind, limit: free, lease: perform.handler.lease)
            isAway.withLock { $0 = false }
            running.withLock { $0 += leases.count }
            return leases
        } catch {
            let isNew = isAway.withLock { isAway in
                defer { isAway = true }
                return !isAway
            }
            if isNew, !Task.isCancelled {
                logger.warning(
                    "jobs cannot be claimed", metadata: ["job.kind": "\(kind.rawValue)", "error": "\(error)"])
            }
            return []
        }
    }

    private func givesWay(at now: ContinuousClock.Instant) -> Bool {
        let isBusy = perform.handler.givesWay && isBusy()
        return busySince.withLock { since in
            since = isBusy ? since ?? now : nil
            return since.map { now - $0 < longestWait } ?? false
        }
    }

    private func ended() {
        running.withLock { $0 -= 1 }
        ending.yield()
        // There may be more than were claimed at once.
        waking.yield()
    }

    /// Returns when nothing runs, or when `drain` has passed.
    private func drained() async {
        await withTaskGroup { group in
            group.addTask { try? await Task.sleep(for: self.drain) }
            group.addTask {
                if self.running.withLock({ $0 }) == 0 { return }
                for await _ in self.endings where self.running.withLock({ $0 }) == 0 { return }
            }
            await group.next()
            group.cancelAll()
        }
    }
}
