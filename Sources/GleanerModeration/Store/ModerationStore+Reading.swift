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

    /// One exchange after the other by its index: what a join of them all would be planned as depends on how full the tables
    /// were at the time.
    func known(of exchanges: [ID<Exchange>], in project: ID<Project>) async throws -> Known {
        var known = Known()
        guard !exchanges.isEmpty else { return known }
        let rows = try await pool.query(
            """
            SELECT r.*
            FROM unnest(\(PostgresArray(exchanges.map(\.shard.value))), \(PostgresArray(exchanges.map(\.uuid)))) AS e (shard, id)
            CROSS JOIN LATERAL (
                SELECT DISTINCT ON (r.target, r.subject_id, r.classifier) \(raw: Self.resultColumns)
                FROM gleaner.moderation_results r
                WHERE r.shard = e.shard AND r.exchange_id = e.id AND r.project_id = \(project.uuid)
                  AND r.id >= \(exchanges.map(\.firstRecord).lowest)
                ORDER BY r.target, r.subject_id, r.classifier, r.status = 'ok' DESC, r.id DESC
            ) r
            """, isKept: true)
        for row in rows {
            for stored in try Self.results(row)
            where try !Self.isOfBoth(row) || known.results[stored.subject]?[stored.classifier] == nil {
                known.results[stored.subject, default: [:]][stored.classifier] = stored.result
            }
        }
        for row in try await pool.query(
            """
            SELECT d.*
            FROM unnest(\(PostgresArray(exchanges.map(\.shard.value))), \(PostgresArray(exchanges.map(\.uuid)))) AS e (shard, id)
            CROSS JOIN LATERAL (
                SELECT DISTINCT ON (d.target, d.subject_id) \(raw: Self.decisionColumns)
                FROM gleaner.moderation_decisions d
                WHERE d.shard = e.shard AND d.exchange_id = e.id AND d.project_id = \(project.uuid)
                  AND d.id >= \(exchanges.map(\.firstRecord).lowest)
                ORDER BY d.target, d.subject_id, d.id DESC
            ) d
            """, isKept: true)
        {
            for stored in try Self.decisions(row)
            where try !Self.isOfBoth(row) || known.decisions[stored.subject] == nil {
                known.decisions[stored.subject] = stored
            }
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
        ).flatMap(Self.results)
        let decisions = try await pool.query(
            """
            SELECT \(raw: Self.decisionColumns) FROM gleaner.moderation_decisions d
            WHERE d.shard = \(exchange.shard.value) AND d.exchange_id = \(exchange.uuid) AND d.project_id = \(project.uuid)
              AND d.id >= \(exchange.firstRecord)
            ORDER BY d.id DESC LIMIT 500
            """
        ).flatMap(Self.decisions)
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

    private static func isOfBoth(_ row: PostgresRow) throws -> Bool {
        try row.decode("target", as: String.self) == RowSubject.both
    }

    /// One, or two that are alike.
    private static func results(_ row: PostgresRow) throws -> [StoredResult] {
        let latency = try row.decode("latency_ms", as: Float.self)
        let classifier: String = try row.decode("classifier")
        let result = Classification(
            // The table's checks know the same words.
            status: Classification.Status(rawValue: try row.decode("status")) ?? .error,
            model: try row.decodeIfPresent("model"), latency: .microseconds(Int64(Double(latency) * 1000)),
            flagged: try row.decodeIfPresent("flagged"),
            raw: try row.decodeIfPresent("raw", as: JSONB.self).map { try JSONValue(parsing: $0.bytes) },
            failure: try row.decodeIfPresent("failure", as: String.self).flatMap(Classification.Failure.init))
        let at: Date = try row.decode("created_at")
        return try subjects(row).map { StoredResult(subject: $0, classifier: classifier, result: result, at: at) }
    }

    /// One, or two that are alike.
    static func decisions(_ row: PostgresRow) throws -> [StoredDecision] {
        let id: ID<StoredDecision> = ID(try row.decode("id"))
        let version: Int64 = try row.decode("policy_version")
        let verdict = ModerationPolicy.Verdict(
            action: ModerationAction(rawValue: try row.decode("action")) ?? .unknown,
            categories: try row.decode("categories", as: PostgresArray<String>.self).elements,
            reason: try row.decode("reason"))
        let actor: String? = try row.decodeIfPresent("actor")
        let at: Date = try row.decode("created_at")
        return try subjects(row).map {
            StoredDecision(id: id, subject: $0, policyVersion: version, verdict: verdict, actor: actor, at: at)
        }
    }

    private static func subjects(_ row: PostgresRow) throws -> [ModerationSubject] {
        RowSubject.subjects(
            of: ID(try row.decode("exchange_id")), target: try row.decode("target"),
            subject: try row.decode("subject_id"))
    }
}
