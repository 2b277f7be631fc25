public import AsyncPostgres
import GleanerCore
import GleanerEvaluation
import GleanerFeedback
public import GleanerIngest
import GleanerModeration
import GleanerMonitoring
public import GleanerReview
import Logging

extension GleanerService {
    /// What follows when exchanges are stored: they are marked to be counted, early feedback finds its exchange, samples are
    /// drawn, and moderation and evaluators begin.
    static func landed(
        _ stored: [StoredExchange], feedback: FeedbackService, sampling: SamplingService, moderation: ModerationService,
        evaluators: EvaluatorService, rollups: RollupService
    ) async throws {
        try await rollups.landed(stored.map { ($0.id, $0.project) })
        await feedback.joinEarly(
            stored.map {
                LandedExchange(
                    project: $0.project, id: $0.id, completion: $0.completionID, conversation: $0.conversation,
                    turn: $0.turn)
            })
        try await sampling.draw(stored.map(SamplingCandidate.init))
        try await moderation.landed(stored.filter(\.isJudged).map { ($0.id, $0.project) })
        try await evaluators.landed(stored.filter(\.isJudged).map { ($0.id, $0.project) })
    }

    /// The same for what a command stores by itself.
    public static func landed(on pool: PostgresPool) -> ExchangesLanded {
        let feedback = FeedbackService(store: PostgresFeedbackStore(pool: pool))
        let sampling = SamplingService(pool: pool, signals: ReviewSignals(pool: pool))
        // Jobs wait for a server: a command runs none.
        let moderation = ModerationService(pool: pool)
        let evaluators = EvaluatorService(pool: pool)
        let rollups = RollupService(pool: pool)
        return {
            try await landed(
                $0, feedback: feedback, sampling: sampling, moderation: moderation, evaluators: evaluators,
                rollups: rollups)
        }
    }

    /// What compares with a correction runs again when a review brought one.
    static func corrected(telling evaluators: EvaluatorService, _ logger: Logger) -> CorrectionNews {
        { exchange, project in
            do {
                try await evaluators.written(on: [exchange], in: project)
            } catch {
                logger.warning(
                    "evaluators were not told of a correction",
                    metadata: ["exchange.id": "\(exchange)", "error": "\(error)"])
            }
        }
    }

    /// The same for what a command does by itself.
    public static func corrected(on pool: PostgresPool) -> CorrectionNews {
        corrected(telling: EvaluatorService(pool: pool), Logger(label: "gleaner"))
    }
}

extension SamplingCandidate {
    init(_ stored: StoredExchange) {
        self.init(
            id: stored.id, project: stored.project,
            isEligible: stored.status == .completed && stored.isComplete && stored.httpStatus == 200)
    }
}
