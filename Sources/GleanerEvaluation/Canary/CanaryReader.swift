import AsyncPostgres
import Foundation
import GleanerCore

/// Counts what users met with, and only what may have changed since the last look.
///
/// Exchanges land up to ten minutes after they began, and feedback later still. So each look takes up a quarter of an hour
/// before the last one, finds the users that anything new is known of, and counts those anew from the step's beginning:
/// by indexes, and the same however often it is done.
struct CanaryReader: Sendable {
    let pool: PostgresPool

    static let overlap: TimeInterval = 900
    /// Units of one statement.
    private static let batch = 500
    /// Of one unit; what a machine sends beyond it says nothing more.
    private static let mostExchanges = 2000

    /// - Returns: how many units were counted anew.
    func gather(_ canary: Canary, until now: Date) async throws -> Int {
        let since = max(canary.stepSince, canary.seenUntil.addingTimeInterval(-Self.overlap))
        let units = try await changed(canary, since: UUID.lowest(at: since))
        for (kind, keys) in Dictionary(grouping: units, by: \.kind) {
            for start in stride(from: 0, to: keys.count, by: Self.batch) {
                let part = keys[start..<min(start + Self.batch, keys.count)].map(\.key)
                try await count(part, kind, canary)
            }
        }
        try await pool.query(
            "UPDATE gleaner.canaries SET seen_until = \(now), looked_at = \(now) WHERE id = \(canary.id.uuid)")
        return units.count
    }

    enum Kind: String { case user, conversation, exchange }

    private func changed(_ canary: Canary, since: UUID) async throws -> [(kind: Kind, key: String)] {
        let start = UUID.lowest(at: canary.stepSince)
        let rows = try await pool.query(
            """
            WITH told AS (
                SELECT shard, exchange_id FROM gleaner.feedback
                WHERE project_id = \(canary.project.uuid) AND id >= \(since) AND exchange_id >= \(start)
                  AND kind IN ('thumb', 'score', 'flag')
                UNION
                SELECT shard, exchange_id FROM gleaner.moderation_decisions
                WHERE project_id = \(canary.project.uuid) AND id >= \(since) AND exchange_id >= \(start) AND action <> 'allow'
            ), fresh AS (
                SELECT id, end_user, conversation FROM gleaner.exchanges
                WHERE project_id = \(canary.project.uuid) AND id >= \(since) AND route = \(canary.route) AND source = 'gateway'
                UNION ALL
                SELECT x.id, x.end_user, x.conversation FROM told t JOIN gleaner.exchanges x ON x.shard = t.shard AND x.id = t.exchange_id
                WHERE x.project_id = \(canary.project.uuid) AND x.route = \(canary.route) AND x.source = 'gateway'
            )
            SELECT DISTINCT CASE WHEN end_user IS NOT NULL THEN 'user' WHEN conversation IS NOT NULL THEN 'conversation' ELSE 'exchange' END AS kind,
                   coalesce(end_user, conversation, id::text) AS key
            FROM fresh
            """)
        return try rows.compactMap { row in
            let key: String = try row.decode("key")
            return Kind(rawValue: try row.decode("kind")).map { ($0, key) }
        }
    }

    /// Exchanges of a unit, by the index that leads to them.
    private func exchanges(_ kind: Kind, _ canary: Canary) -> SQL {
        let start = UUID.lowest(at: canary.stepSince)
        let which: SQL =
            switch kind {
            case .user: "x.end_user = u.key"
            case .conversation: "x.conversation = u.key AND x.end_user IS NULL"
            case .exchange: "x.id = u.key::uuid"
            }
        return """
            SELECT x.* FROM gleaner.exchanges x
            WHERE x.project_id = \(canary.project.uuid) AND \(sql: which) AND x.id >= \(start) AND x.route = \(canary.route)
              AND x.source = 'gateway' AND x.status <> 'refused' AND coalesce(x.routes_version, 0) >= \(canary.stepVersion)
            ORDER BY x.id LIMIT \(Self.mostExchanges)
            """
    }

