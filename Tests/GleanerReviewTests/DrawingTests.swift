import Foundation
import GleanerCore
import GleanerHTTP
import GleanerTestSupport
import Testing

@testable import GleanerReview

private func rule(_ name: String, _ document: RuleDocument, salt: String = "review-v1") -> SamplingRule {
    SamplingRule(id: UUID(), project: ID(UUID()), name: name, version: 1, document: document, salt: salt)
}

@Suite("Drawing, as a decision")
struct DrawingTests {
    @Test("probabilities in proportion to size are capped at 1, and the rest shares what is left")
    func proportional() {
        let plain = PoissonScale.probabilities(sizes: [10, 1, 1, 5, 3], expected: 2)
        #expect(zip(plain, [1, 0.1, 0.1, 0.5, 0.3]).allSatisfy { abs($0 - $1) < 1e-12 })
        let capped = PoissonScale.probabilities(sizes: [100, 1, 1, 5, 3], expected: 3)
        #expect(zip(capped, [1, 0.2, 0.2, 1, 0.6]).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(PoissonScale.probabilities(sizes: [3, 1], expected: 2) == [1, 1])
        #expect(PoissonScale.probabilities(sizes: [3, 1], expected: 7) == [1, 1])
        #expect(PoissonScale.scale([], expected: 1) == nil)
    }

    @Test("so many draws are expected as were wanted, whatever the sizes", arguments: 0..<50)
    func expected(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let sizes = (0..<40).map { _ in pow(10, Double.random(in: -1...3, using: &random)) }
        let wanted = Double.random(in: 0.5...39, using: &random)
        let found = PoissonScale.probabilities(sizes: sizes, expected: wanted)
        #expect(abs(found.reduce(0, +) - wanted) < 1e-9)
        #expect(found.allSatisfy { $0 > 0 && $0 <= 1 })
    }

    @Test("one number decides for all rules: what a low probability draws, every higher one draws")
    func nested() {
        let low = rule("low", .floor(0.1)), high = rule("high", .floor(0.4))
        let exchanges = (0..<500).map { _ in ExchangeFacts(id: .new(), project: low.project) }
        let drawing = Drawing(exchanges, rules: [low, high], scales: [:])
        let byLow = Set(drawing.samples.filter { $0.rule == low.id }.map(\.exchange))
        let byHigh = Set(drawing.samples.filter { $0.rule == high.id }.map(\.exchange))
        #expect(!byLow.isEmpty && byLow.isSubset(of: byHigh))
        for facts in exchanges {
            let u = SamplingHash.unit(salt: "review-v1", key: facts.id.description)
            #expect(byHigh.contains(facts.id) == (u < 0.4))
        }
        #expect(drawing.volumes.isEmpty)
    }

    @Test("a rule applies where all its conditions hold, and not where something is not known yet")
    func match() {
        let match = RuleMatch(route: ["chat", "help"], language: ["hi-Latn"], flagged: true, newSystemPrompt: false)
        var facts = ExchangeFacts(id: .new(), project: .new(), route: "help", hasNewSystemPrompt: false)
        #expect(!match.applies(to: facts))
        facts.signals = ExchangeSignals(language: "hi-Latn", isFlagged: true)
        #expect(match.applies(to: facts))
        facts.route = "other"
        #expect(!match.applies(to: facts))
        facts.route = nil
        #expect(!match.applies(to: facts))
        #expect(!RuleMatch(lowRated: false).applies(to: ExchangeFacts(id: .new(), project: .new())))
    }

    @Test("risk adds up what is known, never to nothing, and a flag counts like the highest score")
    func risk() {
        let weights = RiskWeights(moderation: 8, lowRating: 8, regenerated: 3, abandoned: 2, latency: 1, slowMS: 1_000)
        func risk(_ signals: ExchangeSignals, _ duration: Double? = nil) -> Double {
            weights.risk(of: ExchangeFacts(id: .new(), project: .new(), durationMS: duration, signals: signals))
        }
        #expect(risk(.init()) == 1)
        #expect(risk(.init(moderationScore: 0.5)) == 5)
        #expect(risk(.init(isFlagged: true, moderationScore: 0.5)) == 9)
        #expect(risk(.init(isLowRated: true, isRegenerated: true, isAbandoned: true), 500) == 14.5)
        #expect(risk(.init(moderationScore: 7, judgeDisagreement: -1), 1e9) == 10)
    }

