import GleanerCore

/// Runs of words, hashed: what a training line and a test share by more than chance.
///
/// Source: 13 words as in the reports on GPT-3's contamination; 8 words for texts that repeat a test in pieces.
enum WordGrams {
    static let long = 13
    static let short = 8

    /// Letters and digits of every script, lower case; punctuation separates.
    static func words(_ text: String) -> [UInt64] {
        text.lowercased().split { !($0.isLetter || $0.isNumber) }.map { word in
            UInt64(fnv1a: word.utf8.lazy.map(UInt64.init)).mixed
        }
    }

    /// Every run of `length` words, in order, repeats included.
    static func grams(_ words: [UInt64], length: Int) -> [UInt64] {
        guard words.count >= length else { return [] }
        return (0...(words.count - length)).map { start in
            words[start..<(start + length)].reduce(UInt64(length)) { ($0 &* 0x100_0000_01B3 ^ $1).mixed }
        }
    }
}
