import GleanerReview
import Logging
import ServiceLifecycle

/// Removes counts that no sampling budget looks at any more, every hour.
struct SamplingUpkeep: Service {
    let sampling: SamplingService
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await self.sampling.forgetOldVolumes()
                } catch {
                    self.logger.warning("old sampling counts could not be removed", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: .seconds(3600))
            }
        }
    }
}
