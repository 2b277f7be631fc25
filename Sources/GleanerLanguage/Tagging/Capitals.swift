/// What capital letters say: names inside a sentence, abbreviations, and nothing where everything is written large.
struct Capitals {
    private let tokens: [Tokenizer.Token]
    private let lexicon: Lexicon
    /// Most words are in capitals, or begin with one.
    private let isShouted: Bool
    private let isTitled: Bool

    init(_ tokens: [Tokenizer.Token], _ lexicon: Lexicon) {
        self.tokens = tokens
        self.lexicon = lexicon
        let words = tokens.filter { $0.kind == .word && WordScript($0.text) == .latin }
        func share(_ condition: (String) -> Bool) -> Double {
            words.isEmpty ? 0 : Double(words.count { condition($0.text) }) / Double(words.count)
        }
        isShouted = words.count > 2 && share { $0 == $0.uppercased() } > 0.6
        isTitled = words.count > 3 && share { $0.first?.isUppercase == true } > 0.7
    }

    /// Two to six capitals that are no listed word; listed ones too when they are no word of a sentence in capitals.
    func isAcronym(_ index: Int, _ form: WordForm) -> Bool {
        let text = tokens[index].text
        guard (2...6).contains(text.count), text == text.uppercased(), !isShouted else { return false }
        return form.reading.map { $0.isDisjoint(with: [.hindiFunction, .englishFunction]) && text.count <= 4 } ?? true
    }

    /// A listed name, or an unlisted word that begins with a capital inside a sentence.
    func isName(_ index: Int, _ form: WordForm) -> Bool {
        if let reading = form.reading { return reading.contains(.name) && !(reading.isHindi || reading.isEnglish) }
        let text = tokens[index].text
        guard text.first?.isUppercase == true, !isShouted, !isTitled, index > 0 else { return false }
        return tokens[index - 1].kind != .end && !lexicon.isMixedWord(form.plain)
    }
}

/// The script of a word, by its first letter that has one.
enum WordScript {
    case latin, devanagari, other, none

    init(_ word: String) {
        for scalar in word.unicodeScalars {
            switch scalar.value {
            case 0x41...0x5A, 0x61...0x7A, 0xC0...0x24F, 0x1E00...0x1EFF:
                self = .latin
                return
            case 0x0900...0x0963, 0x0966...0x097F, 0xA8E0...0xA8FF:
                self = .devanagari
                return
            default:
                if scalar.properties.isAlphabetic {
                    self = .other
                    return
                }
            }
        }
        self = .none
    }
}
