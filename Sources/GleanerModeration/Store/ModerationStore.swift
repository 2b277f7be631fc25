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
            try await insert(batch.results, in: project, on: connection)
            try await alone(with: batch.decisions, on: connection)
            try await insert(batch.decisions, in: project, on: connection)
        }
    }

    private func insert(
        _ results: [(subject: ModerationSubject, classifier: String, result: Classification)], in project: ID<Project>,
        on connection: PostgresConnection
    ) async throws {
        guard !results.isEmpty else { return }
        let raw = try results.map { $0.result.status == .ok ? JSONB(bytes: try $0.result.raw.canonicalBytes()) : nil }
        try await connection.query(
            """
            INSERT INTO gleaner.moderation_results
                (shard, id, project_id, exchange_id, target, subject_id, classifier, model, status, flagged, raw, failure,
                 latency_ms, created_at)
            SELECT shard, id, \(project.uuid), exchange_id, target, subject_id, classifier, model, status, flagged, raw,
                   failure, latency_ms, clock_timestamp()
            FROM unnest(
                \(PostgresArray(results.map(\.subject.exchange.shard.value))),
                \(PostgresArray(results.map { ID<ModerationResult>.new(on: $0.subject.exchange.shard).uuid })),
                \(PostgresArray(results.map(\.subject.exchange.uuid))),
                \(PostgresArray(results.map(\.subject.target.rawValue))), \(PostgresArray(results.map(\.subject.subject))),
                \(PostgresArray(results.map(\.classifier))), \(PostgresArray(results.map(\.result.model))),
                \(PostgresArray(results.map(\.result.status.rawValue))), \(PostgresArray(results.map(\.result.flagged))),
                \(PostgresArray(raw)), \(PostgresArray(results.map(\.result.failure?.rawValue))),
                \(PostgresArray(results.map { Float($0.result.latency.milliseconds) })))
                AS r (shard, id, exchange_id, target, subject_id, classifier, model, status, flagged, raw, failure, latency_ms)
            """, isKept: true)
    }

    /// Whoever decides about the same exchanges waits until this transaction is over, and then sees what it wrote. 64 locks
    /// are enough for all exchanges: what shares one waits a moment for nothing.
    private func alone(with decisions: [StoredDecision], on connection: PostgresConnection) async throws {
        let locks = Set(decisions.map { Int32($0.subject.exchange.uuid.uuid.15 & 63) }).sorted()
        guard !locks.isEmpty else { return }
        try await connection.query(
            """
            SELECT pg_advisory_xact_lock(hashtext('gleaner.moderation_decisions'), lock)
            FROM unnest(\(PostgresArray(locks))) AS l (lock)
            """)
    }

    private func insert(
        _ decisions: [StoredDecision], in project: ID<Project>, on connection: PostgresConnection
    ) async throws {
        guard !decisions.isEmpty else { return }
        // An array of arrays must be rectangular, so categories travel as one text each.
        let categories = decisions.map { $0.verdict.categories.joined(separator: Self.separator) }
        try await connection.query(
            """
            INSERT INTO gleaner.moderation_decisions
                (shard, id, project_id, exchange_id, target, subject_id, policy_version, action, categories, reason, actor,
                 created_at)
            SELECT shard, id, \(project.uuid), exchange_id, target, subject_id, policy_version, action,
                   coalesce(string_to_array(nullif(categories, ''), \(Self.separator)), '{}'), reason, actor, created_at
            FROM unnest(
                \(PostgresArray(decisions.map(\.subject.exchange.shard.value))), \(PostgresArray(decisions.map(\.id.uuid))),
                \(PostgresArray(decisions.map(\.subject.exchange.uuid))),
                \(PostgresArray(decisions.map(\.subject.target.rawValue))),
                \(PostgresArray(decisions.map(\.subject.subject))), \(PostgresArray(decisions.map(\.policyVersion))),
                \(PostgresArray(decisions.map(\.verdict.action.rawValue))), \(PostgresArray(categories)),
                \(PostgresArray(decisions.map(\.verdict.reason))), \(PostgresArray(decisions.map(\.actor))),
                \(PostgresArray(decisions.map(\.at))))
                AS d (shard, id, exchange_id, target, subject_id, policy_version, action, categories, reason, actor, created_at)
            WHERE d.actor IS NOT NULL OR NOT EXISTS (
                SELECT FROM gleaner.moderation_decisions p
                WHERE p.shard = d.shard AND p.exchange_id = d.exchange_id
                  AND p.id >= \(decisions.map(\.subject.exchange.firstRecord).lowest) AND p.target = d.target
                  AND p.subject_id = d.subject_id AND (p.actor IS NOT NULL OR p.policy_version > d.policy_version))
            """, isKept: true)
    }

    /// U+001F: no category of ours or of a provider's that we keep holds it.
    private static let separator = "\u{1F}"
}
