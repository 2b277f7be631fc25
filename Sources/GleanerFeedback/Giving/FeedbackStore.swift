import Foundation
public import GleanerCore

protocol FeedbackStore: Sendable {
    /// Runs `body` on a store all of whose writes become visible at once, or not at all when it throws.
    func transaction<Value: Sendable>(
        _ body: (any FeedbackStore) async throws -> Value
    ) async throws -> Value

    /// The stored exchanges that completions and turns stand for, the newest where there are several.
    func exchanges(for subjects: [Subject], of project: ID<Project>) async throws -> [Subject: ID<Exchange>]
    /// Keeps feedback where it belongs; what is early waits.
    func keep(_ feedback: [GivenFeedback]) async throws
    /// The same for items that do not hang together. In a transaction only.
    /// - Returns: those that the database refuses, by their place; the others are kept.
    func keepEach(_ items: [[GivenFeedback]]) async throws -> [Int: FeedbackRefused]
    /// - Returns: what found its exchange.
    func join(_ landed: [LandedExchange]) async throws -> [JoinedFeedback]
    /// As `join`, for everything that waits. A turn given before `patience` is kept for its conversation.
    func joinAll(keepingTurnsBefore patience: Date) async throws -> [JoinedFeedback]

    func feedback(on exchange: ID<Exchange>, of project: ID<Project>) async throws -> [StoredFeedback]
    func feedback(onConversation name: String, of project: ID<Project>) async throws -> [StoredFeedback]

    /// How often this rater has judged the exchange by each kind. Until the transaction ends nobody else learns it.
    func judgementCounts(
        of rater: String, on exchange: ID<Exchange>, of project: ID<Project>
    ) async throws -> [String: Int]

    /// Claims `key` for the transaction.
    /// - Returns: the answer that its first post got; `nil` for the first.
    func claim(_ key: PostKey) async throws -> KeptPost?
    func keep(_ answer: PostAnswer, for key: PostKey) async throws
}

/// An exchange that has just been stored, as early feedback looks for it.
public struct LandedExchange: Sendable, Hashable {
    public let project: ID<Project>
    public let completion: String?
    public let conversation: String?

    public init(project: ID<Project>, completion: String?, conversation: String?) {
        self.project = project
        self.completion = completion
        self.conversation = conversation
    }
}

/// Early feedback that has found its exchange.
struct JoinedFeedback: Sendable, Hashable {
    let exchange: ID<Exchange>?
    let isLow: Bool
}
