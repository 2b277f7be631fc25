public import AsyncPostgres
import GleanerCore
import GleanerFeedback
public import GleanerIngest
import GleanerModeration
import GleanerReview

extension GleanerService {
    /// What follows when exchanges are stored: early feedback finds its exchange, samples are drawn, and moderation begins.
    static func landed(
        _ stored: [StoredExchange], feedback: FeedbackService, sampling: SamplingService, moderation: ModerationService
    ) async throws {
        await feedback.joinEarly(
            stored.map {
                LandedExchange(
                    project: $0.project, id: $0.id, completion: $0.completionID, conversation: $0.conversation,
                    turn: $0.turn)
            })
        try await sampling.draw(stored.map(SamplingCandidate.init))
        try await moderation.landed(stored.filter(\.isJudged).map { ($0.id, $0.project) })
    }

    /// The same for what a command stores by itself.
    public static func landed(on pool: PostgresPool) -> ExchangesLanded {
        let feedback = FeedbackService(store: PostgresFeedbackStore(pool: pool))
        let sampling = SamplingService(pool: pool, signals: ReviewSignals(pool: pool))
        // Jobs wait for a server: a command runs none.
        let moderation = ModerationService(pool: pool)
        return { try await landed($0, feedback: feedback, sampling: sampling, moderation: moderation) }
    }
}

extension SamplingCandidate {
    init(_ stored: StoredExchange) {
        self.init(
            id: stored.id, project: stored.project,
            isEligible: stored.status == .completed && stored.isComplete && stored.httpStatus == 200)
    }
}
