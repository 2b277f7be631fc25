import GleanerCore

extension AlertRuleDocument {
    /// Rules to begin with, by name: what most chatbots want to hear of. Nothing is watched until somebody takes them.
    public static let standard: [(name: String, document: AlertRuleDocument)] = [
        rule("errors", .errorShare, 0.05, .hour) {
            $0.severity = .critical
            $0.advice = "Look at the provider's status, and at the attempts of the exchanges."
        },
        rule("errors-by-variant", .errorShare, 0.1, .hour) { $0.by = .variant },
        rule("http-errors", .httpErrorShare, 0.1, .hour),
        rule("slow", .durationP95, 30_000, .hour),
        rule("slower-than-last-week", .durationP95, 1.5, .sixHours) {
            $0.against = .lastWeek
            $0.minimum = 300
        },
        rule("late-first-token", .ttftP95, 5000, .hour),
        rule("no-traffic", .traffic, 0.2, .hour) {
            $0.against = .lastWeek
            // Nights are quiet; that nothing comes where thirty would is no chance.
            $0.minimum = 30
            $0.severity = .critical
            $0.advice = "Does the client reach Gleaner? Exchanges are a fifth of those of the same hours a week ago."
        },
        rule("cut-short", .cutShortShare, 0.1, .sixHours) { $0.advice = "The limit of output tokens may be too low." },
        rule("withheld", .filteredShare, 0.05, .sixHours),
        rule("turned-away", .turnedAwayShare, 0.05, .hour),
        rule("clients-leave", .clientGoneShare, 0.2, .sixHours) { $0.severity = .info },
        rule("cost", .cost, 1.5, .day) {
            $0.against = .lastWeek
            $0.minimum = 500
        },
        rule("answers-longer", .completionTokens, 1.5, .day) {
            $0.against = .lastWeek
            $0.minimum = 500
            $0.severity = .info
        },
        rule("thumbs-down", .thumbsDownShare, 0.4, .week) { $0.severity = .critical },
        rule("thumbs-down-rising", .thumbsDownShare, 0.05, .week) { $0.against = .previous },
        rule("thumbs-down-by-variant", .thumbsDownShare, 0.5, .week) { $0.by = .variant },
        rule("scores", .ratingMean, 3, .week),
        rule("scores-parted", .ratingDrift, 0.1, .week) {
            $0.against = .previous
            $0.severity = .info
            $0.advice = "Some may like it more and others less than the week before, behind the same mean."
        },
        rule("flagged", .flaggedShare, 0.1, .day),
        rule("prompts-worse", .moderationDrift, 0.1, .week) {
            $0.of = "rules.prompt"
            $0.against = .previous
            $0.severity = .info
            $0.advice = "What users write scores otherwise than the week before, though it may not be flagged yet."
        },
        rule("unjudged", .unjudgedShare, 0.05, .twoHours) {
            $0.advice = "A classifier gives no answer: what it would have blocked may have passed."
        },
        rule("languages", .languageDrift, 0.1, .week) {
            $0.against = .previous
            $0.severity = .info
        },
        rule("jobs-waiting", .jobsAge, 900, .halfHour) {
            $0.advice = "Background work is behind; `gleaner jobs` says which."
        },
        rule("jobs-dead", .deadJobs, 0, .halfHour) { $0.advice = "`gleaner jobs --state dead`, then retry them." },
        rule("numbers-old", .rollupAge, 900, .halfHour) {
            $0.severity = .critical
            $0.advice = "Rollups are not counted: other rules are blind meanwhile."
        },
    ]

    private static func rule(
        _ name: String, _ measure: AlertMeasure, _ line: Double, _ window: AlertWindow,
        _ change: (inout AlertRuleDocument) -> Void = { _ in }
    ) -> (name: String, document: AlertRuleDocument) {
        var document = AlertRuleDocument(measure, line: line)
        document.window = window
        change(&document)
        return (name, document)
    }
}
