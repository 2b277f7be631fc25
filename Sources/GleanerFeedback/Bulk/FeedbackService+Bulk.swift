import AsyncPostgres
import GleanerCore

extension FeedbackService {
    /// What became of each item, in order.
    typealias BulkOutcome = Result<Receipt, any Error>

    /// Keeps every item that can be kept, all at once; what cannot is told by its place.
    func post(
        _ bulk: BulkFeedback, from giver: Giver, key: PostKey?,
        answer: @Sendable ([BulkOutcome]) throws -> PostAnswer
    ) async throws -> Posted {
        let checked = bulk.items.map { item in
            item.flatMap { said in
                Result { () throws -> SaidFeedback in
                    try check(said)
                    return said
                }
            }
        }
        let said = try await redacted(checked.compactMap { try? $0.get() }, of: giver.project)
        return try await once(key) { store in
            var placed = try await locate(said, from: giver, in: store).makeIterator()
            let given = checked.map { item in item.map { _ in placed.next() ?? [] } }
            let kept = given.compactMap { try? $0.get() }
            let refused = try await store.keepEach(kept)
            var place = 0
            let outcomes: [BulkOutcome] = given.map { item in
                item.flatMap { feedback in
                    defer { place += 1 }
                    if let error = refused[place] { return .failure(error) }
                    return .success(Receipt(feedback, exchange: feedback.first?.exchange))
                }
            }
            let stored = kept.enumerated().filter { refused[$0.offset] == nil }.flatMap(\.element)
            return (try answer(outcomes), stored)
        }
    }
}

/// An item that PostgreSQL itself would not take.
struct FeedbackRefused: Explained, Hashable {
    let sqlState: String

    var explanation: Explanation {
        Explanation(
            status: 500, code: "feedback_refused", what: "PostgreSQL does not take this feedback.",
            why: "Its answer was SQLSTATE \(sqlState).", fix: "See PostgreSQL's log, and report it.")
    }
}
