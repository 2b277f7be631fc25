/// Answers that cost much, for a minute: pages are loaded again and again.
actor KeptAnswers<Question: Hashable & Sendable, Answer: Sendable> {
    private struct Kept {
        let answer: Answer
        let until: ContinuousClock.Instant
    }
    private var kept: [Question: Kept] = [:]
    private let lifetime: Duration

    init(for lifetime: Duration = .seconds(60)) { self.lifetime = lifetime }

    /// What `work` says, or said within the last minute.
    func answer(to question: Question, _ work: @Sendable () async throws -> Answer) async throws -> Answer {
        if let known = kept[question], known.until > .now { return known.answer }
        let answer = try await work()
        let now = ContinuousClock.now
        kept = kept.filter { $0.value.until > now }
        kept[question] = Kept(answer: answer, until: now + lifetime)
        return answer
    }
}
