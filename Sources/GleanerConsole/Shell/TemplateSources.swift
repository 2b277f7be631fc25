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
        // People.
        "people": PackageResources.people_mustache,
        "account": PackageResources.account_mustache,
    ]
}
