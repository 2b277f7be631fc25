public import AsyncPostgres
public import Foundation
public import GleanerCore

/// Lends sampled exchanges to reviewers, one at a time, and keeps what they say.
///
/// A slot is lent for a while that heartbeats renew; the lease's token proves the right to submit, until the slot is lent
/// to somebody else. Time is the database's, so instances whose clocks differ do not take each other's leases.
public struct ReviewService: Sendable {
    private let store: ReviewStore
    private let gold: GoldStore
    private let settings: SettingsStore
    private let rubrics: RubricStore
    /// Instead of the project's.
    private let lease: Duration?
    private let metrics: ReviewMetrics
    private let corrected: CorrectionNews

    public init(pool: PostgresPool, corrected: @escaping CorrectionNews = { _, _ in }) {
        self.init(pool: pool, lease: nil, corrected: corrected)
    }

    init(pool: PostgresPool, lease: Duration?, corrected: @escaping CorrectionNews = { _, _ in }) {
        self.init(
            pool: pool, settings: SettingsStore(pool: pool), rubrics: RubricStore(pool: pool), lease: lease,
            corrected: corrected)
    }

    init(
        pool: PostgresPool, settings: SettingsStore, rubrics: RubricStore, lease: Duration? = nil,
        metrics: ReviewMetrics = ReviewMetrics(), corrected: @escaping CorrectionNews = { _, _ in }
    ) {
        self.metrics = metrics
        self.corrected = corrected
        store = ReviewStore(pool: pool)
        gold = GoldStore(pool: pool)
        self.settings = settings
        self.rubrics = rubrics
        self.lease = lease
    }

    // MARK: Lending

    /// The next item of the queue; `nil` when nothing is open for this reviewer. In the place of one in some comes a hidden
    /// check.
    /// - Parameter resuming: an item that the reviewer still holds comes first, with what they had entered.
    /// - Throws: `ReviewError.reviewerInvalid`.
    public func next(
        for reviewer: String, in project: ID<Project>, resuming: Bool = false
    ) async throws -> ReviewItem? {
        let reviewer = try Reviewer(reviewer)
        let settings = try await settings.settings(of: project)
        let terms = LeaseTerms(reviewer: reviewer.name, rubric: settings.rubric, length: lease ?? settings.lease)
        if resuming, let held = try await store.held(terms, in: project) { return try await item(held, in: project) }
        guard let lease = try await store.lease(terms, in: project) else { return nil }
        // In the place of an ordinary item, which goes back: an item out of an empty queue would be known for a check.
        if settings.goldShare > 0, Double.random(in: 0..<1) < settings.goldShare,
            let check = try await gold.lease(terms, in: project)
        {
            try await store.putBack(lease, in: project)
            return try await item(check, in: project)
        }
        return try await item(lease, in: project)
    }

    /// What the reviewer has at hand, the oldest first; looking changes nothing.
    public func held(by reviewer: String, in project: ID<Project>) async throws -> [UUID] {
        try await store.heldSlots(by: Reviewer(reviewer).name, in: project)
    }

    /// An item that the reviewer has at hand, as it stands; `nil` when they have not. Looking changes nothing.
    public func held(_ slot: UUID, by reviewer: String, in project: ID<Project>) async throws -> ReviewItem? {
        guard let lease = try await store.held(slot, by: Reviewer(reviewer).name, in: project) else { return nil }
        return try await item(lease, in: project)
    }

    /// Keeps an item for another lease's length.
    /// - Returns: until when.
    /// - Throws: `ReviewError.leaseLost`.
    public func heartbeat(slot: UUID, token: UUID, in project: ID<Project>) async throws -> Date {
        let projects = try await settings.settings(of: project)
        return try await store.extend(slot: slot, token: token, in: project, by: lease ?? projects.lease)
    }

    /// Keeps a half-done judgement; it comes back with the item, to its reviewer only.
    /// - Throws: `ReviewError.leaseLost`, `.textInvalid`.
    public func keep(_ draft: ReviewAnswers, slot: UUID, token: UUID, in project: ID<Project>) async throws {
        _ = try ReviewText.checked(draft.correction, as: "correction")
        _ = try ReviewText.checked(draft.comment, as: "comment")
        let document = try draft.document.canonicalBytes()
        guard document.count <= 2 * ReviewText.longest, !draft.holdsNUL else { throw ReviewError.textInvalid("draft") }
        try await store.keep(JSONB(bytes: document), slot: slot, token: token, in: project)
    }

    // MARK: Ending

