import Foundation

/// BLEU as sacreBLEU computes it: n-gram precision up to 4, punished for shortness. 0…100.
///
/// Source: Papineni et al. (2002); smoothing by Chen and Cherry (2014). Chat answers are short, so single sentences are
/// scored with `effectiveOrder`: orders for which they have no n-gram do not count.
public struct BLEU: Sendable, Hashable {
    public enum Smoothing: Sendable, Hashable {
        case none
        /// The k-th order without a match counts as 1/2^k of one.
        case exponential
        case floor(Double)
        /// Added to matches and totals of the orders above 1.
        case addK(Double)
    }

    /// What a score comes from. Adds up over segments.
    public struct Counts: Sendable, Hashable {
        public var matches = [0, 0, 0, 0]
        public var totals = [0, 0, 0, 0]
        public var length = 0
        /// Of the closest reference.
        public var referenceLength = 0

        public static func + (left: Counts, right: Counts) -> Counts {
            var sum = left
            for order in 0..<4 {
                sum.matches[order] += right.matches[order]
                sum.totals[order] += right.totals[order]
            }
            sum.length += right.length
            sum.referenceLength += right.referenceLength
            return sum
        }
    }

    public var tokenizer = BLEUTokenizer.mteval13a
    public var smoothing = Smoothing.exponential
    public var effectiveOrder: Bool

    /// - Parameter effectiveOrder: `true` for sentences, `false` for corpora.
    public init(effectiveOrder: Bool = false) { self.effectiveOrder = effectiveOrder }

    /// - Precondition: at least one reference.
    public func counts(_ hypothesis: String, _ references: [String]) -> Counts {
        let tokens = tokenizer.tokens(hypothesis)
        let wanted = references.map(tokenizer.tokens)
        var counts = Counts()
        counts.length = tokens.count
        counts.referenceLength =
            wanted.map(\.count).min { (abs($0 - tokens.count), $0) < (abs($1 - tokens.count), $1) } ?? 0
        for order in 1...4 {
            var allowed: [ArraySlice<String>: Int] = [:]
            for reference in wanted { allowed.merge(ngramCounts(reference, order: order), uniquingKeysWith: max) }
            for (ngram, count) in ngramCounts(tokens, order: order) {
                counts.totals[order - 1] += count
                counts.matches[order - 1] += min(count, allowed[ngram] ?? 0)
            }
        }
        return counts
    }

    public func sentence(_ hypothesis: String, _ references: [String]) -> Double {
        score(counts(hypothesis, references))
    }

    public func corpus(_ segments: [(hypothesis: String, references: [String])]) -> Double {
        score(segments.reduce(Counts()) { $0 + counts($1.hypothesis, $1.references) })
    }

    /// Shorter than the references is punished.
    public static func brevityPenalty(_ counts: Counts) -> Double {
        guard counts.length > 0 else { return 0 }
        return counts.length >= counts.referenceLength
            ? 1 : exp(1 - Double(counts.referenceLength) / Double(counts.length))
    }

    public func score(_ counts: Counts) -> Double {
        guard counts.matches.contains(where: { $0 > 0 }) else { return 0 }
        var precisions = [0.0, 0, 0, 0]
        var (order, halvings) = (4, 1.0)
        for index in 0..<4 {
            var (matches, total) = (Double(counts.matches[index]), Double(counts.totals[index]))
            if case .addK(let k) = smoothing, index > 0 { (matches, total) = (matches + k, total + k) }
            if total == 0 { break }
            if effectiveOrder { order = index + 1 }
            if matches == 0 {
                switch smoothing {
                case .exponential:
                    halvings *= 2
                    matches = 1 / halvings
                case .floor(let value): matches = value
                case .none, .addK: break
                }
            }
            precisions[index] = 100 * matches / total
        }
        let logs = precisions[..<order].map { $0 > 0 ? log($0) : -.infinity }
        return Self.brevityPenalty(counts) * exp(logs.reduce(0, +) / Double(order))
    }
}
