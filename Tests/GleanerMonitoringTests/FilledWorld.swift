import AsyncPostgres
import Foundation
import GleanerCore
import GleanerMonitoring
import GleanerTestSupport

/// Something of everything that reports show.
extension RollupWorld {
    static func filled() async throws -> RollupWorld {
        let world = try await RollupWorld()
        var ids: [ID<Exchange>] = []
        for (number, hour) in [RollupWorld.hour(50), RollupWorld.hour(20), RollupWorld.hour(0)].enumerated() {
            // Nothing of the hour that runs is in the future.
            let begin = number == 2 ? hour.addingTimeInterval(-3600) : hour
            ids += try await world.add(200, in: begin, seed: UInt64(number))
        }
        for (number, id) in ids.enumerated() where number % 3 == 0 {
            try await world.stored.feedback(id, thumb: number % 4 == 0 ? -1 : 1, rater: "u\(number % 20)")
            try await world.pool.query(
                """
                INSERT INTO gleaner.feedback (shard, id, project_id, exchange_id, kind, score, rater, source, created_at)
                VALUES (\(id.shard.value), \(ID<Exchange>.new(on: id.shard).uuid), \(world.project.uuid), \(id.uuid), 'score',
                        \(Int16(1 + number % 5)), \("u\(number % 20)"), 'api', clock_timestamp())
                """)
        }
        try await world.judge(ids)
        try await world.pool.query("UPDATE gleaner.reviews SET duration_ms = 41000")
        try await world.evaluate(ids, seed: 7)
        try await world.build()
        try await world.tune()
        _ = try await world.rollups.rebuild(world.project, from: RollupWorld.hour(60), to: Date())
        try await world.rollups.countBacklog()
        for name in ["exchanges", "judgements"] {
            try await world.pool.query("INSERT INTO gleaner.rollup_passes VALUES (\(name), now())")
        }
        return world
    }

    func judge(_ ids: [ID<Exchange>]) async throws {
        let rule = ID<Never>.new().uuid
        try await pool.query(
            """
            INSERT INTO gleaner.sampling_rules (id, project_id, name, version, probability, salt, created_at, document)
            VALUES (\(rule), \(project.uuid), 'floor', 1, 0.5, 's', now(), '{}')
            """)
        for (number, id) in ids.enumerated() where number % 2 == 0 {
            try await pool.query(
                """
                INSERT INTO gleaner.samples (shard, exchange_id, project_id, rule_id, rule_version, probability, drawn_at)
                VALUES (\(id.shard.value), \(id.uuid), \(project.uuid), \(rule), 1, 0.5, now())
                """)
            try await stored.review(
                id, score: Int16(2 + number % 4), reviewer: number % 4 == 0 ? "asha" : "bina",
                correction: number % 6 == 0 ? "Behtar" : nil)
        }
        for (number, id) in ids.enumerated() where number % 25 == 0 {
            try await pool.query(
                """
                INSERT INTO gleaner.moderation_decisions (shard, id, project_id, exchange_id, target, subject_id,
                    policy_version, action, categories, reason, created_at)
                VALUES (\(id.shard.value), \(ID<Exchange>.new(on: id.shard).uuid), \(project.uuid), \(id.uuid), 'response',
                        \(id.uuid), 0, 'flag', '{harassment}', 'threshold', now())
                """)
        }
    }

    private func build() async throws {
        let (policy, dataset, version) = (UUID(), UUID(), UUID())
        try await pool.query(
            """
            INSERT INTO gleaner.promotion_policies (id, project_id, name, version, document, created_at)
            VALUES (\(policy), \(project.uuid), 'p', 1, '{}', now())
            """)
        try await pool.query(
            "INSERT INTO gleaner.datasets (id, project_id, name, created_at) VALUES (\(dataset), \(project.uuid), 'chat', now())"
        )
        try await pool.query(
            """
            INSERT INTO gleaner.dataset_versions (id, dataset_id, project_id, number, policy_id, policy_document, salt,
                statistics, content_sha256, created_at, built_by)
            VALUES (\(version), \(dataset), \(project.uuid), 1, \(policy), '{}', 's',
                    '{"train": 40, "validation": 5, "holdout": 5, "excluded": {"unjudged": 3, "flagged": 2}}', '', now(), 'ravi')
            """)
        try await pool.query(
            """
            INSERT INTO gleaner.tuning_jobs (id, project_id, dataset_version_id, driver, provider, base_model, method,
                hyperparameters, state, fine_tuned_model, estimated_tokens, estimated_epochs, billed_tokens, confirmation,
                confirmed_by, confirmed_at, created_at, finished_at)
            VALUES (\(version), \(project.uuid), \(version), 'openai', 'openai', 'base-1', 'sft', '{}', 'succeeded', 'ft:base-1',
                    100, 3, 300, 'c', 'ravi', now(), now(), now())
            """)
        try await pool.query(
            """
            INSERT INTO gleaner.evaluations (id, project_id, version_id, candidate, incumbent, policy, salt, state, holdout,
                items, estimate, verdict, report, author, created_at, finished_at)
            VALUES (\(version), \(project.uuid), \(version), '{"provider": "openai", "model": "ft:base-1"}',
                    '{"provider": "openai", "model": "base-1"}', '{}', 's', 'done', 5, 5, '{}', 'pass', '{}', 'ravi', now(), now())
            """)
        try await pool.query(
            "INSERT INTO gleaner.tuning_metrics (job_id, step, train_loss, valid_loss) SELECT \(version), n, 2.0 / n, 2.5 / n FROM generate_series(1, 9) n"
        )
    }

    private func tune() async throws {
        let canary = UUID()
        try await pool.query(
            """
            INSERT INTO gleaner.canaries (id, project_id, route, candidate, incumbent, plan, state, step, step_since,
                step_version, original, expected, reason, seen_until, author, created_at)
            VALUES (\(canary), \(project.uuid), 'chat', 'b', 'a', '{}', 'running', 0, now(), 1, '{}', '{}', '', now(), 'ravi', now())
            """)
        try await pool.query(
            """
            INSERT INTO gleaner.canary_points (canary_id, step, at, metric, candidate, incumbent, candidate_mean, incumbent_mean,
                estimate, low, high, p)
            VALUES (\(canary), 0, now(), 'rating', 50, 60, 0.8, 0.7, 0.1, -0.1, 0.3, 0.4)
            """)
        try await pool.query(
            """
            INSERT INTO gleaner.decisions (id, project_id, canary_id, kind, actor, why, evidence, state, created_at, settled_at)
            VALUES (\(UUID()), \(project.uuid), \(canary), 'start', 'ravi', 'a new model', '{}', 'applied', now(), now())
            """)
        try await pool.query(
            """
            INSERT INTO gleaner.jobs (id, project_id, kind, payload, state, run_at, fence, attempts, maximum_attempts, created_at)
            VALUES (\(UUID()), \(project.uuid), 'moderate', '{}', 'waiting', now(), 0, 0, 5, now())
            """)
        try await pool.query(
            """
            INSERT INTO gleaner.journals (id, host, directory, leftovers, confirmed_until, seen_at)
            VALUES (\(UUID()), 'a', '/var/lib/gleaner', '{}', now(), now())
            """)
    }
}
