import AsyncPostgres
import Foundation
import GleanerCore

extension ModerationStore {
    /// What is known of some exchanges, newest of each.
    struct Known: Sendable {
        /// By subject, then by classifier.
        var results: [ModerationSubject: [String: Classification]] = [:]
        var decisions: [ModerationSubject: StoredDecision] = [:]
    }

    func known(of exchanges: [ID<Exchange>], in project: ID<Project>) async throws -> Known {
        var known = Known()
        guard !exchanges.isEmpty else { return known }
        let rows = try await pool.query(
            """
            SELECT DISTINCT ON (r.exchange_id, r.target, r.subject_id, r.classifier) \(raw: Self.resultColumns)
            FROM unnest(\(PostgresArray(exchanges.map(\.shard.value))), \(PostgresArray(exchanges.map(\.uuid)))) AS e (shard, id)
            JOIN gleaner.moderation_results r ON r.shard = e.shard AND r.exchange_id = e.id
            WHERE r.project_id = \(project.uuid) AND r.id >= \(exchanges.map(\.firstRecord).lowest)
            ORDER BY r.exchange_id, r.target, r.subject_id, r.classifier, r.status = 'ok' DESC, r.id DESC
            """, isKept: true)
        for row in rows {
            let stored = try Self.result(row)
            known.results[stored.subject, default: [:]][stored.classifier] = stored.result
        }
        for row in try await pool.query(
            """
            SELECT DISTINCT ON (d.exchange_id, d.target, d.subject_id) \(raw: Self.decisionColumns)
            FROM unnest(\(PostgresArray(exchanges.map(\.shard.value))), \(PostgresArray(exchanges.map(\.uuid)))) AS e (shard, id)
            JOIN gleaner.moderation_decisions d ON d.shard = e.shard AND d.exchange_id = e.id
            WHERE d.project_id = \(project.uuid) AND d.id >= \(exchanges.map(\.firstRecord).lowest)
            ORDER BY d.exchange_id, d.target, d.subject_id, d.id DESC
            """, isKept: true)
        {
            let stored = try Self.decision(row)
            known.decisions[stored.subject] = stored
        }
        return known
    }

    /// All that was ever said and decided of one exchange, newest first.
    func history(
        of exchange: ID<Exchange>, in project: ID<Project>
    ) async throws -> (results: [StoredResult], decisions: [StoredDecision]) {
        let results = try await pool.query(
            """
            SELECT \(raw: Self.resultColumns) FROM gleaner.moderation_results r
            WHERE r.shard = \(exchange.shard.value) AND r.exchange_id = \(exchange.uuid) AND r.project_id = \(project.uuid)
              AND r.id >= \(exchange.firstRecord)
            ORDER BY r.id DESC LIMIT 500
            """
        ).map(Self.result)
        let decisions = try await pool.query(
            """
            SELECT \(raw: Self.decisionColumns) FROM gleaner.moderation_decisions d
            WHERE d.shard = \(exchange.shard.value) AND d.exchange_id = \(exchange.uuid) AND d.project_id = \(project.uuid)
              AND d.id >= \(exchange.firstRecord)
            ORDER BY d.id DESC LIMIT 500
            """
        ).map(Self.decision)
        return (results, decisions)
    }

    // MARK: Rows

    static let resultColumns = """
        r.exchange_id, r.target, r.subject_id, r.classifier, r.model, r.status, r.flagged, r.raw, r.failure, \
        r.latency_ms, r.created_at
        """
    static let decisionColumns = """
        d.id, d.exchange_id, d.target, d.subject_id, d.policy_version, d.action, d.categories, d.reason, d.actor, \
        d.created_at
        """

    static func result(_ row: PostgresRow) throws -> StoredResult {
        let latency = try row.decode("latency_ms", as: Float.self)
        return StoredResult(
            subject: try subject(row), classifier: try row.decode("classifier"),
            result: Classification(
                // The table's checks know the same words.
                status: Classification.Status(rawValue: try row.decode("status")) ?? .error,
                model: try row.decodeIfPresent("model"), latency: .microseconds(Int64(Double(latency) * 1000)),
                flagged: try row.decodeIfPresent("flagged"),
                raw: try row.decodeIfPresent("raw", as: JSONB.self).map { try JSONValue(parsing: $0.bytes) },
                failure: try row.decodeIfPresent("failure", as: String.self).flatMap(Classification.Failure.init)),
            at: try row.decode("created_at"))
    }

    static func decision(_ row: PostgresRow) throws -> StoredDecision {
        StoredDecision(
            id: ID(try row.decode("id")), subject: try subject(row), policyVersion: try row.decode("policy_version"),
            verdict: ModerationPolicy.Verdict(
                action: ModerationAction(rawValue: try row.decode("action")) ?? .unknown,
                categories: try row.decode("categories", as: PostgresArray<String>.self).elements,
                reason: try row.decode("reason")),
            actor: try row.decodeIfPresent("actor"), at: try row.decode("created_at"))
    }

    private static func subject(_ row: PostgresRow) throws -> ModerationSubject {
        let target = ModerationTarget(rawValue: try row.decode("target")) ?? .prompt
        return ModerationSubject(
            exchange: ID(try row.decode("exchange_id")), target: target,
            comment: target == .comment ? try row.decode("subject_id") : nil)
    }
}
