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
        api_keys.client_gone api_keys.name api_keys.scopes api_keys.secret_sha256 benchmark_texts.body
        benchmarks.name canaries.author canaries.candidate canaries.expected canaries.incumbent canaries.original
        canaries.pin_note canaries.pinned_by canaries.plan canaries.reason canaries.route canaries.state
        canary_points.metric dataset_approvals.approver dataset_approvals.note dataset_versions.built_by
        dataset_versions.content_sha256 dataset_versions.kind dataset_versions.policy_document dataset_versions.salt
        dataset_versions.statistics dataset_versions.withdrawn_reason datasets.name decisions.actor
        decisions.evidence decisions.kind decisions.state decisions.weights decisions.why drafts.dataset
        drafts.settings drafts.settings_sha256 evaluations.author evaluations.candidate evaluations.estimate
        evaluations.failure evaluations.incumbent evaluations.key evaluations.people_ended_by evaluations.policy
        evaluations.report
        evaluations.salt evaluations.state evaluations.verdict feedback_secrets.secret holdouts.key_hash
        imports.format imports.head_sha256 imports.name imports.position_sha256 invitations.created_by
        invitations.token_sha256 jobs.idempotency_key jobs.kind jobs.last_error jobs.payload jobs.progress
        jobs.state login_sessions.token_sha256 memberships.role model_shutdowns.model model_shutdowns.provider
        model_versions.base_model model_versions.model model_versions.provider moderation_keys.key
        moderation_policies.author moderation_policies.document moderation_policies.note people.handle people.name
        people.oidc_issuer people.oidc_subject people.password prices.model prices.provider projects.name
        promotion_policies.document promotion_policies.name review_settings.document review_settings.updated_by
        route_salts.salt route_versions.author route_versions.document route_versions.note rubrics.created_by
        rubrics.document rubrics.name sampling_prompts.fingerprint sampling_rules.document sampling_rules.name
        sampling_rules.salt sampling_salts.salt sampling_volumes.rule schema_migrations.name
        schema_migrations.sha256 split_salts.salt tuning_checkpoints.checkpoint_id tuning_checkpoints.model
        tuning_prices.base_model tuning_prices.provider tuning_steps.name tuning_steps.result tuning_steps.step
        tuning_steps.upload
        """.split(whereSeparator: \.isWhitespace).map(String.init)
}
