import GleanerJobs
public import Logging
public import ServiceLifecycle

/// Keeps the secrets of feedback tokens current. Until they are read, answers carry no token.
public struct FeedbackSecretWatch: Service {
    private let tokens: FeedbackTokens
    private let logger: Logger
    private let interval: Duration

    public init(tokens: FeedbackTokens, logger: Logger, interval: Duration = .seconds(15)) {
        self.tokens = tokens
        self.logger = logger
        self.interval = interval
    }

    public func run() async throws {
        await repeating(every: interval) {
            do {
                try await self.tokens.refresh()
            } catch {
                if Task.isCancelled { return }
                self.logger.warning(
                    "secrets of feedback tokens could not be read", metadata: ["error": "\(error)"])
            }
        }
    }
}
