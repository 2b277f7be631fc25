import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerReview

/// Reference values computed with the `krippendorff`, `scikit-learn` and `statsmodels` packages.
@Suite("Agreement")
struct AgreementTests {
    private static func items(_ raters: [[Double?]]) -> [[Double]] {
        (0..<raters[0].count).map { item in raters.compactMap { $0[item] } }
    }
    private static let scales = items([
        [5, 4, nil, 2, 1, 4, 3, nil], [5, 4, 3, 2, 2, 4, nil, 1], [4, nil, 3, 1, 1, 5, 3, 1],
        [nil, 4, 2, 2, nil, 4, 3, nil],
    ])
    private static let flags = items([
        [1, 0, 0, 1, nil, 0, 1, 0], [1, 0, 1, 1, 0, 0, nil, 0], [nil, 0, 0, 1, 0, 0, 1, 1],
    ])
    private static let readme = items([
        [nil, nil, nil, nil, nil, 3, 4, 1, 2, 1, 1, 3, 3, nil, 3],
        [1, nil, 2, 1, 3, 3, 4, 3, nil, nil, nil, nil, nil, nil, nil],
        [nil, nil, 2, 1, 3, 4, 4, nil, 2, 1, 1, 3, 3, nil, 4],
    ])

    private func near(_ coefficient: Coefficient, _ wanted: Double, _ tolerance: Double = 1e-9) -> Bool {
        coefficient.value.map { abs($0 - wanted) <= tolerance } ?? false
    }

    @Test("Krippendorff's alpha is that of the reference, with gaps, at every level")
    func alpha() {
        let wanted: [(KrippendorffAlpha.Level, Double, Double)] = [
            (.nominal, 0.5121951219512195, 0.691358024691358), (.ordinal, 0.9032258064516129, 0.8067214199413153),
            (.interval, 0.8905109489051095, 0.8108448928121059), (.ratio, 0.8180707935044255, 0.8089436707842471),
        ]
        for (level, scales, readme) in wanted {
            #expect(near(KrippendorffAlpha.of(Self.scales, level), scales), "\(level)")
            #expect(near(KrippendorffAlpha.of(Self.readme, level), readme), "\(level)")
        }
        #expect(near(KrippendorffAlpha.of(Self.flags, .nominal), 0.6296296296296297))
    }

    @Test("alpha is said to be undefined when all ratings are one, or nothing can be paired")
    func undefined() {
        #expect(KrippendorffAlpha.of([[4, 4], [4, 4, 4]], .ordinal) == .undefined(.oneValue))
        #expect(KrippendorffAlpha.of([[4], [3], []], .ordinal) == .undefined(.noPairs))
        #expect(KrippendorffAlpha.of([], .ratio) == .undefined(.noPairs))
        #expect(KrippendorffAlpha.bootstrapped([[4, 4]], .ordinal, rounds: 10, seed: 1).interval == nil)
    }

    @Test("the bootstrap interval holds alpha, repeats itself, and is narrower with more items")
    func bootstrap() throws {
        let (alpha, few) = KrippendorffAlpha.bootstrapped(Self.scales, .ordinal, rounds: 500, seed: 1)
        let again = KrippendorffAlpha.bootstrapped(Self.scales, .ordinal, rounds: 500, seed: 1)
        #expect(few == again.interval)
        let narrow = try #require(few)
        #expect(narrow.low <= alpha.value! && alpha.value! <= narrow.high)
        let many = (0..<20).flatMap { _ in Self.scales }
        let wide = try #require(KrippendorffAlpha.bootstrapped(many, .ordinal, rounds: 200, seed: 1).interval)
        #expect(wide.high - wide.low < (narrow.high - narrow.low) / 2)
    }

    @Test("Cohen's kappa is that of the reference, unweighted, linear and quadratic")
    func cohen() {
        let a = [1, 2, 3, 3, 2, 1, 4, 5, 2, 3], b = [1, 2, 3, 3, 2, 2, 4, 4, 1, 3]
        #expect(near(CohenKappa.of(a, b), 0.605263157894737))
        #expect(near(CohenKappa.of(a, b, weights: .linear), 0.7580645161290323))
        #expect(near(CohenKappa.of(a, b, weights: .quadratic), 0.88))
        // A scale's points stay where they are when nobody gives some of them: scikit-learn with labels 1…5.
        #expect(near(CohenKappa.of([1, 2, 5, 5, 2], [1, 5, 5, 2, 2], weights: .quadratic), 0.3571428571428571))
        #expect(CohenKappa.of([3, 3], [3, 3]) == .undefined(.oneValue))
        #expect(CohenKappa.of([], []) == .undefined(.noPairs))
    }

