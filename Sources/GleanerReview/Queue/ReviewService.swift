public import AsyncPostgres
public import Foundation
public import GleanerCore

/// Lends sampled exchanges to reviewers, one at a time, and keeps what they say.
///
/// A slot is lent for `lease`; the lease's token proves the right to submit. Time is the database's, so instances whose
/// clocks differ do not take each other's leases.
public struct ReviewService: Sendable {
    public static let defaultLease = Duration.seconds(600)

    private let store: ReviewStore

    public init(pool: PostgresPool) { self.init(pool: pool, lease: Self.defaultLease) }

    init(pool: PostgresPool, lease: Duration) { store = ReviewStore(pool: pool, lease: lease) }

    /// The next item of the queue; `nil` when nothing is open.
    public func next(for reviewer: String, in project: ID<Project>) async throws -> ReviewItem? {
        try check(reviewer)
        guard let lease = try await store.lease(to: reviewer, in: project) else { return nil }
        return try await store.item(lease, in: project)
    }

    /// Keeps a verdict and closes the slot. Sent twice with the same token, it is kept once.
    /// - Returns: the review's id.
    /// - Throws: `ReviewError.leaseLost`.
    public func submit(_ verdict: ReviewVerdict, slot: UUID, token: UUID, in project: ID<Project>) async throws -> UUID
    {
        try await store.submit(verdict, slot: slot, token: token, in: project)
    }

    /// Closes the slot without a verdict.
    public func skip(slot: UUID, token: UUID, in project: ID<Project>) async throws {
        try await store.end(slot: slot, token: token, in: project, as: "skipped")
    }

    /// Gives an item back unjudged.
    public func giveBack(slot: UUID, token: UUID, in project: ID<Project>) async throws {
        try await store.end(slot: slot, token: token, in: project, as: "open")
    }

    public func progress(in project: ID<Project>) async throws -> ReviewProgress {
        try await store.progress(in: project)
    }

    private func check(_ reviewer: String) throws(ReviewError) {
        let scalars = reviewer.unicodeScalars
        guard (1...128).contains(scalars.count), !scalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
        else {
            throw .reviewerInvalid
        }
    }
}
