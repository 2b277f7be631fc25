public import AsyncPostgres
import Foundation
public import GleanerCore

/// Reads reviews of ordinary items and of hidden checks, without those taken back, and compares them.
///
/// Reviewers are compared on drawn items and the judgements wanted from the start: who was called to a disagreement, or to
/// what somebody picked, would make agreement look worse than it is.
public struct AgreementService: Sendable {
    private let pool: PostgresPool
    /// The newest so many are compared.
    static let maximumReviews = 100_000

    public init(pool: PostgresPool) { self.pool = pool }

    public func report(of project: ID<Project>, in range: TimeRange) async throws -> AgreementReport {
        let reviews = try await pool.query(
            """
            SELECT r.exchange_id, r.reviewer, r.kind, r.rubric, r.scores, r.duration_ms, r.created_at, g.scores AS gold,
                   r.kind = 'review' AND EXISTS (
                       SELECT 1 FROM gleaner.review_items i JOIN gleaner.review_slots s USING (project_id, exchange_id, is_gold)
                       WHERE i.project_id = r.project_id AND i.exchange_id = r.exchange_id AND NOT i.is_gold
                         AND i.purpose = 'sample' AND s.slot <= i.wanted AND s.review_id = r.id) AS is_compared
            FROM (SELECT * FROM gleaner.reviews
                  WHERE project_id = \(project.uuid) AND kind IN ('review', 'gold')
                    AND created_at >= \(range.from) AND created_at < \(range.to)
                    AND id >= \(range.ids.low)
                  ORDER BY id DESC LIMIT \(Self.maximumReviews)) r
            LEFT JOIN gleaner.gold_items g
              ON r.kind = 'gold' AND g.project_id = r.project_id AND g.exchange_id = r.exchange_id
            WHERE NOT EXISTS (
                SELECT 1 FROM gleaner.review_retractions x WHERE x.shard = r.shard AND x.review_id = r.id)
            ORDER BY r.created_at, r.id
            """, timeout: .seconds(60)
        ).map(Self.review)
        return AgreementReport(reviews, in: range)
    }

    private static func review(_ row: PostgresRow) throws -> ComparedReview {
        func scores(_ column: String) throws -> [String: Int]? {
            try row.decodeIfPresent(column, as: JSONB.self).map {
                try JSONDecoder().decode([String: Int].self, from: Data($0.bytes))
            }
        }
        return ComparedReview(
            exchange: ID(try row.decode("exchange_id", as: UUID.self)), reviewer: try row.decode("reviewer"),
            rubric: try row.decode("rubric"), isGold: try row.decode("kind", as: String.self) == "gold",
            isCompared: try row.decode("is_compared"), scores: try scores("scores") ?? [:],
            right: try scores("gold"), durationMS: try row.decodeIfPresent("duration_ms"),
            at: try row.decode("created_at"))
    }
}

/// A review as agreement looks at it.
struct ComparedReview: Sendable {
    let exchange: ID<Exchange>
    let reviewer: String
    let rubric: String
    let isGold: Bool
    /// Whether it says something of agreement.
    let isCompared: Bool
    let scores: [String: Int]
    /// Of a hidden check.
    let right: [String: Int]?
    let durationMS: Int?
    let at: Date
}
