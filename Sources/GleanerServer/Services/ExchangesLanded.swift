public import AsyncPostgres
import GleanerCore
import GleanerFeedback
public import GleanerIngest
import GleanerReview

extension GleanerService {
    /// What follows when exchanges are stored: early feedback finds its exchange, and samples are drawn.
    static func landed(
        _ stored: [StoredExchange], feedback: FeedbackService, sampling: SamplingService
    ) async throws {
        try await feedback.joinEarly(
            stored.compactMap { exchange in exchange.completionID.map { (exchange.project, $0) } })
        try await sampling.draw(stored.map(SamplingCandidate.init))
    }

    /// The same for what a command stores by itself.
    public static func landed(on pool: PostgresPool) -> ExchangesLanded {
        let feedback = FeedbackService(store: PostgresFeedbackStore(pool: pool))
        let sampling = SamplingService(pool: pool)
        return { try await landed($0, feedback: feedback, sampling: sampling) }
    }
}

extension SamplingCandidate {
    init(_ stored: StoredExchange) {
        self.init(
            id: stored.id, project: stored.project,
            isEligible: stored.status == .completed && stored.isComplete && stored.httpStatus == 200)
    }
}
