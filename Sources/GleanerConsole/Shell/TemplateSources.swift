/// Every file of `Templates/`, by the name that pages and partials use.
enum TemplateSources {
    static let all: [String: [UInt8]] = [
        // The frame of every page, and what pages share.
        "layout": PackageResources.layout_mustache,
        "bare": PackageResources.bare_mustache,
        "error": PackageResources.error_mustache,
        // Text that others wrote.
        "span": PackageResources.span_mustache,
        "block": PackageResources.block_mustache,
        "talk": PackageResources.talk_mustache,
        "diff": PackageResources.diff_mustache,
        // The overview, and the report that is printed.
        "overview": PackageResources.overview_mustache,
        "overview-chart": PackageResources.overview_chart_mustache,
        "overview-select": PackageResources.overview_select_mustache,
        "printed-report": PackageResources.printed_report_mustache,
        // Review, what it tells, and what it stands on.
        "questions": PackageResources.questions_mustache,
        "review": PackageResources.review_mustache,
        "compare": PackageResources.compare_mustache,
        "queue": PackageResources.queue_mustache,
        "disputes": PackageResources.disputes_mustache,
        "gold": PackageResources.gold_mustache,
        "rubrics": PackageResources.rubrics_mustache,
        "quality": PackageResources.quality_mustache,
        "rules": PackageResources.rules_mustache,
        // Getting in.
        "sign-in": PackageResources.sign_in_mustache,
        "welcome": PackageResources.welcome_mustache,
        // Exchanges.
        "exchanges": PackageResources.exchanges_mustache,
        "exchange": PackageResources.exchange_mustache,
        "exchange-choice": PackageResources.exchange_choice_mustache,
        "exchange-field": PackageResources.exchange_field_mustache,
        "exchange-message": PackageResources.exchange_message_mustache,
        // Feedback.
        "feedback": PackageResources.feedback_mustache,
        "raters": PackageResources.raters_mustache,
        // Moderation.
        "moderation": PackageResources.moderation_mustache,
        "moderated-exchange": PackageResources.moderated_exchange_mustache,
        "moderation-policy": PackageResources.moderation_policy_mustache,
        // From datasets to models that take traffic.
        "chart": PackageResources.chart_mustache,
        "datasets": PackageResources.datasets_mustache,
        "dataset-preview": PackageResources.dataset_preview_mustache,
        "dataset-version": PackageResources.dataset_version_mustache,
        "dataset-diff": PackageResources.dataset_diff_mustache,
        "tuning": PackageResources.tuning_mustache,
        "tuning-estimate": PackageResources.tuning_estimate_mustache,
        "tuning-job": PackageResources.tuning_job_mustache,
        "evaluations": PackageResources.evaluations_mustache,
        "evaluation": PackageResources.evaluation_mustache,
        "alerts": PackageResources.alerts_mustache,
        "alert": PackageResources.alert_mustache,
        "alert-card": PackageResources.alert_card_mustache,
        "alert-standings": PackageResources.alert_standings_mustache,
        "alert-rule": PackageResources.alert_rule_mustache,
        "alert-rule-form": PackageResources.alert_rule_form_mustache,
        "alert-new": PackageResources.alert_new_mustache,
        "evaluators": PackageResources.evaluators_mustache,
        "evaluator": PackageResources.evaluator_mustache,
        "loops": PackageResources.loops_mustache,
        "loop": PackageResources.loop_mustache,
        "loop-round": PackageResources.loop_round_mustache,
        "loop-form": PackageResources.loop_form_mustache,
        "loop-new": PackageResources.loop_new_mustache,
        "canaries": PackageResources.canaries_mustache,
        "canary": PackageResources.canary_mustache,
        // People.
        "people": PackageResources.people_mustache,
        "account": PackageResources.account_mustache,
    ]
}
