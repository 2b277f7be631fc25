import GleanerJobs
public import Logging
public import ServiceLifecycle

/// Joins early feedback that slipped through: given after ingest had looked for it, before its exchange could be seen.
public struct EarlyFeedbackSweep: Service {
    private let service: FeedbackService
    private let logger: Logger
    private let interval: Duration

    public init(service: FeedbackService, logger: Logger, interval: Duration = .seconds(30)) {
        self.service = service
        self.logger = logger
        self.interval = interval
    }

    public func run() async throws {
        await repeating(every: interval) {
            do {
                try await self.service.joinAllEarly()
            } catch {
                // Stopped in the middle: the rows stay where they are for the next start.
                if Task.isCancelled { return }
                self.logger.warning("early feedback could not be joined", metadata: ["error": "\(error)"])
            }
        }
    }
}