    @Test("Fleiss' kappa is that of the reference, and needs equal numbers of ratings")
    func fleiss() {
        #expect(near(FleissKappa.of([[3, 0], [2, 1], [0, 3], [1, 2], [3, 0], [0, 3]]), 0.5555555555555554))
        let wikipedia = [
            [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1], [7, 7, 0, 0, 0],
            [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
        ]
        #expect(near(FleissKappa.of(wikipedia), 0.20993070442195522))
        #expect(FleissKappa.of([[2, 0], [3, 0]]) == .undefined(.unequalRaters))
        #expect(FleissKappa.of([[2, 0], [2, 0]]) == .undefined(.oneValue))
    }

    @Test("with a rare flag kappa breaks down, and Gwet's AC1 and positive agreement tell what is the case")
    func rareFlag() {
        // 118 times neither, 5 and 2 times one of them, never both.
        let items = (0..<125).map { $0 < 118 ? [2, 0] : [1, 1] }
        #expect(near(GwetAC1.of(items, categories: 2), 0.9408, 5e-5))
        let first = (0..<125).map { $0 >= 118 && $0 < 123 ? 1 : 0 }
        let second = (0..<125).map { $0 >= 123 ? 1 : 0 }
        #expect(near(CohenKappa.of(first, second), -0.0234, 5e-5))
        #expect(PositiveAgreement.of(both: 0, onlyFirst: 5, onlySecond: 2) == .value(0))
        #expect(PositiveAgreement.of(both: 3, onlyFirst: 1, onlySecond: 1) == .value(0.75))
        #expect(PositiveAgreement.of(both: 0, onlyFirst: 0, onlySecond: 0) == .undefined(.noPairs))
        // The same over items of two raters, and by hand of three: pairs that agree of pairs that saw it.
        #expect(PositiveAgreement.of([(2, 2), (2, 2), (2, 2), (1, 2), (1, 2), (0, 2)]) == .value(0.75))
        #expect(PositiveAgreement.of([(2, 3), (1, 1)]) == .value(0.5))
        #expect(PositiveAgreement.of([(0, 2)]) == .undefined(.noPairs))
        #expect(GwetAC1.of([[1, 0]], categories: 2) == .undefined(.noPairs))
        #expect(GwetAC1.of([[2]], categories: 1) == .undefined(.oneValue))
    }

    @Test("a report tells who is kind, who is wrong on hidden checks, and how fast each is")
    func report() throws {
        let start = Date(timeIntervalSince1970: 1_800_000_000)
        var reviews: [ComparedReview] = []
        for number in 0..<12 {
            let exchange = ID<Exchange>.new()
            let truth = number % 5 + 1
            for (reviewer, points) in [("asha", truth), ("ravi", min(5, truth + 1))] {
                reviews.append(
                    ComparedReview(
                        exchange: exchange, reviewer: reviewer, rubric: "default@2", isGold: false, isCompared: true,
                        scores: ["accuracy": points], right: nil, durationMS: 30_000,
                        at: start.addingTimeInterval(Double(number) * 20)))
            }
        }
        for number in 0..<10 {
            reviews.append(
                ComparedReview(
                    exchange: .new(), reviewer: "ravi", rubric: "default@2", isGold: true, isCompared: false,
                    scores: ["accuracy": 4], right: ["accuracy": 3], durationMS: 10_000,
                    at: start.addingTimeInterval(1_000 + Double(number) * 20)))
        }
        let report = AgreementReport(reviews, in: TimeRange(from: start, to: start.addingTimeInterval(9_999)))
        let question = try #require(report.questions.first)
        #expect((question.question, question.items) == ("accuracy", 12))
        #expect(question.alpha! > 0.5 && question.alpha! < 1)
        #expect(report.pairs.map(\.items) == [12])
        let pair = try #require(report.pairs.first)
        let kappa = try #require(pair.kappa)
        #expect(kappa > 0.5)
        #expect(pair.rubric == "default@2")
        let fleiss = try #require(question.fleissKappa)
        #expect(fleiss < 0.5)
        // Eight scores below 4 by asha, six of them by ravi too: 2·6 of 14.
        let low = try #require(question.positiveAgreement)
        #expect(abs(low - 12.0 / 14) < 1e-12)
        let asha = try #require(report.reviewers.first { $0.reviewer == "asha" })
        let ravi = try #require(report.reviewers.first { $0.reviewer == "ravi" })
        #expect(asha.biasAgainstOthers!.mean == -ravi.biasAgainstOthers!.mean)
        #expect(ravi.biasAgainstOthers!.mean > 0.7)
        #expect(asha.biasAgainstGold == nil)
        #expect(ravi.biasAgainstGold == AgreementReport.Bias([Double](repeating: 1, count: 10)))
        #expect(ravi.biasAgainstGold!.low == 1)
        #expect(ravi.errorAgainstGold == 1)
        // Lent while the one before was judged: the pace is that of the submissions.
        #expect(asha.medianSeconds == 20)
        #expect(ravi.reviews == 22)
    }

    @Test("pairs with hardly anything in common, and reports of nothing, say nothing")
    func little() {
        let range = TimeRange(lastDays: 1)
        #expect(AgreementReport([], in: range).questions.isEmpty)
        let exchange = ID<Exchange>.new()
        let two = ["a", "b"].map {
            ComparedReview(
                exchange: exchange, reviewer: $0, rubric: "default@2", isGold: false, isCompared: true,
                scores: ["accuracy": 4], right: nil, durationMS: nil, at: range.from)
        }
        let report = AgreementReport(two, in: range)
        #expect(report.pairs.isEmpty)
        #expect(report.questions[0].undefined == .oneValue)
        #expect(report.questions[0].alpha == nil)
        #expect(report.reviewers[0].medianSeconds == nil)
    }
}

@Suite("Agreement over stored reviews", .database)
struct StoredAgreementTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    private func judge(_ world: StoredExchanges, _ reviewer: String, _ score: Int) async throws -> ID<Exchange>? {
        let service = ReviewService(pool: pool)
        guard let item = try await service.next(for: reviewer, in: world.project) else { return nil }
        _ = try await service.submit(.all(score), slot: item.slot, token: item.leaseToken, in: world.project)
        return item.exchange
    }
    private func report(_ world: StoredExchanges) async throws -> AgreementReport {
        try await AgreementService(pool: pool).report(of: world.project, in: TimeRange(lastDays: 1))
    }

