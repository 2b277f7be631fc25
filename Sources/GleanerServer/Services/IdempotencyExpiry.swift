import GleanerFeedback
import GleanerGateway
import GleanerJobs
import Logging
import ServiceLifecycle

/// Forgets idempotency keys of yesterday, every hour.
struct IdempotencyExpiry: Service {
    let keys: PostgresIdempotencyKeys
    let posts: PostgresFeedbackStore
    let logger: Logger

    func run() async throws {
        await repeating(every: .seconds(3600)) {
            do {
                try await self.keys.expire()
                try await self.posts.expirePosts()
            } catch {
                self.logger.warning("idempotency keys could not be expired", metadata: ["error": "\(error)"])
            }
        }
    }
}
