import GleanerCore

extension FeedbackService {
    /// Judgements of one exchange that its current one is made of: some people have one each, a script may have millions.
    static let mostCounted = 10_000

    /// Feedback on an exchange, newest first.
    /// - Parameter before: the last one of the page before.
    func feedback(
        on exchange: ID<Exchange>, of project: ID<Project>, before: ID<Feedback>? = nil, limit: Int = 1000
    ) async throws -> [StoredFeedback] {
        try await store.feedback(on: exchange, of: project, before: before, limit: limit)
    }

    /// What the newest `mostCounted` judgements of an exchange come to.
    func currentJudgement(of exchange: ID<Exchange>, in project: ID<Project>) async throws -> CurrentJudgement {
        let voices = try await store.voices(on: exchange, of: project, limit: Self.mostCounted)
        return CurrentJudgement(newestFirst: voices.map { (judgement: $0.judgement, rater: $0.rater) })
    }
}
