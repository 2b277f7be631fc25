import Foundation
import GleanerCore

/// Decides from values alone which of some exchanges are drawn, and what is counted of those that were looked at.
///
/// One `u` for each exchange, by hash: each rule that applies gives a probability π, and draws the exchange when u < π.
/// So the chance that any rule draws it is the highest π, and a later, higher one keeps what an earlier one drew.
struct Drawing: Sendable {
    struct Volume: Hashable, Sendable {
        let rule: String
        let bucket: Int16
    }
    private(set) var samples: [Sample] = []
    /// Of rules with a budget: how many exchanges they applied to, by risk.
    private(set) var volumes: [Volume: Int] = [:]

    /// - Parameter scales: by rule, for those with a budget.
    init(_ exchanges: [ExchangeFacts], rules: [SamplingRule], scales: [UUID: Double]) {
        for facts in exchanges {
            guard let salt = rules.first?.salt else { return }
            let u = SamplingHash.unit(salt: salt, key: facts.id.description)
            for rule in rules {
                guard let chance = rule.chance(of: facts, scale: scales[rule.id]) else { continue }
                if rule.document.budgetPerDay != nil {
                    volumes[Volume(rule: rule.name, bucket: chance.bucket), default: 0] += 1
                }
                guard u < chance.probability else { continue }
                samples.append(
                    Sample(
                        exchange: facts.id, project: facts.project, rule: rule.id, ruleVersion: rule.version,
                        probability: chance.probability, score: chance.risk))
            }
        }
    }
}

extension Drawing {
    /// What changes in the counts when exchanges that were counted are looked at again: one moves from the risk that it had to
    /// the one it has, and is new to a rule that did not apply.
    /// - Parameter counted: as what a rule has counted an exchange before; without an entry, as what it was before anything was
    ///   said of it. Holds what it counts as now afterwards.
    static func moves(
        _ exchanges: [ExchangeFacts], rules: [SamplingRule], counted: inout CountedVolumes
    ) -> [Volume: Int] {
        var moves: [Volume: Int] = [:]
        for rule in rules where rule.document.budgetPerDay != nil {
            for facts in exchanges {
                var unsaid = facts
                unsaid.signals = ExchangeSignals(language: facts.signals.language)
                let before = counted[rule.id, facts.id] ?? rule.chance(of: unsaid, scale: 1).map(\.bucket)
                guard let now = rule.chance(of: facts, scale: 1).map(\.bucket), now != before else { continue }
                if let before { moves[Volume(rule: rule.name, bucket: before), default: 0] -= 1 }
                moves[Volume(rule: rule.name, bucket: now), default: 0] += 1
                counted[rule.id, facts.id] = now
            }
        }
        return moves.filter { $0.value != 0 }
    }
}

/// As what exchanges were last counted, for those looked at again; the newest so many, since the rest is rarely asked for.
struct CountedVolumes: Sendable {
    private struct Key: Hashable {
        let rule: UUID
        let exchange: ID<Exchange>
    }
    static let limit = 20_000
    private var buckets: [Key: Int16] = [:]
    /// Those before `buckets` was full the last time.
    private var older: [Key: Int16] = [:]

    subscript(rule: UUID, exchange: ID<Exchange>) -> Int16? {
        get {
            let key = Key(rule: rule, exchange: exchange)
            return buckets[key] ?? older[key]
        }
        set {
            buckets[Key(rule: rule, exchange: exchange)] = newValue
            guard buckets.count >= Self.limit else { return }
            (older, buckets) = (buckets, [:])
        }
    }
}

/// How much a rule may draw in the coming hour, so that its budget for the day holds on average.
struct BudgetPlan: Sendable, Hashable {
    /// `c` of min(1, c·risk).
    let scale: Double
    /// Exchanges a day that the rule is expected to apply to.
    let expected: Double

    /// The most that a rule begins with, before its first hour is known.
    static let unplanned = 0.05
    /// A rule that has met nothing yet is taken to meet at least so many exchanges a day.
    static let leastUnseen = 10_000.0

    /// - Parameters:
    ///   - budget: draws a day.
    ///   - mean: exchanges a day by risk, over the days before.
    ///   - today: those seen since midnight (UTC).
    ///   - watched: for which part of a day today's have been counted; less than an hour counts as one.
    ///   - unseen: exchanges a day in the whole project, for a rule that has met none.
    init(
        budget: Double, mean: [Int16: Double], today: [Int16: Double], watched: Double = 1, unseen: Double = 0
    ) {
        func total(_ volumes: [Int16: Double]) -> Double { volumes.values.reduce(0, +) }
        // A day that is already busier than the ones before counts as it is. The first one goes on as it began.
        let projected = total(mean) > 0 ? today : today.mapValues { $0 / min(1, max(watched, 1.0 / 24)) }
        let volumes = total(projected) > total(mean) ? projected : mean
        guard total(volumes) > 0 else {
            expected = max(unseen, Self.leastUnseen)
            scale = min(Self.unplanned, budget / expected)
            return
        }
        let sizes = volumes.map { (size: RiskBucket.risk(of: $0), count: $1) }
        scale = PoissonScale.scale(sizes, expected: budget) ?? 1
        expected = total(volumes)
    }

    init(scale: Double, expected: Double) {
        self.scale = scale
        self.expected = expected
    }
}
