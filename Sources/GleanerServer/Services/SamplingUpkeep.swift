import GleanerJobs
import GleanerReview
import Logging
import ServiceLifecycle

/// Removes counts that no sampling budget looks at any more, every hour.
struct SamplingUpkeep: Service {
    let sampling: SamplingService
    let logger: Logger

    func run() async throws {
        await repeating(every: .seconds(3600)) {
            do {
                try await self.sampling.forgetOldVolumes()
            } catch {
                self.logger.warning("old sampling counts could not be removed", metadata: ["error": "\(error)"])
            }
        }
    }
}
