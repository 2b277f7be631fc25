import Foundation

/// How consistently one word was spelt: counts of its spellings, each above 0.
public struct SpellingScores: Sendable, Hashable {
    public let counts: [Int]
    public var total: Int { counts.reduce(0, +) }

    public init(_ counts: [Int]) { self.counts = counts.filter { $0 > 0 } }

    /// The chance that two uses drawn at random are spelt alike, 0…1: the headline, because its expectation does not change
    /// with how many uses there are. `nil` below two.
    public var pairAgreement: Double? {
        let n = Double(total)
        guard n > 1 else { return nil }
        return counts.reduce(0) { $0 + Double($1) * Double($1 - 1) } / (n * (n - 1))
    }

    /// The share of the commonest spelling, above 0 up to 1; `nil` without uses.
    public var modalShare: Double? { total > 0 ? Double(counts.max() ?? 0) / Double(total) : nil }

    /// 1 − H/ln k over the k spellings seen; 1 where there is one. Changes with k by itself, so it is told beside others only.
    public var entropyForm: Double? {
        guard total > 0 else { return nil }
        guard counts.count > 1 else { return 1 }
        let n = Double(total)
        let entropy = counts.reduce(0.0) { $0 - Double($1) / n * log(Double($1) / n) }
        return 1 - entropy / log(Double(counts.count))
    }

    /// Uses that are not spelt in the commonest way: what the first write-ups counted.
    public var inconsistencies: Int { total - (counts.max() ?? 0) }
}

/// Scores over words: means that count each word as often as it was used.
public struct ConsistencyScores: Sendable, Hashable {
    /// Words that were used often enough.
    public let words: Int
    public let uses: Int
    /// Of words with two uses or more; `nil` when there is none.
    public let pairAgreement: Double?
    public let modalShare: Double?
    public let entropyForm: Double?
    public let inconsistencies: Int

    /// - Parameter minimum: uses below which a word is not scored.
    public init(_ scores: [SpellingScores], minimum: Int = 1) {
        let scored = scores.filter { $0.total >= max(minimum, 1) }
        func mean(_ value: (SpellingScores) -> Double?) -> Double? {
            var (sum, weight) = (0.0, 0)
            for score in scored {
                guard let value = value(score) else { continue }
                sum += value * Double(score.total)
                weight += score.total
            }
            return weight > 0 ? sum / Double(weight) : nil
        }
        words = scored.count
        uses = scored.reduce(0) { $0 + $1.total }
        pairAgreement = mean(\.pairAgreement)
        modalShare = mean(\.modalShare)
        entropyForm = mean(\.entropyForm)
        inconsistencies = scored.reduce(0) { $0 + $1.inconsistencies }
    }
}
