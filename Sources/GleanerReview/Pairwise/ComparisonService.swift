public import AsyncPostgres
public import Foundation
public import GleanerCore

/// Lends pairs of answers to reviewers, and tells which contender people prefer.
public struct ComparisonService: Sendable {
    private let store: ComparisonStore

    public init(pool: PostgresPool) { store = ComparisonStore(pool: pool) }

    /// Puts a pair into the queue; one that is there stays as it is.
    /// - Throws: `ReviewError.exchangeUnknown`; `.pairInvalid` for an exchange with itself.
    public func add(
        _ kind: ComparisonKind, _ a: ID<Exchange>, _ b: ID<Exchange>, in project: ID<Project>
    ) async throws {
        guard a != b, kind != .correction, kind != .gate else { throw ReviewError.pairInvalid }
        let known = try await store.known([a, b], in: project)
        if let unknown = [a, b].first(where: { !known.contains($0) }) { throw ReviewError.exchangeUnknown(unknown) }
        try await store.add(kind, [NewPair(a: a, b: b)], in: project)
    }

    /// Looks for pairs of a kind among what is stored, the newest first.
    /// - Returns: how many were added.
    /// - Throws: `ReviewError.pairInvalid` for `gate`, whose pairs an evaluation offers.
    public func find(
        _ kind: ComparisonKind, in project: ID<Project>, range: TimeRange = TimeRange(lastDays: 30), limit: Int = 100
    ) async throws -> Int {
        guard kind != .gate else { throw ReviewError.pairInvalid }
        guard (1...1000).contains(limit) else { throw ReviewError.tooMany("limit", limit: 1000) }
        return try await store.find(kind, in: project, range, limit: limit)
    }

    /// - Throws: `ReviewError.reviewerInvalid`.
    public func next(for reviewer: String, in project: ID<Project>) async throws -> ComparisonItem? {
        try await store.lease(to: Reviewer(reviewer).name, in: project)
    }

    /// The pair that a reviewer has at hand; looking changes nothing.
    /// - Throws: `ReviewError.reviewerInvalid`.
    public func held(by reviewer: String, in project: ID<Project>) async throws -> ComparisonItem? {
        try await store.held(by: Reviewer(reviewer).name, in: project)
    }

    /// For how long a pair is lent without a heartbeat.
    public static let lease: Duration = .seconds(ComparisonStore.lease)

    /// Keeps a pair for another lease's length.
    /// - Returns: until when.
    /// - Throws: `ReviewError.leaseLost`.
    public func heartbeat(comparison: UUID, token: UUID, in project: ID<Project>) async throws -> Date {
        try await store.extend(comparison, token: token, in: project)
    }

    /// Sent twice, the first counts.
    /// - Throws: `ReviewError.leaseLost`, `.textInvalid`.
    public func decide(
        _ preference: Preference, comparison: UUID, token: UUID, comment: String? = nil, in project: ID<Project>
    ) async throws {
        let comment = try ReviewText.checked(comment, as: "comment")
        try await store.keep(preference, comment, comparison: comparison, token: token, in: project)
    }

    /// Closes a pair that cannot be compared.
    /// - Throws: `ReviewError.leaseLost`.
    public func skip(comparison: UUID, token: UUID, in project: ID<Project>) async throws {
        try await store.skip(comparison: comparison, token: token, in: project)
    }

    public func results(
        of project: ID<Project>, in range: TimeRange, kind: ComparisonKind? = nil
    ) async throws -> ComparisonResults {
        ComparisonResults(try await store.verdicts(of: project, range, kind: kind))
    }
}
