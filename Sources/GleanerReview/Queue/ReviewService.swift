public import AsyncPostgres
public import Foundation
public import GleanerCore

/// Lends sampled exchanges to reviewers, one at a time, and keeps what they say.
///
/// A slot is lent for `lease`; the lease's token proves the right to submit, until the slot is lent to somebody else.
/// Time is the database's, so instances whose clocks differ do not take each other's leases.
public struct ReviewService: Sendable {
    public static let defaultLease = Duration.seconds(600)

    private let store: ReviewStore

    public init(pool: PostgresPool) { self.init(pool: pool, lease: Self.defaultLease) }

    init(pool: PostgresPool, lease: Duration) { store = ReviewStore(pool: pool, lease: lease) }

    /// The next item of the queue; `nil` when nothing is open.
    /// - Throws: `ReviewError.reviewerInvalid`.
    public func next(for reviewer: String, in project: ID<Project>) async throws -> ReviewItem? {
        try check(reviewer)
        guard let lease = try await store.lease(to: reviewer, in: project) else { return nil }
        return try await store.item(lease, in: project)
    }

    /// Keeps a verdict and closes the slot. Sent twice with the same token, it is kept once.
    /// - Returns: the review's id.
    /// - Throws: `ReviewError.leaseLost` when the slot has been lent to somebody else, or closed, since.
    public func submit(_ verdict: ReviewVerdict, slot: UUID, token: UUID, in project: ID<Project>) async throws -> UUID
    {
        try await store.submit(verdict, slot: slot, token: token, in: project)
    }

    /// Closes the slot without a verdict. Sent twice with the same token, the first reason stays.
    /// - Throws: `ReviewError.leaseLost`; `.textInvalid` for a reason that cannot be kept.
    public func skip(slot: UUID, token: UUID, in project: ID<Project>, reason: String? = nil) async throws {
        let reason = try ReviewText.checked(reason, as: "reason")
        try await store.skip(slot: slot, token: token, in: project, reason: reason)
    }

    /// Gives an item back unjudged.
    /// - Throws: `ReviewError.leaseLost`.
    public func giveBack(slot: UUID, token: UUID, in project: ID<Project>) async throws {
        try await store.giveBack(slot: slot, token: token, in: project)
    }

    public func progress(in project: ID<Project>) async throws -> ReviewProgress {
        try await store.progress(in: project)
    }

    private func check(_ reviewer: String) throws(ReviewError) {
        let scalars = reviewer.unicodeScalars
        guard (1...128).contains(scalars.count), !scalars.contains(where: { $0.properties.generalCategory == .control })
        else {
            throw .reviewerInvalid
        }
    }
}
