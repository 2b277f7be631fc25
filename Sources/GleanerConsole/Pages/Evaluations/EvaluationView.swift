import GleanerCore
import GleanerEvaluation

/// What `evaluation.mustache` shows.
struct EvaluationView: Sendable {
    struct Fact: Sendable {
        let name: String
        let value: String
    }
    struct Rule: Sendable {
        let metric: String
        let meaning: String
        let wanted: String
        let outcome: OutcomeWord
        let estimate: String
        let interval: String
        /// None, or one.
        let bars: [IntervalBar]
        let threshold: String
        let items: String
        let candidate: String
        let incumbent: String
        let why: String
        let p: String?
    }
    let id: String
    let outcome: OutcomeWord
    let isGoing: Bool
    let progress: String
    let summary: String?
    let failure: String?
    let candidate: String
    let incumbent: String
    let dataset: String
    let datasetPath: String
    let rules: [Rule]
    let hasRules: Bool
    let facts: [Fact]
    let judge: [Fact]
    let notes: [String]
    let hasNotes: Bool
    let mayTakeTraffic: Bool

    init(_ evaluation: Evaluation) {
        let report = evaluation.report
        id = evaluation.id.description
        outcome = OutcomeWord(evaluation)
        isGoing = evaluation.state == .waiting || evaluation.state == .running
        progress = "\(Figure.count(evaluation.answered)) of \(Figure.count(evaluation.items * 2)) answers are there"
        summary = report?.summary
        failure = evaluation.failure
        candidate = "\(evaluation.candidate.provider)/\(evaluation.candidate.model)"
        incumbent = "\(evaluation.incumbent.provider)/\(evaluation.incumbent.model)"
        dataset = "\(evaluation.dataset), version \(evaluation.versionNumber)"
        datasetPath = DatasetPath.version(evaluation.dataset, evaluation.versionNumber)
        rules = (report?.rules ?? []).map(Self.rule)
        hasRules = !rules.isEmpty
        notes = report?.notes ?? []
        hasNotes = !notes.isEmpty
        mayTakeTraffic = report?.verdict == .pass
        facts = [
            Fact(name: "started by", value: evaluation.author),
            Fact(
                name: "lines asked",
                value: "\(Figure.count(evaluation.items)) of \(Figure.count(evaluation.holdout)) held out"),
            Fact(name: "estimated cost", value: Figure.dollars(evaluation.estimate.usd)),
            Fact(name: "cost", value: Figure.dollars(report?.costUSD)),
            Fact(name: "each bound errs in", value: Figure.percent(evaluation.policy.alpha)),
        ]
        judge =
            report?.judge.map { judge in
                [
                    Fact(name: "judge", value: "\(judge.provider)/\(judge.model)"),
                    Fact(name: "prefers the candidate", value: Figure.count(judge.candidateWins)),
                    Fact(name: "prefers the incumbent", value: Figure.count(judge.incumbentWins)),
                    Fact(name: "ties", value: Figure.count(judge.ties)),
                    Fact(name: "liked a place", value: Figure.count(judge.disagreements)),
                    Fact(name: "could not be read", value: Figure.count(judge.unreadable)),
                ]
            } ?? []
    }

    private static func rule(_ rule: RuleEvidence) -> Rule {
        let limit = rule.test == .superior ? rule.margin : -rule.margin
        var bars: [IntervalBar] = []
        if let low = rule.low, let estimate = rule.estimate, let high = rule.high {
            bars = [IntervalBar(low: low, estimate: estimate, high: high, limit: limit)]
        }
        let isKnown = !bars.isEmpty
        return Rule(
            metric: rule.metric.rawValue.replacing("_", with: " "), meaning: meaning(rule.metric),
            wanted: rule.test == .superior
                ? "better by more than \(Figure.short(rule.margin))"
                : "worse by less than \(Figure.short(rule.margin))",
            outcome: OutcomeWord(rule.outcome), estimate: isKnown ? Figure.signed(rule.estimate) : Figure.unknown,
            interval: isKnown ? "\(Figure.signed(rule.low)) to \(Figure.signed(rule.high))" : "", bars: bars,
            threshold: Figure.signed(limit),
            items: "\(Figure.count(rule.items)) of \(Figure.count(rule.conversations)) conversations",
            candidate: Figure.short(rule.candidateMean), incumbent: Figure.short(rule.incumbentMean), why: rule.why,
            p: rule.adjustedP.map { Figure.short($0) })
    }

    private static func meaning(_ metric: GateMetric) -> String {
        switch metric {
        case .chrf: "letters in common with the reference, 0 to 100"
        case .rougeL: "words in order with the reference, 0 to 1"
        case .similarity: "topic in common with the reference"
        case .judge: "what the judge prefers, in both orders"
        case .people: "what reviewers prefer, who do not know which is which"
        case .flagged: "answers that moderation would flag"
        case .refusal: "answers that decline"
        case .failed: "prompts without an answer"
        case .repetition: "runs of words said before"
        case .length: "how far from the reference's length"
        case .latency: "time to answer, logarithm"
        case .cost: "cost of an answer, logarithm"
        }
    }
}
