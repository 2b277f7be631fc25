import AsyncPostgres
public import Logging
public import ServiceLifecycle

/// Runs jobs, each kind by its handler, in a lane of its own so that no kind waits for another.
///
/// New work is heard of through LISTEN/NOTIFY, and found by looking every few seconds besides. After a graceful shutdown
/// nothing new begins, what runs has `drain` to end, and the rest is given back. What a killed worker held is due again
/// when its lease has run out.
public struct JobWorker: Service {
    /// How patient a worker is. Tests are less so.
    public struct Patience: Sendable {
        /// Between looks when nothing is heard. Retries and lost leases come due without a notification.
        public var poll: Duration
        /// For what runs when a shutdown begins.
        public var drain: Duration
        /// Between counts of the queue, for metrics.
        public var count: Duration
        /// How long work that gives way does so at most: a process that is always busy does it all the same.
        public var givingWay: Duration

        public init(
            poll: Duration = .seconds(2), drain: Duration = .seconds(5), count: Duration = .seconds(15),
            givingWay: Duration = .seconds(60)
        ) {
            self.givingWay = givingWay
            self.poll = poll
            self.drain = drain
            self.count = count
        }
    }

    /// How long done jobs are kept.
    public static let keepsDone = Duration.seconds(86_400)

    public let metrics: JobMetrics
    private let queue: JobQueue
    private let handlers: [any JobHandler]
    private let listening: PostgresConfiguration
    private let patience: Patience
    private let isBusy: @Sendable () -> Bool
    private let logger: Logger

    /// - Parameters:
    ///   - handlers: one for each kind.
    ///   - isBusy: whether the process has something more urgent to do than what gives way.
    public init(
        queue: JobQueue, handlers: [any JobHandler], patience: Patience = Patience(),
        isBusy: @escaping @Sendable () -> Bool = { false }, logger: Logger
    ) {
        self.isBusy = isBusy
        precondition(Set(handlers.map(\.kind)).count == handlers.count, "two handlers of one kind")
        self.queue = queue
        self.handlers = handlers
        self.patience = patience
        self.logger = logger
        listening = queue.pool.configuration
        metrics = JobMetrics(kinds: handlers.map(\.kind))
    }

    public func run() async throws {
        let lanes = handlers.map {
            JobLane(
                handler: $0, queue: queue, patience: patience, isBusy: isBusy, metrics: metrics, logger: logger)
        }
        let listener = PostgresListener(configuration: listening, channels: [JobQueue.channel], logger: logger)
        await withTaskGroup { group in
            group.addTask { try? await listener.run() }
            group.addTask { await tell(lanes, of: listener.notifications) }
            group.addTask { await repeating(every: patience.poll) { for lane in lanes { lane.wake() } } }
            group.addTask { await repeating(every: patience.count) { await count() } }
            group.addTask { await repeating(every: .seconds(3600)) { await clear() } }
            for lane in lanes { group.addTask { await lane.run() } }
        }
    }

    private func tell(_ lanes: [JobLane], of notifications: AsyncStream<PostgresNotification>) async {
        for await notification in notifications {
            switch notification {
            case .reconnected: for lane in lanes { lane.wake() }
            case .notified(_, let kind): for lane in lanes where lane.kind.rawValue == kind { lane.wake() }
            }
        }
    }

    private func count() async {
        // Metrics may be old; a database that is away is others' to report.
        if let standing = try? await queue.standing() { metrics.saw(standing) }
    }

    private func clear() async {
        do {
            while try await queue.clear(doneFor: Self.keepsDone) > 0 {}
        } catch {
            if !Task.isCancelled {
                logger.warning("done jobs could not be cleared away", metadata: ["error": "\(error)"])
            }
        }
    }
}
