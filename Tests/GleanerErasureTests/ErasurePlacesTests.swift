import AsyncPostgres
import GleanerTestSupport
import Testing

@testable import GleanerErasure

@Suite("Places of an erasure", .database)
struct ErasurePlacesTests {
    @Test("every table of the schema is known, by what it may hold of a person")
    func tables() async throws {
        let rows = try await TestDatabase.current.pool.query(
            """
            SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'gleaner' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
            """)
        let tables = Set(try rows.map { try $0.decode("relname", as: String.self) })
        let known = ErasurePlaces.erased.union(ErasurePlaces.erasure).union(ErasurePlaces.others)
        #expect(tables.subtracting(known).sorted() == [], "tables that an erasure knows nothing of")
        #expect(known.subtracting(tables).sorted() == [], "tables that are gone")
        #expect(ErasurePlaces.erased.isDisjoint(with: ErasurePlaces.others))
    }

    /// Columns where a client's bytes, texts or documents could be, of tables that are said to hold none: a new one must
    /// be looked at, too.
    @Test("no table that is said to hold nothing of a person has a new column for texts")
    func columns() async throws {
        let rows = try await TestDatabase.current.pool.query(
            """
            SELECT table_name || '.' || column_name AS name FROM information_schema.columns
            WHERE table_schema = 'gleaner' AND data_type IN ('text', 'bytea', 'jsonb', 'ARRAY')
              AND table_name = ANY (\(PostgresArray(ErasurePlaces.others.sorted())))
            ORDER BY 1
            """)
        let columns = try rows.map { try $0.decode("name", as: String.self) }
        #expect(columns == Self.looked, "look at the new column: may it hold what an exchange said?")
    }

    private static let looked: [String] = """
        alert_deliveries.channel alert_deliveries.failure alert_deliveries.kind alert_events.actor alert_events.kind
        alert_events.why alert_rule_versions.author alert_rule_versions.document alert_rule_versions.note
        alert_rules.name alert_rules.trouble alert_silences.author alert_silences.ended_by alert_silences.slice
        alert_silences.why alert_standings.slice alert_standings.verdict alerts.acknowledged_by alerts.resolution
        alerts.severity alerts.slice api_keys.client_gone api_keys.name api_keys.scopes api_keys.secret_sha256 benchmark_texts.body
        benchmarks.name canaries.author canaries.candidate canaries.expected canaries.incumbent canaries.original
        canaries.pin_note canaries.pinned_by canaries.plan canaries.reason canaries.route canaries.state
        canary_points.metric dataset_approvals.approver dataset_approvals.note dataset_versions.build_key dataset_versions.built_by
        dataset_versions.content_sha256 dataset_versions.kind dataset_versions.policy_document dataset_versions.salt
        dataset_versions.statistics dataset_versions.withdrawn_reason datasets.name decisions.actor
        decisions.evidence decisions.kind decisions.state decisions.weights decisions.why drafts.dataset
        drafts.settings drafts.settings_sha256 evaluations.author evaluations.candidate evaluations.estimate
        evaluations.failure evaluations.incumbent evaluations.key evaluations.people_ended_by evaluations.policy
        evaluations.report evaluations.salt evaluations.state evaluations.verdict evaluator_policies.author
        evaluator_policies.document evaluator_policies.note feedback_secrets.secret holdouts.key_hash imports.format
        imports.head_sha256 imports.name imports.position_sha256 invitations.created_by invitations.token_sha256
        jobs.idempotency_key jobs.kind jobs.last_error jobs.payload jobs.progress jobs.state
        login_sessions.token_sha256 loop_events.actor loop_events.kind loop_events.step loop_events.why
        loop_rounds.cancel_by loop_rounds.reason loop_rounds.started_by loop_rounds.state loop_rounds.why
        loop_steps.allowed_by loop_steps.code loop_steps.figures loop_steps.key loop_steps.made loop_steps.reason
        loop_steps.state loop_steps.step loop_versions.author loop_versions.document loop_versions.note loops.name
        loops.pause_note loops.paused_by loops.trouble memberships.role model_shutdowns.model
        model_shutdowns.provider model_versions.base_model model_versions.model model_versions.provider
        moderation_keys.key moderation_policies.author moderation_policies.document moderation_policies.note
        people.handle people.name people.oidc_issuer people.oidc_subject people.password prices.model prices.provider
        projects.name promotion_policies.document promotion_policies.name releases.author releases.name releases.note review_backlog.state
        review_settings.document review_settings.updated_by rollup_categories.category rollup_categories.language
        rollup_categories.model rollup_categories.prompt rollup_categories.provider rollup_categories.route
        rollup_categories.source rollup_categories.target rollup_categories.variant rollup_evaluators.bins
        rollup_evaluators.counts rollup_evaluators.evaluator rollup_evaluators.failure rollup_evaluators.language
        rollup_evaluators.measure rollup_evaluators.model rollup_evaluators.prompt rollup_evaluators.provider
        rollup_evaluators.route rollup_evaluators.source rollup_evaluators.variant rollup_evaluators.version
        rollup_judgement_slices.slice rollup_judgement_slices.source
        rollup_judgement_slices.value rollup_judgements.language
        rollup_judgements.model rollup_judgements.prompt rollup_judgements.provider rollup_judgements.route
        rollup_judgements.source rollup_judgements.variant rollup_marks.part
        rollup_moderation_scores.bins rollup_moderation_scores.classifier rollup_moderation_scores.classifier_model
        rollup_moderation_scores.counts rollup_moderation_scores.language rollup_moderation_scores.model
        rollup_moderation_scores.prompt rollup_moderation_scores.provider rollup_moderation_scores.route
        rollup_moderation_scores.source rollup_moderation_scores.target rollup_moderation_scores.variant rollup_passes.name
        rollup_prompts.fingerprint rollup_review_work.kind rollup_review_work.reviewer rollup_review_work.rubric
        rollup_reviews.language rollup_reviews.measure rollup_reviews.model rollup_reviews.prompt
        rollup_reviews.provider rollup_reviews.route rollup_reviews.rule rollup_reviews.source rollup_reviews.variant
        rollup_slices.duration_bins rollup_slices.duration_counts rollup_slices.slice rollup_slices.source
        rollup_slices.ttft_bins rollup_slices.ttft_counts rollup_slices.value
        rollups.duration_bins rollups.duration_counts rollups.language rollups.model rollups.prompt rollups.provider
        rollups.route rollups.source rollups.ttft_bins rollups.ttft_counts rollups.variant route_salts.salt
        route_versions.author route_versions.document route_versions.note rubrics.created_by rubrics.document
        rubrics.name sampling_prompts.fingerprint sampling_rules.document sampling_rules.name sampling_rules.salt
        sampling_salts.salt sampling_volumes.rule schema_migrations.name
        schema_migrations.sha256 split_salts.salt telemetry_positions.stream trained_keys.key_hash
        tuning_checkpoints.checkpoint_id tuning_checkpoints.model
        tuning_prices.base_model tuning_prices.provider tuning_steps.name tuning_steps.result tuning_steps.step
        tuning_steps.upload
        """.split(whereSeparator: \.isWhitespace).map(String.init)
}
