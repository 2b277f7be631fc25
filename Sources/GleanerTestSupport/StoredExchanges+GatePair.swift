import AsyncPostgres
import Foundation
public import GleanerCore

extension StoredExchanges {
    /// A pair of the gate whose holdout line is this exchange's, judged already.
    public func gatePair(on exchange: ID<Exchange>, preferred: String) async throws {
        let (policy, set, version, evaluation, pair) = (UUID(), UUID(), UUID(), ID<Exchange>.new().uuid, UUID())
        try await pool.query(
            """
            INSERT INTO gleaner.promotion_policies (id, project_id, name, version, document, created_at)
            VALUES (\(policy), \(project.uuid), 'gate', 1, '{}', now())
            """)
        try await pool.query(
            "INSERT INTO gleaner.datasets (id, project_id, name, created_at) VALUES (\(set), \(project.uuid), 'gate', now())"
        )
        try await pool.query(
            """
            INSERT INTO gleaner.dataset_versions
                (id, dataset_id, project_id, number, policy_id, policy_document, salt, statistics, content_sha256, created_at)
            VALUES (\(version), \(set), \(project.uuid), 1, \(policy), '{}', 'salt', '{}', ''::bytea, now())
            """)
        try await pool.query(
            """
            INSERT INTO gleaner.evaluations
                (id, project_id, version_id, candidate, incumbent, policy, salt, state, holdout, items, estimate, author,
                 created_at)
            VALUES (\(evaluation), \(project.uuid), \(version), '{}', '{}', '{}', 'salt', 'running', 1, 1, '{}', 'test', now())
            """)
        try await pool.query(
            """
            INSERT INTO gleaner.comparisons
                (id, project_id, kind, exchange_a, evaluation_id, line, messages, answer_a, answer_b, name_a, name_b,
                 position, state, created_at)
            VALUES (\(pair), \(project.uuid), 'gate', \(exchange.uuid), \(evaluation), 1,
                    '[{"role":"user","content":"Sawaal"}]', 'Naya.', 'Purana.', 'new', 'old', 0.5, 'done', now())
            """)
        try await pool.query(
            """
            INSERT INTO gleaner.comparison_verdicts
                (id, comparison_id, project_id, reviewer, left_side, preferred, created_at)
            VALUES (gen_random_uuid(), \(pair), \(project.uuid), 'asha', 'a', \(preferred), now())
            """)
    }
}
