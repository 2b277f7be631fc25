/// A word as lists have it: small letters, no apostrophes, and what was stretched for effect as it is written otherwise.
struct WordForm: Sendable, Hashable {
    let plain: String
    /// What the lists say; `nil` for a word that none has.
    let reading: WordReading?

    init(_ word: String, lexicon: Lexicon = .shared) {
        let lower = word.lowercased().filter { $0 != "'" && $0 != "’" }
        for form in Self.calmed(lower) {
            guard let reading = lexicon.reading(of: form) else { continue }
            self.plain = form
            self.reading = reading
            return
        }
        plain = Self.calmed(lower).last ?? lower
        reading = nil
    }

    /// *bahuuut* may be *bahut* or *bahuut*, *sooo* is *so* or *soo*: three and more of a letter are two, or one.
    private static func calmed(_ word: String) -> [String] {
        var runs: [(letter: Character, count: Int)] = []
        for letter in word {
            if runs.last?.letter == letter { runs[runs.count - 1].count += 1 } else { runs.append((letter, 1)) }
        }
        guard runs.contains(where: { $0.count > 2 }) else { return [word] }
        func keeping(_ count: (Int) -> Int) -> String {
            String(runs.flatMap { repeatElement($0.letter, count: count($0.count)) })
        }
        return [keeping { min($0, 2) }, keeping { $0 > 2 ? 1 : $0 }, keeping { _ in 1 }]
    }
}

extension Lexicon {
    /// English with a Hindi ending (*filmein*, *doctoron*, *planwa*), or Hindi with an English one (*chalaoing*, *rotis*).
    func isMixedWord(_ word: String) -> Bool {
        guard lists(word) == nil else { return false }
        for (ending, least) in Self.hindiEndings where word.hasSuffix(ending) {
            let root = String(word.dropLast(ending.count))
            guard root.utf8.count >= least, let reading = reading(of: root) ?? reading(of: root + "e") else { continue }
            if reading.contains(.englishContent), !reading.isHindi { return true }
        }
        for ending in ["ing", "ed", "s", "ness", "ify", "able"] where word.hasSuffix(ending) {
            let root = String(word.dropLast(ending.count))
            guard root.utf8.count >= 4, let reading = lists(root) else { continue }
            if reading.contains(.hindiContent) || reading.contains(.hindiFunction), !reading.isEnglish { return true }
        }
        return false
    }

    /// With how long an English word must be before them: *carton* is no *cart* in the plural.
    private static let hindiEndings: [(String, Int)] = [
        ("ein", 4), ("wa", 4), ("on", 5), ("iyan", 4), ("iyon", 4), ("iyaan", 4), ("wala", 3), ("wali", 3), ("wale", 3),
        ("giri", 4), ("baazi", 4), ("bazi", 4),
    ]
}
