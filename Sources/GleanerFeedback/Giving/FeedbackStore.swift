import Foundation
import GleanerCore

protocol FeedbackStore: Sendable {
    /// Runs `body` on a store all of whose writes become visible at once, or not at all when it throws.
    func transaction<Value: Sendable>(
        _ body: (any FeedbackStore) async throws -> Value
    ) async throws -> Value

    // MARK: Giving

    /// The stored exchanges that completions and turns stand for, the newest where there are several.
    func exchanges(for subjects: [Subject], of project: ID<Project>) async throws -> [Subject: ID<Exchange>]
    /// The conversations that exchanges are part of.
    func conversations(of exchanges: [ID<Exchange>], in project: ID<Project>) async throws -> [ID<Exchange>: String]
    /// How many turns of each conversation wait for an exchange.
    func waitingTurns(of conversations: Set<String>, in project: ID<Project>) async throws -> [String: Int]
    /// Keeps feedback where it belongs; what is early waits.
    func keep(_ feedback: [GivenFeedback]) async throws
    /// The same for items that do not hang together. In a transaction only.
    /// - Returns: those that the database refuses, by their place; the others are kept.
    func keepEach(_ items: [[GivenFeedback]]) async throws -> [Int: FeedbackRefused]

    // MARK: Waiting

    /// Joins what waits for exchanges that have just been stored.
    /// - Returns: what found its exchange.
    func join(_ landed: [LandedExchange]) async throws -> [JoinedFeedback]
    /// Looks once more for the exchanges of what waits as `subjects`.
    func join(waitingAs subjects: [Subject], of project: ID<Project>, at time: Date) async throws -> [JoinedFeedback]
    /// The last id of the next page of what is due to be looked for; `nil` when there is none.
    func endOfWaiting(after last: UUID, at time: Date) async throws -> UUID?
    /// Joins what can be joined of a page.
    func joinWaiting(after last: UUID, through end: UUID, at time: Date) async throws -> [JoinedFeedback]
    /// Keeps the turns of a page that were given before `patience` for their conversations.
    func keepTurns(after last: UUID, through end: UUID, before patience: Date) async throws
    /// Deletes what waits for a completion since before `time`.
    /// - Returns: how much, by project.
    func expire(before time: Date) async throws -> [ID<Project>: Int]

    // MARK: Reading

    /// Feedback on an exchange, newest first.
    /// - Parameter before: only what was given before it.
    func feedback(
        on exchange: ID<Exchange>, of project: ID<Project>, before: ID<Feedback>?, limit: Int
    ) async throws -> [StoredFeedback]

    /// The same for counting: `rater` is the voice, comments and all but the newest hundred corrections are left out.
    func voices(on exchange: ID<Exchange>, of project: ID<Project>, limit: Int) async throws -> [StoredFeedback]

    /// How often this rater has judged the exchange by each kind. Until the transaction ends nobody else learns it.
    func judgementCounts(
        of rater: String, on exchange: ID<Exchange>, of project: ID<Project>
    ) async throws -> [String: Int]

    /// Claims `key` for the transaction.
    /// - Returns: the answer that its first post got; `nil` for the first.
    func claim(_ key: PostKey) async throws -> KeptPost?
    func keep(_ answer: PostAnswer, for key: PostKey) async throws
}
