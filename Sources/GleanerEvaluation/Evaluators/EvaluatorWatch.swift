import GleanerJobs
public import Logging
public import ServiceLifecycle

/// Looks every 15 seconds how long the oldest exchange has waited for its evaluators.
public struct EvaluatorWatch: Service {
    private let service: EvaluatorService
    private let metrics: EvaluatorMetrics
    private let logger: Logger

    public init(service: EvaluatorService, metrics: EvaluatorMetrics, logger: Logger) {
        self.service = service
        self.metrics = metrics
        self.logger = logger
    }

    public func run() async throws {
        await repeating(every: .seconds(15)) {
            do {
                self.metrics.saw(lag: try await self.service.lag())
            } catch is CancellationError {
            } catch {
                self.logger.warning("evaluators' lag could not be read", metadata: ["error": "\(error)"])
            }
        }
    }
}
