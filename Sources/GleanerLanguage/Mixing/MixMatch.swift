/// Whether an answer mixes languages as its prompt does.
public struct MixMatch: Sendable, Hashable {
    /// |CMI of the answer − CMI of the prompt|, 0…50. `nil` when either has no word of a language.
    public let distance: Double?
    /// Whether both are built in the same language; `nil` when either has none or is a tie.
    public let sharesMatrix: Bool?

    public init(answer: CodeMix, prompt: CodeMix) {
        distance = answer.count > 0 && prompt.count > 0 ? abs(answer.cmi - prompt.cmi) : nil
        if let a = answer.matrix, let b = prompt.matrix { sharesMatrix = a == b } else { sharesMatrix = nil }
    }
}

/// The language an answer was told to be in, and whether it is.
public enum InstructedLanguage: String, Sendable, Hashable, CaseIterable, Codable {
    case english
    /// Hindi in Devanagari.
    case hindi
    /// Hindi in Latin letters.
    case romanHindi = "roman_hindi"
    /// Hindi and English together, in Latin letters.
    case hinglish

    /// The last one that a text asks for in words, such as "reply in Hinglish"; `nil` when it asks for none.
    ///
    /// Phrases of English and Romanised Hindi, so it misses what is put otherwise.
    public init?(instructedBy text: String) {
        let words = Tokenizer.tokens(of: text).filter { $0.kind == .word }.map { $0.text.lowercased() }
        var found: Self?
        for (index, word) in words.enumerated() {
            guard let language = Self.named(words, at: index, word) else { continue }
            let before = words[max(0, index - 4)..<index]
            let after = words[(index + 1)...].prefix(3)
            let isAskedBefore =
                before.last.map {
                    ["in", "use", "only", "pure", "simple", "roman", "romanised", "romanized"].contains($0)
                }
                ?? false
            let isNegated = before.contains { ["not", "dont", "don't", "never", "mat", "no"].contains($0) }
            let isAskedAfter = ["me", "mein", "main", "mai"].contains(after.first ?? "")
            let speaks = Set(words).isDisjoint(with: Self.speaking) == false
            if (isAskedBefore || isAskedAfter) && speaks && !isNegated { found = language }
        }
        guard let found else { return nil }
        self = found
    }

    private static let speaking: Set<String> = [
        "answer", "reply", "respond", "write", "speak", "talk", "explain", "say", "tell", "use", "always", "output",
        "translate", "likho", "likhna", "bolo", "batao", "bataiye", "samjhao", "jawab", "javab", "kaho", "do", "dijiye",
        "speaks", "answers", "replies",
    ]

    private static func named(_ words: [String], at index: Int, _ word: String) -> Self? {
        let near = Set(words[max(0, index - 2)..<min(words.count, index + 4)])
        switch word {
        case "english", "angrezi": return .english
        case "hinglish": return .hinglish
        case "hindi":
            return near.isDisjoint(with: ["roman", "romanised", "romanized", "latin"]) ? .hindi : .romanHindi
        default: return nil
        }
    }

    /// The share of words that are in the language, 0…1; `nil` for an answer without words.
    ///
    /// For Hinglish, in which shares are free, 1 when at least 10 % of the words are in either language and letters are Latin.
    public func compliance(of tokens: [TaggedToken]) -> Double? {
        let words = tokens.filter { $0.tag.isLanguage || $0.tag == .mix || $0.tag == .other }
        guard !words.isEmpty else { return nil }
        func share(_ condition: (TaggedToken) -> Bool) -> Double {
            Double(words.count(where: condition)) / Double(words.count)
        }
        func isLatin(_ token: TaggedToken) -> Bool { WordScript(token.text) == .latin }
        switch self {
        case .english: return share { $0.tag == .en }
        case .hindi: return share { $0.tag == .hi && !isLatin($0) }
        case .romanHindi: return share { $0.tag == .hi && isLatin($0) }
        case .hinglish:
            let latin = share(isLatin)
            let (hindi, english) = (share { $0.tag == .hi }, share { $0.tag == .en })
            let mixed = share { $0.tag == .mix }
            return min(1, 10 * min(hindi + mixed, english + mixed)) * latin
        }
    }
}