    private func count(_ keys: [String], _ kind: Kind, _ canary: Canary) async throws {
        try await pool.query(
            """
            INSERT INTO gleaner.canary_units
                (canary_id, step, unit, arm, exchanges, errors, flagged, rated, rating_sum, timed, log_ms_sum, streamed, log_ttft_sum)
            SELECT \(canary.id.uuid), \(Int32(canary.step)), \("\(kind.rawValue):") || u.key,
                   CASE WHEN count(DISTINCT c.chosen) > 1 THEN 'both' WHEN min(c.chosen) = \(canary.candidate) THEN 'candidate' ELSE 'incumbent' END,
                   count(*), count(*) FILTER (WHERE c.failed), count(*) FILTER (WHERE c.flagged),
                   count(c.rating), coalesce(sum(c.rating), 0), count(c.log_ms), coalesce(sum(c.log_ms), 0),
                   count(c.log_ttft), coalesce(sum(c.log_ttft), 0)
            FROM unnest(\(PostgresArray(keys))) AS u (key)
            CROSS JOIN LATERAL (
                SELECT a.chosen,
                       x.status IN ('upstream_failed', 'interrupted') OR x.http_status >= 500 OR x.http_status = 429
                           OR x.variant IS DISTINCT FROM a.chosen AS failed,
                       coalesce(m.flagged, false) OR coalesce(r.flagged, false) AS flagged, r.rating,
                       CASE WHEN x.duration_ms > 0 AND x.status = 'completed' THEN ln(x.duration_ms) END AS log_ms,
                       CASE WHEN x.ttft_ms > 0 THEN ln(x.ttft_ms) END AS log_ttft
                FROM (\(sql: exchanges(kind, canary))) x
                CROSS JOIN LATERAL (SELECT coalesce(
                    (SELECT t.variant FROM gleaner.attempts t WHERE t.shard = x.shard AND t.exchange_id = x.id ORDER BY t.number LIMIT 1),
                    x.variant) AS chosen) a
                LEFT JOIN LATERAL (
                    SELECT d.action IN ('flag', 'redact', 'block') AS flagged FROM gleaner.moderation_decisions d
                    WHERE d.shard = x.shard AND d.exchange_id = x.id AND d.target = 'response' ORDER BY d.id DESC LIMIT 1) m ON true
                LEFT JOIN LATERAL (
                    SELECT avg(CASE n.kind WHEN 'thumb' THEN (n.thumb > 0)::int WHEN 'score' THEN (n.score - 1) / 4.0 END)::float8 AS rating,
                           bool_or(n.raised) FILTER (WHERE n.kind = 'flag') AS flagged
                    FROM (
                        SELECT DISTINCT ON (gleaner.voice(f.rater, f.api_key_id, f.kind, f.id), f.kind) f.kind, f.thumb, f.score, f.raised
                        FROM gleaner.feedback f
                        WHERE f.shard = x.shard AND f.exchange_id = x.id AND f.kind IN ('thumb', 'score', 'flag')
                          AND (f.kind = 'flag' OR NOT EXISTS (
                              SELECT 1 FROM gleaner.rater_marks k
                              WHERE k.project_id = x.project_id AND k.rater = gleaner.watched_voice(f.rater, f.api_key_id)
                                AND k.cleared_at IS NULL AND f.created_at >= k.since AND (k.until IS NULL OR f.created_at <= k.until)))
                        ORDER BY gleaner.voice(f.rater, f.api_key_id, f.kind, f.id), f.kind, f.id DESC) n) r ON true
                WHERE a.chosen IN (\(canary.candidate), \(canary.incumbent))
            ) c
            GROUP BY u.key
            ON CONFLICT ON CONSTRAINT canary_units_pkey DO UPDATE SET
                arm = excluded.arm, exchanges = excluded.exchanges, errors = excluded.errors, flagged = excluded.flagged,
                rated = excluded.rated, rating_sum = excluded.rating_sum, timed = excluded.timed,
                log_ms_sum = excluded.log_ms_sum, streamed = excluded.streamed, log_ttft_sum = excluded.log_ttft_sum
            """)
    }

    /// What all units of the step come to.
    func arms(_ canary: Canary) async throws -> ArmsSeen {
        let rows = try await pool.query(
            """
            SELECT arm, count(*) AS users,
                   sum(errors::float8 / exchanges) AS errors, sum((errors::float8 / exchanges) ^ 2) AS errors2,
                   sum(flagged::float8 / exchanges) AS flagged, sum((flagged::float8 / exchanges) ^ 2) AS flagged2,
                   count(*) FILTER (WHERE rated > 0) AS rated,
                   sum(rating_sum / rated) FILTER (WHERE rated > 0) AS rating,
                   sum((rating_sum / rated) ^ 2) FILTER (WHERE rated > 0) AS rating2,
                   count(*) FILTER (WHERE timed > 0) AS timed,
                   sum(log_ms_sum / timed) FILTER (WHERE timed > 0) AS latency,
                   sum((log_ms_sum / timed) ^ 2) FILTER (WHERE timed > 0) AS latency2,
                   count(*) FILTER (WHERE streamed > 0) AS streamed,
                   sum(log_ttft_sum / streamed) FILTER (WHERE streamed > 0) AS ttft,
                   sum((log_ttft_sum / streamed) ^ 2) FILTER (WHERE streamed > 0) AS ttft2
            FROM gleaner.canary_units WHERE canary_id = \(canary.id.uuid) AND step = \(Int32(canary.step)) GROUP BY arm
            """)
        var seen = ArmsSeen()
        for row in rows {
            func moments(_ count: String, _ sum: String) throws -> Moments {
                Moments(
                    count: Int(try row.decode(count, as: Int64.self)), sum: try row.decodeIfPresent(sum) ?? 0,
                    squares: try row.decodeIfPresent("\(sum)2") ?? 0)
            }
            let all: [CanaryMetric: Moments] = [
                .errors: try moments("users", "errors"), .flagged: try moments("users", "flagged"),
                .rating: try moments("rated", "rating"), .latency: try moments("timed", "latency"),
                .ttft: try moments("streamed", "ttft"),
            ]
            let users = Int(try row.decode("users", as: Int64.self))
            switch try row.decode("arm", as: String.self) {
            case "candidate": (seen.candidate, seen.candidateUsers) = (all, users)
            case "incumbent": (seen.incumbent, seen.incumbentUsers) = (all, users)
            default: seen.bothUsers = users
            }
        }
        return seen
    }
}
