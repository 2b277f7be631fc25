public import AsyncPostgres
import Foundation
import GleanerCore
public import GleanerReview

/// What ingest, feedback and moderation tell sampling and estimates about exchanges: language, flags, scores, low ratings,
/// and what users did without a word.
struct ReviewSignals: SignalSource {
    let pool: PostgresPool

    func signals(of ids: [ID<Exchange>], in project: ID<Project>) async throws -> [ID<Exchange>: ExchangeSignals] {
        // What nobody has said anything about is not rated low: that much is known of all. Whether it is clean is not,
        // until moderation has said so.
        var signals = Dictionary(
            uniqueKeysWithValues: ids.map {
                ($0, ExchangeSignals(isLowRated: false, isRegenerated: false, isAbandoned: false))
            })
        for row in try await languages(of: ids, in: project) {
            signals[ID(try row.decode("id", as: UUID.self))]?.language = try row.decodeIfPresent("language")
        }
        for row in try await said(of: ids, in: project) {
            let id = ID<Exchange>(try row.decode("exchange_id", as: UUID.self))
            if try row.decodeIfPresent("is_flagged") == true { signals[id]?.isFlagged = true }
            signals[id]?.isLowRated = try row.decodeIfPresent("is_low") ?? false
            signals[id]?.isRegenerated = try row.decode("is_regenerated")
            signals[id]?.isAbandoned = try row.decode("is_abandoned")
        }
        for row in try await decided(of: ids, in: project) {
            let id = ID<Exchange>(try row.decode("exchange_id", as: UUID.self))
            guard let isFlagged: Bool = try row.decodeIfPresent("is_flagged") else { continue }
            signals[id]?.isModerated = true
            if isFlagged || signals[id]?.isFlagged == nil { signals[id]?.isFlagged = isFlagged }
        }
        for row in try await scored(of: ids, in: project) {
            let id = ID<Exchange>(try row.decode("exchange_id", as: UUID.self))
            signals[id]?.moderationScore = try row.decodeIfPresent("score")
            signals[id]?.judgeDisagreement = try row.decodeIfPresent("spread")
        }
        return signals
    }

    private func languages(of ids: [ID<Exchange>], in project: ID<Project>) async throws -> PostgresResult {
        try await pool.query(
            """
            SELECT x.id, x.language
            FROM unnest(\(PostgresArray(ids.map(\.shard.value))), \(PostgresArray(ids.map(\.uuid)))) AS k (shard, id)
            JOIN gleaner.exchanges x ON x.shard = k.shard AND x.id = k.id
            WHERE x.project_id = \(project.uuid)
            """)
    }

    /// Of each rater and kind the newest counts, as everywhere.
    private func said(of ids: [ID<Exchange>], in project: ID<Project>) async throws -> PostgresResult {
        try await pool.query(
            """
            SELECT exchange_id, bool_or(coalesce(raised, false)) AS is_flagged,
                   bool_or(thumb < 0 OR score <= 2) AS is_low, bool_or(kind = 'regenerated') AS is_regenerated,
                   bool_or(kind = 'abandoned') AS is_abandoned
            FROM (
                SELECT DISTINCT ON (f.exchange_id, gleaner.voice(f.rater, f.api_key_id, f.kind, f.id), f.kind)
                       f.exchange_id, f.kind, f.raised, f.thumb, f.score
                FROM unnest(\(PostgresArray(ids.map(\.shard.value))), \(PostgresArray(ids.map(\.uuid)))) AS k (shard, id)
                JOIN gleaner.feedback f ON f.shard = k.shard AND f.exchange_id = k.id
                WHERE f.project_id = \(project.uuid) AND f.id >= \(ids.map(\.firstFeedback).lowest)
                  AND f.kind IN ('thumb', 'score', 'flag', 'regenerated', 'abandoned')
                ORDER BY f.exchange_id, gleaner.voice(f.rater, f.api_key_id, f.kind, f.id), f.kind, f.created_at DESC, f.id DESC
            ) newest GROUP BY exchange_id
            """)
    }

    /// Of each target the newest decision counts; `unknown` leaves it open whether the exchange is clean.
    private func decided(of ids: [ID<Exchange>], in project: ID<Project>) async throws -> PostgresResult {
        try await pool.query(
            """
            SELECT exchange_id,
                   CASE WHEN bool_or(action IN ('flag', 'redact', 'block')) THEN true
                        WHEN bool_and(action = 'allow') THEN false END AS is_flagged
            FROM (
                SELECT DISTINCT ON (d.exchange_id, d.target, d.subject_id) d.exchange_id, d.action
                FROM unnest(\(PostgresArray(ids.map(\.shard.value))), \(PostgresArray(ids.map(\.uuid)))) AS k (shard, id)
                JOIN gleaner.moderation_decisions d ON d.shard = k.shard AND d.exchange_id = k.id
                WHERE d.project_id = \(project.uuid) AND d.id >= \(ids.map(\.firstRecord).lowest)
                ORDER BY d.exchange_id, d.target, d.subject_id, d.id DESC
            ) newest GROUP BY exchange_id
            """)
    }

    /// Of each classifier the newest result counts: the highest score of any category, and how far two of them are apart on
    /// one text and category.
    private func scored(of ids: [ID<Exchange>], in project: ID<Project>) async throws -> PostgresResult {
        try await pool.query(
            """
            SELECT exchange_id, max(score) AS score, max(spread) AS spread
            FROM (
                SELECT newest.exchange_id, max(s.value::float8) AS score,
                       CASE WHEN count(*) > 1 THEN max(s.value::float8) - min(s.value::float8) END AS spread
                FROM (
                    SELECT DISTINCT ON (r.exchange_id, r.target, r.subject_id, r.classifier)
                           r.exchange_id, r.target, r.subject_id, r.raw
                    FROM unnest(\(PostgresArray(ids.map(\.shard.value))), \(PostgresArray(ids.map(\.uuid)))) AS k (shard, id)
                    JOIN gleaner.moderation_results r ON r.shard = k.shard AND r.exchange_id = k.id
                    WHERE r.project_id = \(project.uuid) AND r.id >= \(ids.map(\.firstRecord).lowest) AND r.status = 'ok'
                    ORDER BY r.exchange_id, r.target, r.subject_id, r.classifier, r.id DESC
                ) newest
                CROSS JOIN LATERAL jsonb_each_text(
                    CASE jsonb_typeof(newest.raw -> 'scores') WHEN 'object' THEN newest.raw -> 'scores' ELSE '{}' END) s
                GROUP BY newest.exchange_id, newest.target, newest.subject_id, s.key
            ) each GROUP BY exchange_id
            """)
    }
}

extension GleanerService {
    /// Estimates as the server makes them, for the command line.
    public static func estimates(on pool: PostgresPool) -> EstimateService {
        EstimateService(pool: pool, signals: ReviewSignals(pool: pool))
    }
}
