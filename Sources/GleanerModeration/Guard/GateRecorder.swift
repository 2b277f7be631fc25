public import AsyncPostgres
import GleanerCore
public import Logging
public import ServiceLifecycle

/// Keeps what classifiers said at the gate, off the hot path: the job that follows has nothing to ask again.
///
/// Best effort: what cannot be kept is counted, and asked again by the job.
public final class GateRecorder: Service {
    typealias Results = [(subject: ModerationSubject, classifier: String, result: Classification)]
    private static let buffered = 1000

    private let store: ModerationStore
    private let metrics: ModerationMetrics
    private let logger: Logger
    private let (stream, feed) = AsyncStream.makeStream(
        of: (ID<Project>, Results).self, bufferingPolicy: .bufferingOldest(buffered))

    public init(pool: PostgresPool, metrics: ModerationMetrics, logger: Logger) {
        store = ModerationStore(pool: pool)
        self.metrics = metrics
        self.logger = logger
    }

    /// Does not wait.
    func keep(_ results: Results, in project: ID<Project>) {
        let answered = results.filter { $0.result.status == .ok }
        guard !answered.isEmpty else { return }
        if case .dropped = feed.yield((project, answered)) { metrics.countUnstored(answered.count) }
    }

    public func run() async throws {
        for await (project, results) in stream.cancelOnGracefulShutdown() {
            do {
                try await store.write(ModerationStore.Batch(results: results), in: project)
                metrics.count(ModerationStore.Batch(results: results))
            } catch {
                metrics.countUnstored(results.count)
                logger.debug("results of the gate were not kept", metadata: ["error": "\(error)"])
            }
        }
    }
}
