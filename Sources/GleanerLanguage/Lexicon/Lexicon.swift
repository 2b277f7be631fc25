/// What the lists say of a word.
struct WordReading: OptionSet, Sendable, Hashable {
    let rawValue: UInt8
    /// Hindi words of a closed class: they tell which language a sentence is built in.
    static let hindiFunction = WordReading(rawValue: 1)
    static let hindiContent = WordReading(rawValue: 2)
    static let englishFunction = WordReading(rawValue: 4)
    /// Loan words among them, so one in a Hindi sentence says little about its neighbours.
    static let englishContent = WordReading(rawValue: 8)
    static let name = WordReading(rawValue: 16)

    static let hindi: WordReading = [.hindiFunction, .hindiContent]
    static let english: WordReading = [.englishFunction, .englishContent]

    var isHindi: Bool { !isDisjoint(with: .hindi) }
    var isEnglish: Bool { !isDisjoint(with: .english) }
    /// A word of both languages, such as *main* or *to*: its neighbours decide.
    var isAmbiguous: Bool { isHindi && isEnglish }
}

/// Word lists as one table.
struct Lexicon: Sendable {
    static let shared = Lexicon()

    private var readings: [String: WordReading] = [:]

    private init() {
        add(EnglishFunctionWords.all, .englishFunction)
        add(EnglishContentWords.all, .englishContent)
        add(HindiFunctionWords.all, .hindiFunction)
        add(HindiContentWords.all, .hindiContent)
        add(Names.all, .name)
        for word in AmbiguousWords.leanings.keys {
            let reading = readings[word] ?? []
            if !reading.isHindi { readings[word, default: []].insert(.hindiContent) }
            if !reading.isEnglish { readings[word, default: []].insert(.englishContent) }
        }
        // Made by rule, so a word that anybody has listed is no verb form; nor is one that rules of English make.
        for form in HindiVerbForms.all where readings[form] == nil && englishStem(of: form) == nil {
            readings[form] = .hindiContent
        }
    }

    private mutating func add(_ lists: [String], _ reading: WordReading) {
        for list in lists {
            for word in list.split(whereSeparator: \.isWhitespace) {
                readings[String(word), default: []].insert(reading)
            }
        }
    }

    /// - Parameter word: in lower case, without apostrophes.
    /// - Returns: `nil` for a word that no list has, in no inflection that is understood.
    func reading(of word: String) -> WordReading? {
        if let listed = readings[word] { return listed }
        return englishStem(of: word) == nil ? nil : .englishContent
    }

    func lists(_ word: String) -> WordReading? { readings[word] }

    /// Words of one language only, for the character model.
    func words(of language: WordReading) -> [String] {
        let other: WordReading = language == .hindi ? .english : .hindi
        return readings.filter {
            !$0.value.isDisjoint(with: language) && $0.value.isDisjoint(with: other) && $0.key.utf8.count > 1
        }.keys.sorted()
    }

    /// The listed English word that this one is a regular inflection or derivation of. Roots have at least 3 letters.
    func englishStem(of word: String) -> String? {
        for (ending, replacements) in Self.englishEndings where word.hasSuffix(ending) {
            let root = String(word.dropLast(ending.count))
            guard root.utf8.count >= 3 else { continue }
            for replacement in replacements where readings[root + replacement]?.isEnglish == true {
                return root + replacement
            }
            // *stopped*, *planning*
            if ["ed", "ing", "er"].contains(ending), let last = root.last, root.dropLast().last == last,
                readings[String(root.dropLast())]?.isEnglish == true
            {
                return String(root.dropLast())
            }
        }
        return nil
    }

    private static let englishEndings: [(String, [String])] = [
        ("s", ["", "e"]), ("es", [""]), ("ies", ["y"]), ("ed", ["", "e"]), ("ied", ["y"]), ("ing", ["", "e"]),
        ("er", ["", "e"]), ("ers", ["", "e"]), ("est", ["", "e"]), ("ier", ["y"]), ("iest", ["y"]), ("ly", ["", "le"]),
        ("ily", ["y"]), ("ment", [""]), ("ments", [""]), ("ness", [""]), ("iness", ["y"]), ("ful", [""]),
        ("less", [""]),
        ("able", ["", "e"]), ("tion", ["t", "te"]), ("ation", ["", "e"]), ("ations", ["", "e"]), ("or", ["", "e"]),
    ]
}
