import Foundation

/// Turns pairs of answers into a verdict. No I/O.
struct GateDecision {
    let policy: GatePolicy
    let pairs: [ScoredPair]
    let seed: UInt64

    static let leastConversations = 10
    /// Verdicts of people are dear: no more than so many are insisted on.
    static let leastVerdicts = 20

    /// What the metrics of words go by.
    var references: GatePolicy.References {
        switch policy.references {
        case .all: .all
        case .edited: .edited
        case .auto: pairs.count(where: \.isEdited) >= policy.minimumItems ? .edited : .all
        }
    }

    func evidence() -> [RuleEvidence] {
        let edited = references == .edited
        var rules = policy.rules.map { rule in
            evidence(rule, edited && rule.metric.needsReference ? pairs.filter(\.isEdited) : pairs)
        }
        let tested = rules.indices.filter { rules[$0].p != nil }
        for (index, p) in zip(tested, BenjaminiHochberg.adjusted(tested.map { rules[$0].p ?? 1 })) {
            rules[index].adjustedP = p
        }
        return rules
    }

    /// Any rule that fails fails the candidate; any that is not known yet leaves it open.
    static func verdict(_ rules: [RuleEvidence]) -> GateVerdict {
        if rules.contains(where: { $0.outcome == .fail }) { return .fail }
        return rules.contains { $0.outcome == .notEnoughData } ? .notEnoughData : .pass
    }

    private func evidence(_ rule: GateRule, _ pairs: [ScoredPair]) -> RuleEvidence {
        let metric = rule.metric
        let gains = pairs.compactMap { pair in pair.gain(metric).map { (cluster: pair.cluster, value: $0) } }
        var evidence = RuleEvidence(
            metric: metric, test: rule.test, margin: rule.margin, outcome: .notEnoughData, items: gains.count,
            conversations: Set(gains.map(\.cluster)).count, why: "")
        guard let bootstrap = PairedBootstrap(gains, resamples: policy.resamples, seed: seed) else {
            evidence.outcome = rule.isRequired ? .notEnoughData : .passedOver
            evidence.why = "Nothing was measured."
            return evidence
        }
        let compared = pairs.filter { $0.gain(metric) != nil }
        evidence.candidateMean = mean(compared.compactMap { $0.value(metric, ofCandidate: true) }, metric)
        evidence.incumbentMean = mean(compared.compactMap { $0.value(metric, ofCandidate: false) }, metric)
        var (low, high) = (bootstrap.quantile(policy.alpha), bootstrap.quantile(1 - policy.alpha))
        if metric.isShare {
            let (worse, better) = (gains.count { $0.value < 0 }, gains.count { $0.value > 0 })
            evidence.p = McNemar.p(onlyFirst: worse, onlySecond: better)
            // That nothing happened in so many conversations leaves this much possible.
            let left = shareLeftPossible(withoutEventsIn: bootstrap.clusters, alpha: policy.alpha)
            if worse == 0 { low = min(low, -left) }
            if better == 0 { high = max(high, min(left, high + left)) }
        }
        (evidence.estimate, evidence.low, evidence.high) = (bootstrap.mean, low, high)
        // Resampling a handful of wins thinks too well of them: they must hold by the exact test, too.
        if metric == .people {
            let exact = McNemar.p(onlyFirst: gains.count { $0.value < 0 }, onlySecond: gains.count { $0.value > 0 })
            if exact > 2 * policy.alpha { (low, high) = (min(low, 0), max(high, 0)) }
            (evidence.low, evidence.high) = (low, high)
        }
        decide(rule, low, high, &evidence)
        return evidence
    }

    private func decide(_ rule: GateRule, _ low: Double, _ high: Double, _ evidence: inout RuleEvidence) {
        // Items of a handful of conversations say little of others, however many they are.
        let least = rule.metric == .people ? min(policy.minimumItems, Self.leastVerdicts) : policy.minimumItems
        let enough = evidence.items >= least && evidence.conversations >= Self.leastConversations
        let limit = rule.test == .superior ? rule.margin : -rule.margin
        let seen =
            "\(Figures.signed(evidence.estimate ?? 0)), between \(Figures.signed(low)) and \(Figures.signed(high)) "
            + "over \(evidence.items) items of \(evidence.conversations) conversations"
        if !enough {
            evidence.outcome = rule.isRequired ? .notEnoughData : .passedOver
            evidence.why =
                "\(seen): \(least) items of \(Self.leastConversations) conversations are the least to decide on."
        } else if low > limit {
            evidence.outcome = .pass
            evidence.why = "\(seen): above \(Figures.signed(limit))."
        } else if high < limit {
            evidence.outcome = .fail
            evidence.why = "\(seen): below \(Figures.signed(limit))."
        } else {
            evidence.outcome = .notEnoughData
            evidence.why = "\(seen): on both sides of \(Figures.signed(limit)), so it is not known."
        }
    }

    /// Of a logarithm the geometric mean of what it is one of.
    private func mean(_ values: [Double], _ metric: GateMetric) -> Double? {
        guard !values.isEmpty else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        return metric.isLogarithm ? exp(mean) : mean
    }
}
