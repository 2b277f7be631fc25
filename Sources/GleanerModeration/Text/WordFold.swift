import Foundation

/// Words as the lists know them: lower case, without accents, repeated letters once, digits that stand for letters as
/// these.
///
/// `CHUUUTIYA`, `ch*tiya` written `ch\u{200B}utiya`, and `k1ll` fold to what the list has. Romanised Hindi has no
/// spelling, so those words fold further: `bhenchod`, `behenchod` and `bainchod` are near each other, `zindagi` and
/// `jindagi` the same.
enum WordFold {
    /// The words of `text` in order. One pass.
    static func fold(_ text: String) -> FoldedText {
        var folded = FoldedText(reserving: text.utf8.count)
        if text.isASCII {
            fold(ascii: text.utf8Span.span, onto: &folded)
        } else {
            fold(text.unicodeScalars, onto: &folded)
        }
        return folded
    }

    /// A text without accents and invisible characters: its words stand there as they are.
    private static func fold(ascii text: Span<UInt8>, onto folded: inout FoldedText) {
        let inWord = Self.inWord
        var apart = LettersApart()
        var index = 0
        while index < text.count {
            guard inWord[Int(text[index])] else {
                index += 1
                continue
            }
            let start = index
            while index < text.count, inWord[Int(text[index])] { index += 1 }
            if index - start == 1 {
                apart.append(Unicode.Scalar(text[start].lowercased))
            } else {
                apart.flush(onto: &folded)
                folded.append(ascii: text.extracting(start..<index))
            }
        }
        apart.flush(onto: &folded)
    }

    private static func fold(_ text: String.UnicodeScalarView, onto folded: inout FoldedText) {
        // Taken once: whether a global has been made is asked at each use.
        let leet = Self.leet
        var word = WordAtHand()
        var apart = LettersApart()
        func end() {
            if word.count == 1 {
                apart.append(word[0])
            } else if !word.isEmpty {
                apart.flush(onto: &folded)
                folded.append(word)
            }
            word.removeAll()
        }
        for scalar in text {
            if !scalar.isASCII, CharacterFold.isInvisible(scalar) { continue }
            switch reading(scalar, leet) {
            case .letter(let letter): word.append(letter)
            case .mark: continue
            case .gap: end()
            }
        }
        end()
        apart.flush(onto: &folded)
    }

    /// Letters that stand apart, `c h u t i y a`: four or more are a word that somebody hides.
    private struct LettersApart: ~Copyable {
        private var letters = WordAtHand()

        mutating func append(_ letter: Unicode.Scalar) { letters.append(letter) }

        mutating func flush(onto folded: inout FoldedText) {
            if letters.count >= 4 {
                folded.append(letters)
            } else {
                for index in 0..<letters.count {
                    var letter = WordAtHand()
                    letter.append(letters[index])
                    folded.append(letter)
                }
            }
            letters.removeAll()
        }
    }

    private enum Reading {
        case letter(Unicode.Scalar)
        /// An accent, which counts as not there.
        case mark
        /// A word ends here.
        case gap
    }

    private static func reading(_ scalar: Unicode.Scalar, _ leet: [UInt8]) -> Reading {
        let value = scalar.value
        if value < 0x80 {
            let byte = UInt8(value)
            if byte.isLetter { return .letter(Unicode.Scalar(byte.lowercased)) }
            return byte.isDigit || leet[Int(byte)] != byte ? .letter(scalar) : .gap
        }
        // Devanagari: letters and signs; its digits and stops end words. The dot below is a letter's own.
        if (0x0900...0x097F).contains(value) {
            if value == 0x0964 || value == 0x0965 || value == 0x0970 || (0x0966...0x096F).contains(value) {
                return .gap
            }
            return value == 0x093C ? .mark : .letter(withoutDot[value] ?? scalar)
        }
        if (0x0300...0x036F).contains(value) { return .mark }
        let ascii = CharacterFold.ascii(scalar)
        if ascii.count == 1, ascii[0].isLetter { return .letter(Unicode.Scalar(ascii[0].lowercased)) }
        if let look = lookalikes[value] { return .letter(look) }
        return scalar.properties.isAlphabetic ? .letter(base(scalar)) : .gap
    }

    /// A letter without its accent, lower case: `é` is e.
    private static func base(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        let lowered = scalar.properties.lowercaseMapping.unicodeScalars.first ?? scalar
        guard lowered.value < 0x250 else { return lowered }
        return String(lowered).decomposedStringWithCanonicalMapping.unicodeScalars.first ?? lowered
    }

    /// For each byte of ASCII what it counts as inside a word with letters: digits and signs stand for letters.
    static let leet: [UInt8] = {
        var table = Array(UInt8(0)..<128)
        for (sign, letter) in zip("013457@$".utf8, "oieastas".utf8) { table[Int(sign)] = letter }
        return table
    }()
    /// Of each byte of ASCII whether it is a part of words.
    private static let inWord: [Bool] = leet.enumerated().map { byte, letter in
        let byte = UInt8(byte)
        return byte.isAlphanumeric || letter != byte
    }
    /// Cyrillic and Greek letters that look like Latin ones.
    private static let lookalikes: [UInt32: Unicode.Scalar] = Dictionary(
        uniqueKeysWithValues: zip(
            "аеорсухікмтнвαεορικντυ".unicodeScalars.map(\.value), "aeopcyxikmthbaeopikvtu".unicodeScalars))
    /// Letters that bear a dot below in one piece, U+0958…U+095F.
    private static let withoutDot: [UInt32: Unicode.Scalar] = Dictionary(
        uniqueKeysWithValues: zip(0x0958...0x095F, "कखगजडढफय".unicodeScalars))
}
