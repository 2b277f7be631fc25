import GleanerFeedback
import GleanerGateway
import Logging
import ServiceLifecycle

/// Forgets idempotency keys of yesterday, every hour.
struct IdempotencyExpiry: Service {
    let keys: PostgresIdempotencyKeys
    let posts: PostgresFeedbackStore
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await self.keys.expire()
                    try await self.posts.expirePosts()
                } catch {
                    self.logger.warning("idempotency keys could not be expired", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: .seconds(3600))
            }
        }
    }
}
