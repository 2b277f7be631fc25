import Foundation
import GleanerCore

extension AgreementReport {
    /// Pairs of reviewers with fewer common exchanges say nothing.
    static let leastCommonItems = 5
    /// With fewer exchanges, drawing them anew says nothing about others.
    public static let leastItems = 10

    /// - Parameter reviews: oldest first.
    init(_ reviews: [ComparedReview], in range: TimeRange) {
        struct Place: Hashable {
            let exchange: ID<Exchange>
            let rubric: String
        }
        let compared = reviews.filter(\.isCompared)
        let shared = Dictionary(grouping: compared) { Place(exchange: $0.exchange, rubric: $0.rubric) }.values
            .filter { $0.count > 1 }.sorted { $0[0].exchange < $1[0].exchange }
        var (questions, pairs): ([Question], [Pair]) = ([], [])
        for (rubric, reviews) in Dictionary(grouping: compared, by: \.rubric).sorted(by: { $0.key < $1.key }) {
            let shared = shared.filter { $0[0].rubric == rubric }
            for name in Set(reviews.flatMap(\.scores.keys)).sorted() {
                questions.append(Self.question(name, rubric, shared))
                pairs += Self.pairs(name, rubric, shared)
            }
        }
        self.init(
            from: range.from, to: range.to, questions: questions, pairs: pairs,
            reviewers: Dictionary(grouping: reviews, by: \.reviewer).sorted { $0.key < $1.key }.map {
                Self.reviewer($0.key, $0.value, shared)
            })
    }

    private static func question(_ name: String, _ rubric: String, _ shared: [[ComparedReview]]) -> Question {
        let ratings = shared.map { $0.compactMap { $0.scores[name] } }.filter { $0.count > 1 }
        let (alpha, interval) = KrippendorffAlpha.bootstrapped(
            ratings.map { $0.map(Double.init) }, .ordinal, rounds: 500, seed: 20_261_125)
        let isGood = ratings.map { points in
            let good = points.count { $0 >= 4 }
            return [good, points.count - good]
        }
        let counts = ratings.map { points in (1...5).map { value in points.count { $0 == value } } }
        return Question(
            question: name, rubric: rubric, items: ratings.count, alpha: alpha.value,
            low: ratings.count < leastItems ? nil : interval?.low,
            high: ratings.count < leastItems ? nil : interval?.high,
            undefined: alpha.reason, gwetAC1: GwetAC1.of(isGood, categories: 2).value,
            positiveAgreement: PositiveAgreement.of(isGood.map { (seen: $0[1], of: $0[0] + $0[1]) }).value,
            fleissKappa: FleissKappa.of(counts).value)
    }

    private static func pairs(_ name: String, _ rubric: String, _ shared: [[ComparedReview]]) -> [Pair] {
        struct Two: Hashable {
            let first: String
            let second: String
        }
        var scores: [Two: (first: [Int], second: [Int])] = [:]
        for reviews in shared {
            let ordered = reviews.compactMap { review in
                review.scores[name].map { (reviewer: review.reviewer, points: $0) }
            }.sorted { $0.reviewer < $1.reviewer }
            for (place, one) in ordered.enumerated() {
                for other in ordered[(place + 1)...] {
                    let two = Two(first: one.reviewer, second: other.reviewer)
                    scores[two, default: ([], [])].first.append(one.points)
                    scores[two, default: ([], [])].second.append(other.points)
                }
            }
        }
        return scores.filter { $0.value.first.count >= leastCommonItems }
            .sorted { ($0.key.first, $0.key.second) < ($1.key.first, $1.key.second) }
            .map { two, scores in
                let kappa = CohenKappa.of(scores.first, scores.second, weights: .quadratic)
                return Pair(
                    first: two.first, second: two.second, question: name, rubric: rubric, items: scores.first.count,
                    kappa: kappa.value, undefined: kappa.reason)
            }
    }

    private static func reviewer(
        _ name: String, _ reviews: [ComparedReview], _ shared: [[ComparedReview]]
    ) -> Reviewer {
        let spent = seconds(reviews)
        let against = reviews.flatMap { review in
            (review.right ?? [:]).compactMap { question, right in
                review.scores[question].map { Double($0 - right) }
            }
        }
        var others: [Double] = []
        for group in shared {
            // One reviewer judges an exchange once.
            guard let own = group.first(where: { $0.reviewer == name }) else { continue }
            for (question, points) in own.scores {
                let theirs = group.filter { $0.reviewer != name }.compactMap { $0.scores[question] }
                guard !theirs.isEmpty else { continue }
                others.append(Double(points) - Double(theirs.reduce(0, +)) / Double(theirs.count))
            }
        }
        let total = spent.reduce(0, +)
        return Reviewer(
            reviewer: name, reviews: reviews.count, medianSeconds: spent.median,
            itemsPerHour: total > 0 ? 3600 * Double(spent.count) / total : nil,
            biasAgainstGold: Bias(against),
            errorAgainstGold: against.isEmpty
                ? nil : against.reduce(0) { $0 + abs($1) } / Double(against.count),
            biasAgainstOthers: Bias(others))
    }

    /// From lease to submission, or from the submission before when that was later, since the next item is lent while the
    /// one before is judged; a break counts as a quarter of an hour.
    private static func seconds(_ reviews: [ComparedReview]) -> [Double] {
        var (before, spent): (Date?, [Double]) = (nil, [])
        for review in reviews {
            let since = before.map { review.at.timeIntervalSince($0) } ?? .infinity
            if let duration = review.durationMS { spent.append(min(Double(duration) / 1000, since, 900)) }
            before = review.at
        }
        return spent
    }
}

extension AgreementReport.Bias {
    /// - Returns: `nil` without differences; no interval below ten.
    init?(_ differences: [Double]) {
        guard !differences.isEmpty else { return nil }
        let count = Double(differences.count)
        let mean = differences.reduce(0, +) / count
        var interval: Interval?
        if differences.count >= 10 {
            let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
            interval = .student(mean, variance: variance / count, count: count, within: -4...4)
        }
        self.init(mean: mean, low: interval?.low, high: interval?.high, count: differences.count)
    }
}
