import Foundation

/// chrF: how much of a reference's character n-grams an answer has, and how much else; 0…100. The safer surface metric
/// where one word is spelt in many ways, as in Hindi in Latin letters.
///
/// Source: Popović (2015, 2017), as sacreBLEU computes it: white space left out, β = 2, precision and recall averaged
/// over those orders that both texts have.
public struct CHRF: Sendable, Hashable {
    public var characterOrder = 6
    /// 0 for chrF, 2 for chrF++.
    public var wordOrder: Int
    public var beta = 2.0
    public var keepsWhitespace = false

    public init(wordOrder: Int = 0) { self.wordOrder = wordOrder }
    public static let plusPlus = CHRF(wordOrder: 2)

    /// Of each order: n-grams of the hypothesis, of the reference, and of both.
    public typealias Counts = [(hypothesis: Int, reference: Int, both: Int)]

    public func sentence(_ hypothesis: String, _ references: [String]) -> Double {
        references.map { score(counts(hypothesis, $0)) }.max() ?? 0
    }

    /// Of several references of a segment the one that fits best counts.
    public func corpus(_ segments: [(hypothesis: String, references: [String])]) -> Double {
        var sum: Counts = []
        for segment in segments {
            let all = segment.references.map { counts(segment.hypothesis, $0) }
            guard let best = all.max(by: { score($0) < score($1) }) else { continue }
            sum =
                sum.isEmpty
                ? best
                : zip(sum, best).map {
                    ($0.hypothesis + $1.hypothesis, $0.reference + $1.reference, $0.both + $1.both)
                }
        }
        return score(sum)
    }

    public func counts(_ hypothesis: String, _ reference: String) -> Counts {
        let characters = (Self.characters(hypothesis, keepsWhitespace), Self.characters(reference, keepsWhitespace))
        let words = (Self.words(hypothesis), Self.words(reference))
        return (1...characterOrder).map { Self.overlap(characters.0, characters.1, order: $0) }
            + (0..<wordOrder).map { Self.overlap(words.0, words.1, order: $0 + 1) }
    }

    public func score(_ counts: Counts) -> Double {
        var (precision, recall, orders) = (0.0, 0.0, 0.0)
        for count in counts where count.hypothesis > 0 && count.reference > 0 {
            precision += Double(count.both) / Double(count.hypothesis)
            recall += Double(count.both) / Double(count.reference)
            orders += 1
        }
        guard orders > 0, precision + recall > 0 else { return 0 }
        let (p, r, factor) = (precision / orders, recall / orders, beta * beta)
        return 100 * (1 + factor) * p * r / (factor * p + r)
    }

    private static func overlap<Element: Hashable>(
        _ hypothesis: [Element], _ reference: [Element], order: Int
    ) -> (hypothesis: Int, reference: Int, both: Int) {
        let (found, wanted) = (ngramCounts(hypothesis, order: order), ngramCounts(reference, order: order))
        let both = found.reduce(0) { $0 + min($1.value, wanted[$1.key] ?? 0) }
        // Where the reference has none of an order, the hypothesis' own do not count against it.
        return (wanted.isEmpty ? 0 : max(0, hypothesis.count - order + 1), max(0, reference.count - order + 1), both)
    }

    private static func characters(_ text: String, _ keepsWhitespace: Bool) -> [Unicode.Scalar] {
        keepsWhitespace ? Array(text.unicodeScalars) : text.unicodeScalars.filter { !$0.properties.isWhitespace }
    }

    /// Words, with one ASCII punctuation mark parted from the end, or else from the beginning.
    private static func words(_ text: String) -> [String] {
        text.spaced.flatMap { word -> [String] in
            let scalars = Array(word.unicodeScalars)
            func part(_ slice: ArraySlice<Unicode.Scalar>) -> String { String(String.UnicodeScalarView(slice)) }
            guard scalars.count > 1 else { return [word] }
            if isPunctuation(scalars[scalars.count - 1]) { return [part(scalars.dropLast()), part(scalars.suffix(1))] }
            if isPunctuation(scalars[0]) { return [part(scalars.prefix(1)), part(scalars.dropFirst())] }
            return [word]
        }
    }

    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        ("!"..."/").contains(scalar) || (":"..."@").contains(scalar) || ("["..."`").contains(scalar)
            || ("{"..."~").contains(scalar)
    }
}
