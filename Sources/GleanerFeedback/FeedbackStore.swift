import Foundation
import GleanerCore

/// A judgement with who gave it and when.
struct GivenFeedback: Sendable {
    let id: ID<Feedback>
    let judgement: Judgement
    let rater: String?
    let source: String
    let caller: Caller
    let at: Date
}

/// A judgement as it is kept.
struct StoredFeedback: Sendable, Hashable {
    let id: ID<Feedback>
    let judgement: Judgement
    let rater: String?
    let source: String
    let at: Date
}

protocol FeedbackStore: Sendable {
    /// The newest stored exchange of the project with this completion id.
    func exchange(withCompletion id: String, of project: ID<Project>) async throws -> ID<Exchange>?
    func keep(_ feedback: [GivenFeedback], on exchange: ID<Exchange>) async throws
    func keepEarly(_ feedback: [GivenFeedback], completion: String) async throws
    /// - Returns: how many judgements found their exchange.
    func join(_ landed: [(project: ID<Project>, completion: String)]) async throws -> Int
    /// As `join`, for everything that waits.
    func joinAll() async throws -> Int
    func feedback(on exchange: ID<Exchange>, of project: ID<Project>) async throws -> [StoredFeedback]
}
