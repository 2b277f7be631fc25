/// Finds the phrases of word lists in a text. Each word is looked up; what begins with it is compared with what follows.
struct WordMatcher: Sendable {
    /// One phrase, folded as its language is.
    private struct Phrase: Sendable {
        enum Part: Sendable {
            case word(String)
            case prefix(String)
            /// Any one word.
            case any
        }
        let parts: [Part]
        let isRoman: Bool
        let category: String
        let weight: Double
    }

    /// What was found of one category.
    struct Hit: Sendable, Hashable {
        /// That at least one of the phrases means what it says: 1 - Π(1 - weight), at most 0.99.
        var score: Double
        var phrases: Int
    }

    private var byWord: [String: [Phrase]] = [:]
    private var byPrefix: [String: [Phrase]] = [:]
    /// What phrases begin with, by the first two bytes: few words of a text begin with any of them, and the others need no
    /// look-up.
    private var beginnings: [UInt16: Beginning] = [:]

    private struct Beginning: Sendable {
        var hasWords = false
        /// Lengths of prefixes.
        var prefixLengths: Set<Int> = []
    }

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
        func folded(_ word: Substring) -> String {
            let word = WordFold.words(of: String(word)).first
            return (isRoman ? word?.roman : word?.plain) ?? ""
        }
        let parts = text.split(separator: " ").map { word -> Phrase.Part in
            if word == "_" { return .any }
            return word.hasSuffix("*") ? .prefix(folded(word.dropLast())) : .word(folded(word))
        }
        let phrase = Phrase(parts: parts, isRoman: isRoman, category: list.category, weight: weight)
        switch parts.first {
        case .word(let word):
            byWord[word, default: []].append(phrase)
            beginnings[Self.beginning(word), default: Beginning()].hasWords = true
        case .prefix(let prefix):
            byPrefix[prefix, default: []].append(phrase)
            beginnings[Self.beginning(prefix), default: Beginning()].prefixLengths.insert(
                prefix.unicodeScalars.count)
        case .any, nil: break
        }
    }

    /// - Returns: by category; only those that have one.
    func match(_ words: [WordFold.Word]) -> [String: Hit] {
        var hits: [String: Hit] = [:]
        for (index, word) in words.enumerated() {
            for phrase in candidates(word) where fits(phrase, words[index...]) {
                let before = hits[phrase.category] ?? Hit(score: 0, phrases: 0)
                hits[phrase.category] = Hit(
                    score: min(1 - (1 - before.score) * (1 - phrase.weight), 0.99), phrases: before.phrases + 1)
            }
        }
        return hits
    }

    private func candidates(_ word: WordFold.Word) -> [Phrase] {
        candidates(word.plain, areRoman: false) + candidates(word.roman, areRoman: true)
    }

    private func candidates(_ word: String, areRoman: Bool) -> [Phrase] {
        guard let beginning = beginnings[Self.beginning(word)] else { return [] }
        var found = beginning.hasWords ? byWord[word] ?? [] : []
        for length in beginning.prefixLengths {
            if let prefix = Self.prefix(word, length), let phrases = byPrefix[prefix] { found += phrases }
        }
        return found.filter { $0.isRoman == areRoman }
    }

    private static func beginning(_ word: String) -> UInt16 {
        var bytes = word.utf8.makeIterator()
        return UInt16(bytes.next() ?? 0) << 8 | UInt16(bytes.next() ?? 0)
    }

    private static func prefix(_ word: String, _ length: Int) -> String? {
        let scalars = word.unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: length, limitedBy: scalars.endIndex) else {
            return nil
        }
        return String(scalars[..<end])
    }

    private func fits(_ phrase: Phrase, _ words: ArraySlice<WordFold.Word>) -> Bool {
        guard words.count >= phrase.parts.count else { return false }
        return zip(phrase.parts, words).allSatisfy { part, word in
            let text = phrase.isRoman ? word.roman : word.plain
            switch part {
            case .word(let wanted): return text == wanted
            case .prefix(let prefix): return Self.prefix(text, prefix.unicodeScalars.count) == prefix
            case .any: return true
            }
        }
    }
}