    /// Keeps a verdict and closes the slot. Sent twice with the same token, it is kept once.
    /// - Returns: the review's id.
    /// - Throws: `ReviewError.leaseLost` when the slot has been lent to somebody else, or closed, since; what
    ///   `ReviewVerdict` refuses.
    public func submit(_ given: ReviewAnswers, slot: UUID, token: UUID, in project: ID<Project>) async throws -> UUID {
        guard let asked = try await store.rubric(ofSlot: slot, token: token, in: project) else {
            throw ReviewError.leaseLost
        }
        let verdict = try ReviewVerdict(given, against: await rubrics.rubric(asked, in: project))
        let spread = try await settings.settings(of: project).disagreementSpread
        let review = try await store.submit(verdict, slot: slot, token: token, in: project, spread: spread)
        metrics.count(.review)
        if verdict.correction != nil { await corrected(review.exchange, project) }
        return review.id
    }

    /// Closes the slot without a verdict: nobody could judge it. Sent twice with the same token, the first reason stays.
    /// - Throws: `ReviewError.leaseLost`; `.textInvalid` for a reason that cannot be kept.
    public func skip(slot: UUID, token: UUID, in project: ID<Project>, reason: String? = nil) async throws {
        let reason = try ReviewText.checked(reason, as: "reason")
        let spread = try await settings.settings(of: project).disagreementSpread
        try await store.skip(slot: slot, token: token, in: project, reason: reason, spread: spread)
    }

    /// Leaves the slot to somebody else: this reviewer should not judge it, and is not asked again.
    /// - Throws: `ReviewError.leaseLost`, `.reasonMissing`, `.textInvalid`.
    public func decline(slot: UUID, token: UUID, in project: ID<Project>, reason: String) async throws {
        guard let reason = try ReviewText.checked(reason, as: "reason") else { throw ReviewError.reasonMissing }
        try await store.decline(slot: slot, token: token, in: project, reason: reason)
    }

    /// Gives an item back unjudged; it may come to the same reviewer again.
    /// - Throws: `ReviewError.leaseLost`.
    public func giveBack(slot: UUID, token: UUID, in project: ID<Project>) async throws {
        try await store.giveBack(slot: slot, token: token, in: project)
    }

    /// Takes back what a reviewer did last, a submission, a skip or a decline, and lends the item to them again, as they had
    /// judged it.
    /// - Throws: `ReviewError.nothingToUndo`, `.reviewerInvalid`.
    public func undo(by reviewer: String, in project: ID<Project>) async throws -> ReviewItem {
        let reviewer = try Reviewer(reviewer)
        let settings = try await settings.settings(of: project)
        let terms = LeaseTerms(reviewer: reviewer.name, rubric: settings.rubric, length: lease ?? settings.lease)
        let again = try await store.undo(terms, in: project, minutes: settings.undoMinutes)
        await corrected(again.exchange, project)
        return try await item(again, in: project)
    }

    // MARK: Looking

    /// How far the queue is, as leads see it: without hidden checks.
    /// - Parameter withMeans: the mean scores of the newest thousand reviews too. They are no estimates.
    public func progress(in project: ID<Project>, withMeans: Bool = false) async throws -> ReviewProgress {
        var progress = try await store.progress(in: project, countsChecks: false)
        if withMeans { progress.means = try await store.means(in: project) }
        return progress
    }

    /// How far the queue is, for those who may not know what a hidden check is: it counts as the item it looks like, and of
    /// what is open only the order of magnitude is told, since a check leaves it as it is.
    public func progressForReviewers(in project: ID<Project>) async throws -> ReviewProgress {
        var progress = try await store.progress(in: project, countsChecks: true)
        progress.open = Self.magnitude(progress.open)
        progress.means = try await store.means(in: project)
        return progress
    }

    /// The largest of 0, 1, 10, 100 … that is not above `count`.
    static func magnitude(_ count: Int) -> Int {
        guard count > 0 else { return 0 }
        var power = 1
        while count / 10 >= power { power *= 10 }
        return power
    }

    /// Whether anything waits. How much is not for reviewers: it falls with every item, and not with a hidden check.
    public func hasWaiting(in project: ID<Project>) async throws -> Bool { try await store.hasWaiting(in: project) }

    /// How fast a reviewer is, today and over the last hour.
    public func pace(of reviewer: String, in project: ID<Project>) async throws -> ReviewPace {
        try await store.pace(of: Reviewer(reviewer).name, in: project)
    }

    private func item(_ lease: ReviewStore.Lease, in project: ID<Project>) async throws -> ReviewItem {
        try await store.item(lease, rubrics.rubric(lease.rubric, in: project), in: project)
    }
}

/// To whom, on which questions and for how long a slot is lent.
struct LeaseTerms: Sendable {
    let reviewer: String
    let rubric: String
    let length: Duration
    var seconds: Double { Double(length.components.seconds) + Double(length.components.attoseconds) / 1e18 }
}

/// A name that can stand beside a review: 1 to 128 characters, none of them a control character.
struct Reviewer: Sendable, Hashable {
    let name: String

    init(_ name: String) throws(ReviewError) {
        let scalars = name.unicodeScalars
        guard (1...128).contains(scalars.count), !scalars.contains(where: { $0.properties.generalCategory == .control })
        else { throw .reviewerInvalid }
        self.name = name
    }
}