    @Test("a budget lowers the probability beforehand: that of the day before, or of a busier today")
    func budget() {
        let usual = BudgetPlan(budget: 100, mean: [0: 1_000], today: [0: 10])
        #expect(usual == BudgetPlan(scale: 0.1, expected: 1_000))
        let busy = BudgetPlan(budget: 100, mean: [0: 1_000], today: [0: 4_000])
        #expect(busy == BudgetPlan(scale: 0.025, expected: 4_000))
        #expect(BudgetPlan(budget: 100, mean: [0: 50], today: [:]).scale == 1)
        // The first day goes on as it began: 100 in an hour are 2,400 a day.
        #expect(BudgetPlan(budget: 240, mean: [:], today: [0: 100], watched: 1 / 24).scale == 0.1)
        #expect(BudgetPlan(budget: 240, mean: [:], today: [0: 100], watched: 0.001).scale == 0.1)
        #expect(BudgetPlan(budget: 50, mean: [:], today: [0: 100], watched: 0.5).scale == 0.25)
        // A rule that has met nothing is held by what the project has, and never begins with more than 5 %.
        #expect(BudgetPlan(budget: 100, mean: [:], today: [:]) == BudgetPlan(scale: 0.01, expected: 10_000))
        #expect(BudgetPlan(budget: 100, mean: [:], today: [:], unseen: 1_000_000).scale == 0.0001)
        #expect(BudgetPlan(budget: 100_000, mean: [:], today: [:]).scale == 0.05)
        // Risks 1 and 2^(12/4) = 8: 900·c + 100·8c = 85.
        let risky = BudgetPlan(budget: 85, mean: [0: 900, 12: 100], today: [:])
        #expect(abs(risky.scale - 0.05) < 1e-12)
    }

    @Test("a budget whose plan is missing draws little, not everything")
    func unplanned() {
        let budgeted = rule("budget", RuleDocument(probability: 1, budgetPerDay: 10))
        let facts = ExchangeFacts(id: .new(), project: budgeted.project)
        #expect(budgeted.chance(of: facts, scale: nil)?.probability == 0.05)
    }

    @Test("what is looked at again moves in the counts, and is not counted twice")
    func moves() {
        let risk = rule("risk", RuleDocument(importance: RiskWeights(moderation: 8, lowRating: 7), budgetPerDay: 10))
        let flagged = rule("flagged", RuleDocument(match: RuleMatch(flagged: true), probability: 1, budgetPerDay: 10))
        var facts = ExchangeFacts(id: .new(), project: risk.project)
        var counted = CountedVolumes()
        func moves() -> [String: Int] {
            let moves = Drawing.moves([facts], rules: [risk, flagged], counted: &counted)
            return Dictionary(uniqueKeysWithValues: moves.map { ("\($0.key.rule) \($0.key.bucket)", $0.value) })
        }
        #expect(moves().isEmpty)
        facts.signals = ExchangeSignals(isFlagged: true)
        // Risk 9 is bucket 13, 16 is 16.
        #expect(moves() == ["risk 0": -1, "risk 13": 1, "flagged 0": 1])
        #expect(moves().isEmpty)
        facts.signals.isLowRated = true
        #expect(moves() == ["risk 13": -1, "risk 16": 1])
    }

    @Test("over a day of mixed risks an importance rule draws its budget, each with its own probability")
    func importance() {
        let importance = rule("risk", RuleDocument(importance: RiskWeights(), budgetPerDay: 200))
        var random = SeededRandom(seed: 3)
        let exchanges = (0..<5_000).map { _ in
            ExchangeFacts(
                id: .new(), project: importance.project,
                signals: ExchangeSignals(isFlagged: Double.random(in: 0..<1, using: &random) < 0.05))
        }
        let volumes = Drawing(exchanges, rules: [importance], scales: [importance.id: 1]).volumes
        let mean = Dictionary(uniqueKeysWithValues: volumes.map { ($0.key.bucket, Double($0.value)) })
        let plan = BudgetPlan(budget: 200, mean: mean, today: [:])
        let samples = Drawing(exchanges, rules: [importance], scales: [importance.id: plan.scale]).samples
        #expect((140...260).contains(samples.count))
        for sample in samples {
            #expect(sample.probability == min(1, plan.scale * sample.score!))
        }
        #expect(Set(samples.map(\.score)) == [1, 9])
    }

    @Test("a rule that says nothing, too much or nonsense is refused")
    func invalid() throws {
        func refused(_ json: String) -> Bool {
            do {
                try JSONDecoder().decode(RuleDocument.self, from: Data(json.utf8)).validate()
                return false
            } catch { return error is ReviewError || error is BodyError }
        }
        for json in [
            "{}", #"{"probability":0}"#, #"{"probability":1.5}"#, #"{"importance":{}}"#,
            #"{"importance":{},"budget_per_day":0}"#, #"{"importance":{"latency":-1},"budget_per_day":9}"#,
            #"{"probability":1,"match":{"route":[]}}"#, #"{"probability":1,"match":{"surprise":1}}"#,
            #"{"probability":1,"surprise":1}"#, #"{"importance":{"surprise":1},"budget_per_day":9}"#,
            "{\"probability\":1,\"match\":{\"route\":[\"a\\u0000\"]}}",
        ] { #expect(refused(json), "\(json)") }
        let whole =
            #"{"match":{"route":["a"],"low_rated":true},"importance":{"slow_ms":500},"budget_per_day":9,"probability":0.5}"#
        let document = try JSONDecoder().decode(RuleDocument.self, from: Data(whole.utf8))
        try document.validate()
        #expect(try JSONDecoder().decode(RuleDocument.self, from: JSONEncoder().encode(document)) == document)
        #expect(document.importance?.lowRating == RiskWeights().lowRating)
    }
}
