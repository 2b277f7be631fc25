/// What the Latin words of a text say together.
struct LatinVote {
    private var hindi = 0
    private var english = 0
    private var loans = 0
    private var others: [Double]
    /// Function words that are no English and no Hindi are as good as none below this.
    private static let leastOfOthers = 1.5

    init(_ words: [WordReadings]) {
        others = WordReadings.others.map { _ in 0 }
        for (place, word) in words.enumerated() where word.rawValue != 0 {
            if !word.isDisjoint(with: .anyOther) { hear(other: word) }
            switch word.isAmbiguous ? Self.side(of: place, in: words) : word.intersection(.englishOrHindi) {
            case .hindi: hindi += 1
            case .english: english += 1
            default: loans += word.contains(.loan) ? 1 : 0
            }
        }
    }

    /// A word of several languages speaks for each of them with a part of its voice.
    private mutating func hear(other word: WordReadings) {
        for (index, other) in WordReadings.others.enumerated() where word.contains(other.reading) {
            others[index] += 1 / Double(word.rawValue.nonzeroBitCount)
        }
    }

    /// An ambiguous word is of the language of the nearest word that is certain; the one before it goes first.
    private static func side(of place: Int, in words: [WordReadings]) -> WordReadings {
        for distance in 1...6 {
            if let side = certain(words, at: place - distance) ?? certain(words, at: place + distance) { return side }
        }
        return .english
    }

    private static func certain(_ words: [WordReadings], at place: Int) -> WordReadings? {
        guard words.indices.contains(place), !words[place].isAmbiguous else { return nil }
        let side = words[place].intersection(.englishOrHindi)
        return side.rawValue == 0 ? nil : side
    }

    /// English enough to be one side of a mixture.
    var hasEnglish: Bool { english + loans >= 2 }

    var tag: String {
        let known = hindi + english + loans
        let (best, index) = others.enumerated().map { ($1, $0) }.max { $0.0 < $1.0 }!
        if best >= Self.leastOfOthers, best > Double(max(hindi, english)) { return WordReadings.others[index].tag }
        if known == 0 { return LanguageGuess.undetermined }
        if hindi >= 2, english + loans >= 2, 4 * hindi >= known, 4 * (english + loans) >= known {
            return LanguageGuess.mixed
        }
        return hindi >= max(1, english) ? "hi-Latn" : "en"
    }
}

extension WordReadings {
    /// As good English as Hindi.
    fileprivate var isAmbiguous: Bool { isSuperset(of: .englishOrHindi) }
}
