public import AsyncCurl
public import AsyncPostgres
import Foundation
import GleanerCore
public import GleanerJobs

extension JobKind {
    static let evaluation: JobKind = "evaluation"
}

/// Has two models answer a holdout, and writes the verdict: jobs of kind `evaluation`.
///
/// Each answer is stored as it comes. A run that is begun again asks for what is missing only; what was under way when a
/// process died may be asked twice, under the same `Idempotency-Key`.
public struct GateHandler: JobHandler {
    public let kind = JobKind.evaluation
    public let concurrency = 2
    public let lease = Duration.seconds(60)

    private let store: PostgresEvaluationStore
    private let answers: AnswerClient
    private let prices: any ModelPrices
    private let moderator: any AnswerModerator
    private let people: any PairwiseReview

    public init(
        pool: PostgresPool, client: CurlClient, providers: any EvaluationProviders,
        prices: any ModelPrices = NoPrices(),
        moderator: any AnswerModerator = NoModerator(), people: any PairwiseReview = NoPeople()
    ) {
        store = PostgresEvaluationStore(pool: pool)
        answers = AnswerClient(client: client, providers: providers)
        self.prices = prices
        self.moderator = moderator
        self.people = people
    }

    public func run(_ job: RunningJob) async throws {
        guard let project = job.lease.project,
            let id = job.payload["evaluation"]?.stringValue.flatMap({ ID<Evaluation>($0) }),
            let evaluation = try await store.evaluation(id, of: project)
        else { throw JobFailure.permanent(reason: "the evaluation is gone") }
        guard [.waiting, .running].contains(evaluation.state) else { return }
        try await store.began(id)
        do {
            let run = try await GateRun(
                evaluation, store: store, answers: answers, prices: prices, moderator: moderator,
                people: people)
            try await run.answerAll(job)
            try await run.judgeAll(job)
            try Task.checkCancellation()
            // A job of its own goes on when people have said enough.
            if try await run.offerToPeople() { return try await store.waitForPeople(id) }
            try await run.decide()
        } catch let failure as AnswerFailure {
            try await give(up: failure, on: id, job)
        }
    }

    /// Says whether it is tried again; when not, the evaluation ends without a verdict.
    private func give(up failure: AnswerFailure, on id: ID<Evaluation>, _ job: RunningJob) async throws {
        try Task.checkCancellation()
        if case .transient(let reason, let after) = failure, !job.lease.isLastAttempt {
            throw JobFailure.later(after: after ?? RetryPause.after(attempt: job.lease.attempt), reason: reason)
        }
        try await store.failed(id, reason: failure.word)
        throw JobFailure.permanent(reason: failure.word)
    }
}