    @Test("third reviewers, picks and other versions of a rubric are not mixed into agreement")
    func compared() async throws {
        let world = try await StoredExchanges.drawn(2) { $0.slots = 2 }
        for (reviewer, score) in [("asha", 1), ("asha", 1), ("ravi", 5), ("ravi", 5)] {
            _ = try await judge(world, reviewer, score)
        }
        let before = try await report(world).questions
        #expect(before.map(\.items) == [2, 2, 2, 2])
        // The thirds settle both; they would raise agreement.
        for _ in 0..<2 { #expect(try await judge(world, "mira", 5) != nil) }
        #expect(try await report(world).questions == before)
        // What was picked says nothing of what is drawn.
        let picked = try await world.add()
        try await SamplingService(pool: pool).pick([picked], by: "lead", in: world.project)
        for reviewer in ["asha", "ravi"] { #expect(try await judge(world, reviewer, 3) == picked) }
        #expect(try await report(world).questions == before)
        #expect(try await report(world).reviewers.map(\.reviews) == [3, 2, 3])
        // One more version of the rubric, with a question of the same name.
        var document = Rubric.standard.document
        document.guidelines = "Now look twice."
        let rubric = try await RubricService(pool: pool).add(document, named: "house", in: world.project, by: "lead")
        try await world.settings {
            $0.slots = 2; $0.rubric = rubric.reference
        }
        try await world.add()
        try await world.drawAll()
        for reviewer in ["asha", "ravi"] { _ = try await judge(world, reviewer, 4) }
        let after = try await report(world).questions
        #expect(Set(after.map(\.rubric)) == [Rubric.standard.reference, rubric.reference])
        #expect(after.filter { $0.rubric == Rubric.standard.reference } == before)
        #expect(after.filter { $0.rubric == rubric.reference }.map(\.items) == [1, 1, 1, 1])
    }
}
