import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs

/// Results and decisions in `gleaner.moderation_results` and `gleaner.moderation_decisions`.
struct ModerationStore: Sendable {
    let pool: PostgresPool

    /// What is written together: results as they came, and what was decided from them.
    struct Batch: Sendable {
        var results: [(subject: ModerationSubject, classifier: String, result: Classification)] = []
        var decisions: [StoredDecision] = []
        /// Exchanges of which nothing had been said before.
        var firsts: Set<ID<Exchange>> = []
        var isEmpty: Bool { results.isEmpty && decisions.isEmpty }
    }

    /// Writes a batch, all or nothing. A policy's decision is left out where a person has decided meanwhile, or a newer
    /// policy has: what was known when the work began may be old by now.
    /// - Parameter lease: the job it is work of; when another holds that by now, nothing is written.
    /// - Throws: `JobError.leaseLost`.
    func write(_ batch: Batch, in project: ID<Project>, holding lease: RunningJob? = nil) async throws {
        guard !batch.isEmpty else { return }
        try await pool.withTransaction { connection in
            if let lease { try await lease.queue.hold(lease.lease, on: connection) }
            try await insert(batch.resultRows, in: project, on: connection)
            let decisions = batch.decisionRows
            try await alone(with: decisions, on: connection)
            try await insert(decisions, in: project, on: connection)
        }
    }

    private func insert(
        _ rows: [Batch.ResultRow], in project: ID<Project>, on connection: PostgresConnection
    ) async throws {
        guard !rows.isEmpty else { return }
        let raw = try rows.map { $0.result.status == .ok ? JSONB(bytes: try $0.result.raw.canonicalBytes()) : nil }
        try await connection.query(
            """
            WITH new AS (
                INSERT INTO gleaner.moderation_results
                    (shard, id, project_id, exchange_id, target, subject_id, classifier, model, status, flagged, raw, failure,
                     latency_ms, created_at)
                SELECT shard, id, \(project.uuid), exchange_id, target, subject_id, classifier, model, status, flagged, raw,
                       failure, latency_ms, clock_timestamp()
                FROM unnest(
                    \(PostgresArray(rows.map { $0.subject.exchange.shard.value })),
                    \(PostgresArray(rows.map { ID<ModerationResult>.new(on: $0.subject.exchange.shard).uuid })),
                    \(PostgresArray(rows.map { $0.subject.exchange.uuid })), \(PostgresArray(rows.map { $0.subject.target })),
                    \(PostgresArray(rows.map { $0.subject.subject })), \(PostgresArray(rows.map { $0.classifier })),
                    \(PostgresArray(rows.map { $0.result.model })), \(PostgresArray(rows.map { $0.result.status.rawValue })),
                    \(PostgresArray(rows.map { $0.result.flagged })), \(PostgresArray(raw)),
                    \(PostgresArray(rows.map { $0.result.failure?.rawValue })),
                    \(PostgresArray(rows.map { Float($0.result.latency.milliseconds) })))
                    AS r (shard, id, exchange_id, target, subject_id, classifier, model, status, flagged, raw, failure, latency_ms)
                RETURNING project_id, exchange_id, target, status
            )
            INSERT INTO gleaner.rollup_marks (project_id, part, at)
            SELECT DISTINCT project_id, 'moderation', gleaner.hour_of(exchange_id) FROM new
            WHERE status = 'ok' AND target <> 'comment'
            """, isKept: true)
    }

    /// Whoever decides about the same exchanges waits until this transaction is over, and then sees what it wrote. 64 locks
    /// are enough for all exchanges: what shares one waits a moment for nothing. A row about both sides waits for nobody,
    /// because whatever is said of one side counts instead.
    private func alone(with rows: [Batch.DecisionRow], on connection: PostgresConnection) async throws {
        let locks = Set(
            rows.filter { $0.subject.target != RowSubject.both }.map { Int32($0.subject.exchange.uuid.uuid.15 & 63) }
        ).sorted()
        guard !locks.isEmpty else { return }
        try await connection.query(
            """
            SELECT pg_advisory_xact_lock(hashtext('gleaner.moderation_decisions'), lock)
            FROM unnest(\(PostgresArray(locks))) AS l (lock)
            """)
    }

    private func insert(
        _ rows: [Batch.DecisionRow], in project: ID<Project>, on connection: PostgresConnection
    ) async throws {
        guard !rows.isEmpty else { return }
        // An array of arrays must be rectangular, so categories travel as one text each.
        let categories = rows.map { $0.decision.verdict.categories.joined(separator: Self.separator) }
        try await connection.query(
            """
            WITH new AS (
                INSERT INTO gleaner.moderation_decisions
                    (shard, id, project_id, exchange_id, target, subject_id, policy_version, action, categories, reason, actor,
                     created_at)
                SELECT shard, id, \(project.uuid), exchange_id, target, subject_id, policy_version, action,
                       coalesce(string_to_array(nullif(categories, ''), \(Self.separator)), '{}'), reason, actor, created_at
                FROM unnest(
                    \(PostgresArray(rows.map { $0.subject.exchange.shard.value })),
                    \(PostgresArray(rows.map { $0.decision.id.uuid })), \(PostgresArray(rows.map { $0.subject.exchange.uuid })),
                    \(PostgresArray(rows.map { $0.subject.target })), \(PostgresArray(rows.map { $0.subject.subject })),
                    \(PostgresArray(rows.map { $0.decision.policyVersion })),
                    \(PostgresArray(rows.map { $0.decision.verdict.action.rawValue })), \(PostgresArray(categories)),
                    \(PostgresArray(rows.map { $0.decision.verdict.reason })), \(PostgresArray(rows.map { $0.decision.actor })),
                    \(PostgresArray(rows.map { $0.decision.at })))
                    AS d (shard, id, exchange_id, target, subject_id, policy_version, action, categories, reason, actor, created_at)
                WHERE d.actor IS NOT NULL OR d.target = \(RowSubject.both) OR NOT EXISTS (
                    SELECT FROM gleaner.moderation_decisions p
                    WHERE p.shard = d.shard AND p.exchange_id = d.exchange_id
                      AND p.id >= \(rows.map(\.subject.exchange.firstRecord).lowest)
                      AND p.target IN (d.target, \(RowSubject.both)) AND p.subject_id = d.subject_id
                      AND (p.actor IS NOT NULL OR p.policy_version > d.policy_version)
                    OFFSET 0)
                RETURNING project_id, exchange_id, target, action
            )
            INSERT INTO gleaner.rollup_marks (project_id, part, at)
            SELECT DISTINCT project_id, 'judgements', gleaner.hour_of(exchange_id) FROM new
            WHERE action <> 'allow' OR target <> \(RowSubject.both)
            """, isKept: true)
    }

    /// U+001F: no category of ours or of a provider's that we keep holds it.
    private static let separator = "\u{1F}"
}
