/// Every table of the schema, by what it may hold of an exchange, an end user or a conversation. A test compares this
/// with the database: a table that is not here was forgotten.
enum ErasurePlaces {
    /// Rows that go, or texts that are taken out of them.
    static let erased: Set<String> = [
        "attempts", "audit_events", "canary_units", "comparison_verdicts", "comparisons", "draft_calls",
        "early_feedback", "evaluation_items", "evaluation_judgements", "evaluator_results", "examples",
        "exchange_bodies",
        "exchanges", "exclusions", "feedback", "feedback_posts", "gold_items", "idempotency_keys",
        "moderation_decisions",
        "moderation_placeholders", "moderation_results", "picks", "prompt_embeddings", "quarantine", "rater_marks",
        "review_declines",
        "review_drafts", "review_items", "review_retractions", "review_slots", "reviews", "samples",
        "superseded_results", "tuning_events",
        "tuning_jobs", "written_examples",
    ]
    /// What says that something was erased; names are in it only while that is done.
    static let erasure: Set<String> = [
        "erased_exchanges", "erased_files", "erasure_keys", "erasure_versions", "erasures", "journals",
    ]
    /// What operators, reviewers and engineers wrote, counts, hashes, ids and settings: nothing that an exchange said.
    ///
    /// `holdouts` and `trained_keys` stay on purpose: SHA-256 of project and name, by which nobody is trained on who once
    /// was measured with, or measured with who was trained on. The receipt says so.
    static let others: Set<String> = [
        "alert_deliveries", "alert_events", "alert_rule_versions", "alert_rules", "alert_silences", "alert_standings",
        "alerts", "api_keys", "benchmark_texts", "benchmarks", "canaries", "canary_points", "dataset_approvals",
        "dataset_versions", "datasets", "decisions", "drafts", "evaluations", "evaluator_policies", "feedback_days",
        "feedback_secrets",
        "holdouts", "imports", "invitations", "jobs", "login_sessions", "loop_events", "loop_rounds", "loop_steps",
        "loop_versions", "loops", "memberships", "model_shutdowns",
        "model_versions", "moderation_keys", "moderation_policies", "people", "prices", "projects",
        "promotion_policies", "releases", "review_backlog", "review_settings", "rollup_categories", "rollup_evaluators",
        "rollup_judgement_slices", "rollup_judgements", "rollup_marks", "rollup_moderation_scores", "rollup_passes",
        "rollup_prompts",
        "rollup_review_work", "rollup_reviews",
        "rollup_slices", "rollups",
        "route_salts", "route_versions", "rubrics", "sampling_plans",
        "sampling_prompts", "sampling_rules", "sampling_salts", "sampling_volumes", "schema_migrations", "split_salts",
        "telemetry_awaited", "telemetry_positions", "trained_keys",
        "tuning_checkpoints", "tuning_metrics", "tuning_prices", "tuning_steps",
    ]
}
