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

    private let plain: Phrases
    private let roman: Phrases

    init(_ lists: [WordList], languages: Set<RuleLanguage>) {
        var (plain, roman): ([Phrase], [Phrase]) = ([], [])
        for list in lists where languages.contains(list.language) {
            for line in list.text.split(separator: "\n") {
                guard let colon = line.firstIndex(of: ":"), let weight = Double(line[..<colon]) else { continue }
                for phrase in line[line.index(after: colon)...].split(separator: "|") {
                    let phrase = Self.phrase(phrase, list, weight)
                    if list.language == .romanHindi { roman.append(phrase) } else { plain.append(phrase) }
                }
            }
        }
        self.plain = Phrases(plain)
        self.roman = Phrases(roman)
    }

    private static func phrase(_ text: Substring, _ list: WordList, _ weight: Double) -> Phrase {
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
        return Phrase(parts: parts, category: list.category, weight: weight)
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
        /// How one begins. Only numbers: every word of a text is held against some, and nothing is counted for it.
        private struct Beginning {
            let phrase: Int
            /// In `letters`.
            let word: Range<Int>
            let isPrefix: Bool
        }

        private let phrases: [Phrase]
        private let letters: [UInt8]
        /// Bucket by bucket, and where those of each bucket start.
        private let beginnings: [Beginning]
        private let starts: [Int]

        private static func bucket(_ first: UInt8, _ second: UInt8) -> Int { Int(first) &* 37 & 1023 ^ Int(second) }

        init(_ phrases: [Phrase]) {
            self.phrases = phrases
            var letters: [UInt8] = []
            var buckets = [[Beginning]](repeating: [], count: 1024)
            for (number, phrase) in phrases.enumerated() {
                let (word, isPrefix): ([UInt8], Bool) =
                    switch phrase.parts.first {
                    case .word(let bytes): (bytes, false)
                    case .prefix(let bytes): (bytes, true)
                    case .any, nil: ([], false)
                    }
                guard let first = word.first else { continue }
                let start = letters.count
                letters += word
                let beginning = Beginning(phrase: number, word: start..<letters.count, isPrefix: isPrefix)
                if word.count == 1, isPrefix {
                    // The second byte is whatever stands there.
                    for second in UInt8.min...UInt8.max { buckets[Self.bucket(first, second)].append(beginning) }
                } else {
                    buckets[Self.bucket(first, word.count > 1 ? word[1] : 0)].append(beginning)
                }
            }
            self.letters = letters
            beginnings = buckets.flatMap(\.self)
            starts = buckets.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
        }

        func match(_ words: FoldedText.Words, _ found: (Phrase) -> Void) {
            let bytes = words.bytes
            for index in 0..<words.count {
                let word = words[index]
                guard let first = word.first else { continue }
                let bucket = Self.bucket(bytes[first], word.count > 1 ? bytes[first + 1] : 0)
                for place in starts[bucket]..<starts[bucket + 1] {
                    let beginning = beginnings[place]
                    let wanted = letters.span.extracting(beginning.word)
                    guard Self.fits(word, wanted, isPrefix: beginning.isPrefix, in: bytes) else { continue }
                    let phrase = phrases[beginning.phrase]
                    if Self.goesOn(phrase, words, from: index) { found(phrase) }
                }
            }
        }

        /// Whether what follows the first word is there, too.
        private static func goesOn(_ phrase: Phrase, _ words: FoldedText.Words, from index: Int) -> Bool {
            guard words.count - index >= phrase.parts.count else { return false }
            for (offset, part) in phrase.parts.enumerated().dropFirst() {
                let word = words[index + offset]
                switch part {
                case .word(let wanted):
                    guard fits(word, wanted.span, isPrefix: false, in: words.bytes) else { return false }
                case .prefix(let wanted):
                    guard fits(word, wanted.span, isPrefix: true, in: words.bytes) else { return false }
                case .any: continue
                }
            }
            return true
        }

        private static func fits(
            _ word: Range<Int>, _ wanted: Span<UInt8>, isPrefix: Bool, in bytes: [UInt8]
        ) -> Bool {
            guard isPrefix ? wanted.count <= word.count : wanted.count == word.count else { return false }
            for offset in wanted.indices where bytes[word.lowerBound + offset] != wanted[offset] { return false }
            return true
        }
    }
}
