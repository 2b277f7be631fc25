import Foundation

extension GateReport {
    /// - Parameters:
    ///   - drawn: lines that were drawn, pairs that could not be made among them.
    ///   - costUSD: of all answers and judgements.
    init(
        _ decision: GateDecision, drawn: [HoldoutItem], holdout: Int, judge: JudgeEvidence?, people: PeopleEvidence?,
        costUSD: Double?
    ) {
        rules = decision.evidence()
        verdict = GateDecision.verdict(rules)
        self.judge = judge
        self.people = people
        self.holdout = holdout
        items = decision.pairs.count
        answerSources = Dictionary(drawn.map { ($0.answerSource, 1) }, uniquingKeysWith: +)
        references = decision.references
        alpha = decision.policy.alpha
        self.costUSD = costUSD
        candidate = Self.means(decision.pairs, ofCandidate: true)
        incumbent = Self.means(decision.pairs, ofCandidate: false)
        summary = Self.summary(verdict, rules)
        notes = []
        if references == .all, answerSources["original", default: 0] > 0 {
            notes.append(
                "References include answers that were approved as they were. Where the incumbent gave them it is measured by its own words, which favours it."
            )
        }
        if drawn.count < holdout { notes.append("\(drawn.count) of \(holdout) lines were drawn, by a keyed hash.") }
        if let judge, judge.disagreements * 4 > decision.pairs.count {
            notes.append(
                "The judge changed its mind with the order in \(judge.disagreements) of \(decision.pairs.count) pairs: it likes a place more than an answer."
            )
        }
    }

    private static func summary(_ verdict: GateVerdict, _ rules: [RuleEvidence]) -> String {
        func names(_ outcome: RuleEvidence.Outcome) -> String {
            rules.filter { $0.outcome == outcome }.map(\.metric.rawValue).joined(separator: ", ")
        }
        switch verdict {
        case .pass: return "The candidate may take traffic: every rule holds."
        case .fail: return "The candidate is refused: \(names(.fail))."
        case .notEnoughData: return "It is not known whether the candidate is good enough: \(names(.notEnoughData))."
        }
    }

    private static func means(_ pairs: [ScoredPair], ofCandidate isCandidate: Bool) -> [String: Double] {
        var means: [String: Double] = [:]
        func put(_ name: String, _ values: [Double]) {
            if !values.isEmpty { means[name] = values.reduce(0, +) / Double(values.count) }
        }
        for metric in GateMetric.allCases where !metric.isLogarithm {
            put(metric.rawValue, pairs.compactMap { $0.value(metric, ofCandidate: isCandidate) })
        }
        let scores = pairs.compactMap { (isCandidate ? $0.candidate : $0.incumbent).scores }
        put("chrf++", scores.compactMap(\.chrfPlusPlus))
        put("bleu", scores.compactMap(\.bleu))
        put("characters", scores.compactMap { $0.characters.map(Double.init) })
        // Logarithms are for comparing; people read milliseconds.
        put("cost_usd", pairs.compactMap { (isCandidate ? $0.candidate : $0.incumbent).costUSD })
        put("milliseconds", pairs.map { (isCandidate ? $0.candidate : $0.incumbent).milliseconds })
        return means
    }
}
