import Foundation
import GleanerJobs
public import Logging
public import ServiceLifecycle
import Synchronization

/// Counts what is marked, again and again: exchanges within seconds, the rest once a minute.
///
/// A pass is followed by a pause of twenty times its length, so that rollups take about a twentieth of one core's time of
/// the database, but of no more than half a minute: where there is much to count they take more, and what people and
/// alerts look at stays fresh.
public struct RollupKeeper: Service {
    private let service: RollupService
    private let metrics: RollupMetrics
    private let logger: Logger
    private let shortest: Duration
    private let rest: Duration

    public init(
        service: RollupService, metrics: RollupMetrics, logger: Logger, every shortest: Duration = .seconds(5),
        rest: Duration = .seconds(60)
    ) {
        self.service = service
        self.metrics = metrics
        self.logger = logger
        self.shortest = shortest
        self.rest = rest
    }

    public func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.keep("exchanges", [.exchanges], pause: self.shortest) }
            group.addTask {
                await self.keep("judgements", [.judgements, .reviews, .work, .moderation], pause: self.rest)
            }
            group.addTask { await self.keep("evaluators", [.evaluators], pause: self.rest) }
            group.addTask {
                await repeating(every: self.rest) {
                    await self.trying {
                        try await self.service.countBacklog()
                        self.metrics.saw(
                            try await self.service.behind(), try await self.service.reviewBacklog(),
                            erased: try await self.service.erased())
                    }
                }
            }
            group.addTask {
                await repeating(every: .seconds(3600)) { await self.trying { try await self.service.prune() } }
            }
        }
    }

    /// What follows a pass that has taken so long.
    static func pause(after taken: Duration, shortest: Duration) -> Duration {
        max(shortest, min(taken * 20, .seconds(30)))
    }

    private func keep(_ name: String, _ parts: [RollupPart], pause: Duration) async {
        await repeating(every: pause) {
            let start = ContinuousClock.now
            await self.trying {
                let hours = try await self.service.pass(parts)
                let time = Date()
                try await self.service.ended(name, at: time)
                self.metrics.passed(name, hours: hours, at: time)
            }
            let taken = ContinuousClock.now - start
            try? await Task.sleep(for: Self.pause(after: taken, shortest: pause) - pause)
        }
    }

    private func trying(_ work: () async throws -> Void) async {
        do {
            try await work()
        } catch is CancellationError {
        } catch {
            metrics.failed()
            logger.warning("rollups could not be counted; they are tried again", metadata: ["error": "\(error)"])
        }
    }
}

/// How rollups keep up, for `/metrics`.
public final class RollupMetrics: Sendable {
    private struct State {
        var hours: [String: Int] = ["exchanges": 0, "judgements": 0, "evaluators": 0]
        var ended: [String: Date] = [:]
        var failures = 0
        var behind: [RollupBacklog] = []
        var backlog: [ReviewBacklog] = []
        var erased = 0
    }
    private let state = Mutex(State())

    public init() {}

    /// Hours counted since the start, by pass.
    public var hours: [(pass: String, count: Int)] {
        state.withLock { $0.hours.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    }
    /// When each pass last ended, in seconds since 1970.
    public var ended: [(pass: String, seconds: Double)] {
        state.withLock { $0.ended.sorted { $0.key < $1.key }.map { ($0.key, $0.value.timeIntervalSince1970) } }
    }
    public var failures: Int { state.withLock(\.failures) }
    /// Hours that are marked and not counted, by part.
    public var behind: [(part: String, hours: Int)] {
        state.withLock { $0.behind.map { ($0.part.rawValue, $0.hours) } }
    }

    /// What waits in all annotation queues, and for how many seconds the oldest of it has.
    public var backlog: [(state: String, count: Int, oldestSeconds: Double)] {
        state.withLock { $0.backlog.map { ($0.state, $0.count, $0.oldestSeconds) } }
    }
    public var erased: Int { state.withLock(\.erased) }

    func passed(_ name: String, hours: Int, at time: Date) {
        state.withLock {
            $0.hours[name, default: 0] += hours
            $0.ended[name] = time
        }
    }
    func failed() { state.withLock { $0.failures += 1 } }
    func saw(_ behind: [RollupBacklog], _ backlog: [ReviewBacklog], erased: Int) {
        state.withLock {
            $0.behind = behind
            $0.backlog = backlog
            $0.erased = erased
        }
    }
}
