public import AsyncPostgres
import GleanerCore
import GleanerJobs
public import Logging
public import ServiceLifecycle

/// Looks at every evaluation that waits for people, and lets it go on when they have said enough.
public struct PeopleKeeper: Service {
    private let store: PostgresEvaluationStore
    private let queue: JobQueue
    private let people: any PairwiseReview
    private let interval: Duration
    private let logger: Logger

    public init(pool: PostgresPool, people: any PairwiseReview, interval: Duration = .seconds(60), logger: Logger) {
        store = PostgresEvaluationStore(pool: pool)
        queue = JobQueue(pool: pool)
        self.people = people
        self.interval = interval
        self.logger = logger
    }

    public func run() async throws {
        await repeating(every: interval) { await lookOnce() }
    }

    /// Several processes may look at once: only one of them ends a wait.
    public func lookOnce() async {
        do {
            for evaluation in try await store.waitingForPeople() {
                let verdicts = try await people.verdicts(of: evaluation.id, in: evaluation.project)
                guard (evaluation.policy.people ?? PeopleChoice()).isEnough(verdicts) else { continue }
                try await store.endWait(evaluation.id, of: evaluation.project, by: "gleaner", queue: queue)
            }
        } catch {
            if !Task.isCancelled {
                logger.warning(
                    "evaluations that wait for people could not be looked at", metadata: ["error": "\(error)"])
            }
        }
    }
}
