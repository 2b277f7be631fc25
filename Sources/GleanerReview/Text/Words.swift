/// Cuts text into words, spaces and single marks, so that joining them gives the text again.
///
/// A word is a run of letters, digits and what belongs to them: combining marks (Devanagari vowel signs), joiners, and an
/// apostrophe between letters. Scripts that do not put spaces between words are cut at each character.
enum Words {
    static func of(_ text: String) -> [Substring] {
        var words: [Substring] = []
        var start = text.startIndex
        var kind: Kind?
        var at = text.startIndex
        while at < text.endIndex {
            let next = text.index(after: at)
            let now = Self.kind(of: at, in: text)
            if let before = kind, before != now || now == .single {
                words.append(text[start..<at])
                start = at
            }
            kind = now
            at = next
        }
        if start < text.endIndex { words.append(text[start...]) }
        return words
    }

    private enum Kind { case word, space, single }

    private static func kind(of at: String.Index, in text: String) -> Kind {
        let character = text[at]
        if character.isNewline { return .single }
        if character.isWhitespace { return .space }
        guard let scalar = character.unicodeScalars.first else { return .single }
        if isWord(scalar) { return standsAlone(scalar) ? .single : .word }
        // don't, l’eau: part of the word when letters are on both sides.
        if character == "'" || character == "\u{2019}", at > text.startIndex {
            let after = text.index(after: at)
            let isInside =
                after < text.endIndex && (text[text.index(before: at)].unicodeScalars.last.map(isWord) ?? false)
                && (text[after].unicodeScalars.first.map(isWord) ?? false)
            if isInside { return .word }
        }
        return .single
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber, .connectorPunctuation:
            true
        default: scalar == "\u{200C}" || scalar == "\u{200D}"
        }
    }

    /// Han, kana, and the scripts of Thai, Lao, Khmer and Burmese.
    private static func standsAlone(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
            0xF900...0xFAFF, 0x20000...0x3FFFF:
            true
        default: false
        }
    }
}
