import Foundation

/// Tells an unknown word's language by its letters: naive Bayes over character n-grams of 1 to 5, with word edges.
///
/// Shape: two tables of 2^15 hashed counts' logarithms, 256 KiB. Learns from the project's own word lists when first used;
/// each word counts once, so that it learns how words look, not which are frequent.
struct CharacterModel: Sendable {
    static let shared = CharacterModel(lexicon: .shared)

    static let orders = 1...5
    private static let buckets = 1 << 15
    /// Added to each count: an n-gram that one list has never seen is not impossible.
    private static let smoothing = 0.5
    /// n-grams of a word overlap, so their sum says more than they know; by the tuning part of the labelled tokens.
    private static let trust = 0.45
    /// The letters of a word are never as good as a list.
    static let most = 2.5

    /// log P(n-gram | Hindi) − log P(n-gram | English) by bucket.
    private let odds: [Float]

    init(lexicon: Lexicon) {
        self.init(hindi: lexicon.words(of: .hindi), english: lexicon.words(of: .english))
    }

    init(hindi: [String], english: [String]) {
        var counts = [[Double]](repeating: [Double](repeating: Self.smoothing, count: Self.buckets), count: 2)
        for (language, words) in [hindi, english].enumerated() {
            for word in words { Self.forEachBucket(of: word) { counts[language][$0] += 1 } }
        }
        let totals = counts.map { $0.reduce(0, +) }
        odds = (0..<Self.buckets).map { bucket in
            Float(log(counts[0][bucket] / totals[0]) - log(counts[1][bucket] / totals[1]))
        }
    }

    /// Log-odds, above 0 for Hindi; at most `most` either way.
    func logOdds(_ word: String) -> Double {
        var (sum, count) = (0.0, 0.0)
        Self.forEachBucket(of: word) {
            sum += Double(odds[$0])
            count += 1
        }
        guard count > 0 else { return 0 }
        // Per letter rather than per n-gram: a long word has seen more, but not five times as much.
        let value = Self.trust * sum / count.squareRoot()
        return min(max(value, -Self.most), Self.most)
    }

    private static func forEachBucket(of word: String, _ body: (Int) -> Void) {
        let letters = [UInt8(ascii: "^")] + Array(word.utf8) + [UInt8(ascii: "$")]
        for order in orders where letters.count >= order {
            for start in 0...(letters.count - order) {
                var key: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(order)
                for byte in letters[start..<start + order] { key = (key ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
                body(Int((key ^ (key >> 29)) & UInt64(buckets - 1)))
            }
        }
    }
}
