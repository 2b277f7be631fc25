/// Finds the phrases of word lists in a text. Each word is compared with the few phrases that begin as it does; what fits
/// is compared with what follows.
struct WordMatcher: Sendable {
    /// One phrase, folded as its language is.
    private struct Phrase: Sendable {
        enum Part: Sendable {
            case word([UInt8])
            case prefix([UInt8])
            /// Any one word.
            case any
        }
        let parts: [Part]
        let category: String
        let weight: Double
    }

    /// What was found of one category.
    struct Hit: Sendable, Hashable {
        /// That at least one of the phrases means what it says: 1 - Π(1 - weight), at most 0.99.
        var score: Double
        var phrases: Int
    }

    private var plain = Phrases()
    private var roman = Phrases()

    init(_ lists: [WordList], languages: Set<RuleLanguage>) {
        for list in lists where languages.contains(list.language) {
            for line in list.text.split(separator: "\n") {
                guard let colon = line.firstIndex(of: ":"), let weight = Double(line[..<colon]) else { continue }
                for phrase in line[line.index(after: colon)...].split(separator: "|") {
                    add(phrase, list, weight)
                }
            }
        }
    }

    private mutating func add(_ text: Substring, _ list: WordList, _ weight: Double) {
        let isRoman = list.language == .romanHindi
        func folded(_ word: Substring) -> [UInt8] {
            let folded = WordFold.fold(String(word))
            let words = isRoman ? folded.roman : folded.plain
            return words.count > 0 ? Array(words.bytes[words[0]]) : []
        }
        let parts = text.split(separator: " ").map { word -> Phrase.Part in
            if word == "_" { return .any }
            return word.hasSuffix("*") ? .prefix(folded(word.dropLast())) : .word(folded(word))
        }
        let phrase = Phrase(parts: parts, category: list.category, weight: weight)
        if isRoman { roman.add(phrase) } else { plain.add(phrase) }
    }

    /// - Returns: by category; only those that have one.
    func match(_ text: FoldedText) -> [String: Hit] {
        var hits: [String: Hit] = [:]
        func add(_ phrase: Phrase) {
            let before = hits[phrase.category] ?? Hit(score: 0, phrases: 0)
            hits[phrase.category] = Hit(
                score: min(1 - (1 - before.score) * (1 - phrase.weight), 0.99), phrases: before.phrases + 1)
        }
        plain.match(text.plain, add)
        roman.match(text.roman, add)
        return hits
    }

    /// Phrases by the first two bytes of their first word: few words of a text begin as any of them.
    private struct Phrases: Sendable {
        private var buckets = [[Phrase]](repeating: [], count: 1024)

        private static func bucket(_ first: UInt8, _ second: UInt8) -> Int { Int(first) &* 37 & 1023 ^ Int(second) }

        mutating func add(_ phrase: Phrase) {
            switch phrase.parts.first {
            // Of a prefix of one letter the second byte is whatever stands there.
            case .prefix(let bytes) where bytes.count == 1:
                for second in UInt8.min...UInt8.max { buckets[Self.bucket(bytes[0], second)].append(phrase) }
            case .word(let bytes), .prefix(let bytes):
                guard let first = bytes.first else { return }
                buckets[Self.bucket(first, bytes.count > 1 ? bytes[1] : 0)].append(phrase)
            case .any, nil: break
            }
        }

        func match(_ words: FoldedText.Words, _ found: (Phrase) -> Void) {
            let bytes = words.bytes
            for index in 0..<words.count {
                let word = words[index]
                guard let first = word.first else { continue }
                let bucket = Self.bucket(bytes[first], word.count > 1 ? bytes[first + 1] : 0)
                for phrase in buckets[bucket] where Self.fits(phrase, words, from: index) { found(phrase) }
            }
        }

        private static func fits(_ phrase: Phrase, _ words: FoldedText.Words, from index: Int) -> Bool {
            guard words.count - index >= phrase.parts.count else { return false }
            for (offset, part) in phrase.parts.enumerated() {
                let word = words[index + offset]
                switch part {
                case .word(let wanted):
                    guard wanted.count == word.count, begins(word, with: wanted, in: words.bytes) else { return false }
                case .prefix(let prefix):
                    guard prefix.count <= word.count, begins(word, with: prefix, in: words.bytes) else { return false }
                case .any: continue
                }
            }
            return true
        }

        private static func begins(_ word: Range<Int>, with wanted: [UInt8], in bytes: [UInt8]) -> Bool {
            for offset in wanted.indices where bytes[word.lowerBound + offset] != wanted[offset] { return false }
            return true
        }
    }
}
