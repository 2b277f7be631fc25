import AsyncPostgres
import GleanerJobs
import Logging
import ServiceLifecycle

/// Makes partitions at least two weeks ahead, every hour: an insert never finds none.
struct PartitionKeeper: Service {
    static let tables = [
        "exchanges", "exchange_bodies", "attempts", "feedback", "reviews", "moderation_results",
        "moderation_decisions", "evaluator_results", "superseded_results", "prompt_embeddings",
    ]
    let pool: PostgresPool
    let logger: Logger

    func run() async throws {
        await repeating(every: .seconds(3600)) {
            do {
                for table in Self.tables {
                    try await self.pool.query(
                        "SELECT gleaner.ensure_partitions(\(table), now(), now() + interval '21 days')")
                }
            } catch {
                self.logger.warning("partitions could not be made ahead", metadata: ["error": "\(error)"])
            }
        }
    }
}
