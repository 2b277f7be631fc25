import GleanerCore

/// What a page with a token may say: of one exchange, as its end user, so often.
struct TokenAllowance: Sendable, Hashable {
    /// A token that got out can change one vote, not flood a table.
    static let most = 20
    /// Bytes of a text: what people type, and no more.
    static let longestText = 16 << 10

    let token: FeedbackToken

    /// - Returns: what is said, with subject and rater as the token has them.
    /// - Throws: `FeedbackTokenError` when the body asks for more than the token allows.
    func limit(_ body: FeedbackBody) throws(FeedbackTokenError) -> SaidFeedback {
        if let subject = body.subject, subject != .exchange(token.exchange) { throw .otherSubject }
        if let rater = body.rater, rater != token.rater { throw .otherRater }
        for judgement in body.judgements {
            if case .preference = judgement { throw .kindNotAllowed(judgement.kind) }
            guard (judgement.text?.utf8.count ?? 0) <= Self.longestText else {
                throw .textTooLong(limit: Self.longestText)
            }
        }
        return SaidFeedback(
            subject: .exchange(token.exchange), judgements: body.judgements, rater: token.rater)
    }

    /// - Parameter counts: how often this voice has judged the exchange, by kind.
    func check(_ judgements: [Judgement], counts: [String: Int]) throws(FeedbackTokenError) {
        for judgement in judgements where counts[judgement.kind, default: 0] >= Self.most {
            throw .spent(limit: Self.most)
        }
    }
}
