import GleanerCore
import GleanerHTTP

extension FeedbackService {
    /// What became of a post.
    struct Posted: Sendable {
        let answer: PostAnswer
        /// It was answered before, and nothing was done now.
        let isReplay: Bool
    }

    /// Keeps one post and answers it; sent again under its key it is not kept again.
    /// - Parameter allowance: when a token and not a key speaks for it.
    func post(
        _ said: SaidFeedback, from giver: Giver, key: PostKey?, allowance: TokenAllowance?,
        answer: @Sendable (Receipt) throws -> PostAnswer
    ) async throws -> Posted {
        // Before the transaction: placeholders are kept by one of their own.
        let said = try await redacted(said, of: giver.project)
        if key == nil, allowance == nil {
            let given = try await prepare(said, from: giver, in: store)
            try await store.keep(given)
            return Posted(answer: try answer(await settle(given)), isReplay: false)
        }
        return try await once(key) { store in
            let given = try await prepare(said, from: giver, in: store)
            if let allowance, let exchange = given.first?.exchange {
                let counts = try await store.judgementCounts(
                    of: allowance.token.rater, on: exchange, of: giver.project)
                try allowance.check(said.judgements, counts: counts)
            }
            try await store.keep(given)
            return (try answer(Receipt(given, exchange: given.first?.exchange)), given)
        }
    }

    /// Does `work` in a transaction, unless its key has an answer already.
    func once(
        _ key: PostKey?,
        _ work: (any FeedbackStore) async throws -> (answer: PostAnswer, given: [GivenFeedback])
    ) async throws -> Posted {
        let (posted, given) = try await store.transaction { store -> (Posted, [GivenFeedback]) in
            if let key, let kept = try await store.claim(key) {
                guard kept.requestHash == key.requestHash else { throw IdempotencyError.otherRequest }
                return (Posted(answer: kept.answer, isReplay: true), [])
            }
            let (answer, given) = try await work(store)
            if let key { try await store.keep(answer, for: key) }
            return (Posted(answer: answer, isReplay: false), given)
        }
        await settle(all: given)
        return posted
    }
}
