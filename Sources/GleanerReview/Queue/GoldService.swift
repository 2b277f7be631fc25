public import AsyncPostgres
public import Foundation
public import GleanerCore

/// An exchange whose right scores a lead has settled, and that reviewers meet without knowing.
public struct GoldItem: Sendable, Hashable, Codable {
    public let exchange: ID<Exchange>
    /// Question to right score; questions left out are not checked.
    public let scores: [String: Int]
    public let note: String?
    public let markedBy: String
    public let markedAt: Date
    /// By so many reviewers.
    public let judged: Int

    enum CodingKeys: String, CodingKey {
        case scores, note, judged
        case exchange = "exchange_id"
        case markedBy = "marked_by"
        case markedAt = "marked_at"
    }
}

/// Hidden checks: how near reviewers are to what is known to be right.
public struct GoldService: Sendable {
    private let store: GoldStore
    private let settings: SettingsStore
    private let rubrics: RubricStore

    public init(pool: PostgresPool) {
        self.init(pool: pool, settings: SettingsStore(pool: pool), rubrics: RubricStore(pool: pool))
    }

    init(pool: PostgresPool, settings: SettingsStore, rubrics: RubricStore) {
        store = GoldStore(pool: pool)
        self.settings = settings
        self.rubrics = rubrics
    }

    /// Marks an exchange, or changes its right scores.
    /// - Throws: `ReviewError.exchangeUnknown`, `.questionUnknown`, `.questionUnanswered` without any score; `ScoreError`.
    public func mark(
        _ exchange: ID<Exchange>, scores: [String: Int], note: String? = nil, by lead: String, in project: ID<Project>
    ) async throws {
        let lead = try Reviewer(lead).name
        let note = try ReviewText.checked(note, as: "note")
        let rubric = try await rubrics.rubric(settings.settings(of: project).rubric, in: project)
        let scales = Set(rubric.scales.map(\.name))
        if let unknown = scores.keys.filter({ !scales.contains($0) }).min() {
            throw ReviewError.questionUnknown(unknown, rubric: rubric.reference)
        }
        guard !scores.isEmpty else {
            throw ReviewError.questionUnanswered(rubric.scales[0].name, rubric: rubric.reference)
        }
        for points in scores.values { _ = try Score(points) }
        let document = JSONValue.object(scores.mapValues { .integer(Int64($0)) })
        try await store.mark(
            exchange, scores: JSONB(bytes: document.canonicalBytes()), note: note, by: lead, in: project)
    }

    /// Reviewers do not meet it any more; what they said of it stays.
    /// - Throws: `ReviewError.exchangeUnknown`.
    public func unmark(_ exchange: ID<Exchange>, in project: ID<Project>) async throws {
        try await store.unmark(exchange, in: project)
    }

    public func all(of project: ID<Project>) async throws -> [GoldItem] { try await store.all(of: project) }
}
