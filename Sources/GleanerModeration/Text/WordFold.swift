import Foundation

/// Words as the lists know them: lower case, without accents, repeated letters once, digits that stand for letters as
/// these.
///
/// `CHUUUTIYA`, `ch*tiya` written `ch\u{200B}utiya`, and `k1ll` fold to what the list has. Romanised Hindi has no
/// spelling, so those words fold further: `bhenchod`, `behenchod` and `bainchod` are near each other, `zindagi` and
/// `jindagi` the same.
enum WordFold {
    /// One word of a text, folded, and where it stands.
    struct Word: Sendable {
        /// As English and other languages of the Latin script are listed; Devanagari as it is.
        let plain: String
        /// As Romanised Hindi is listed; the same as `plain` for other scripts.
        let roman: String
    }

    /// Longer ones are no words: they are cut, so that a text without a space costs no more than another.
    static let longest = 40

    /// The words of `text` in order. One pass.
    static func words(of text: String) -> [Word] {
        var words: [Word] = []
        var current: [Unicode.Scalar] = []
        var letters: [Unicode.Scalar] = []
        func end() {
            if current.isEmpty { return }
            // Letters apart, `c h u t i y a`, are a word that somebody hides.
            if current.count == 1 {
                if letters.count < longest { letters.append(current[0]) }
            } else {
                flushLetters()
                words.append(Word(current))
            }
            current.removeAll(keepingCapacity: true)
        }
        func flushLetters() {
            if letters.count >= 4 { words.append(Word(letters)) } else { words += letters.map { Word([$0]) } }
            letters.removeAll(keepingCapacity: true)
        }
        for scalar in text.unicodeScalars {
            if CharacterFold.isInvisible(scalar) { continue }
            switch reading(scalar) {
            case .letter(let letter): if current.count < longest { current.append(letter) }
            case .mark: continue
            case .gap: end()
            }
        }
        end()
        flushLetters()
        return words
    }

    private enum Reading {
        case letter(Unicode.Scalar)
        /// An accent, which counts as not there.
        case mark
        /// A word ends here.
        case gap
    }

    private static func reading(_ scalar: Unicode.Scalar) -> Reading {
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
    /// Cyrillic and Greek letters that look like Latin ones.
    private static let lookalikes: [UInt32: Unicode.Scalar] = Dictionary(
        uniqueKeysWithValues: zip(
            "аеорсухікмтнвαεορικντυ".unicodeScalars.map(\.value), "aeopcyxikmthbaeopikvtu".unicodeScalars))
    /// Letters that bear a dot below in one piece, U+0958…U+095F.
    private static let withoutDot: [UInt32: Unicode.Scalar] = Dictionary(
        uniqueKeysWithValues: zip(0x0958...0x095F, "कखगजडढफय".unicodeScalars))
}

extension WordFold.Word {
    /// - Parameter scalars: as `WordFold` reads them, lower case.
    init(_ scalars: [Unicode.Scalar]) {
        guard scalars.contains(where: { $0.isASCII && UInt8($0.value).isLetter }) else {
            let text = String(String.UnicodeScalarView(scalars))
            self.init(plain: text, roman: text)
            return
        }
        let bytes = scalars.map { scalar -> UInt8 in
            scalar.isASCII ? WordFold.leet[Int(scalar.value)] : UInt8(ascii: "?")
        }
        let plain = Self.once(bytes)
        self.init(
            plain: String(decoding: plain, as: UTF8.self),
            roman: String(decoding: RomanHindi.fold(bytes), as: UTF8.self))
    }

    /// Repeated letters once.
    private static func once(_ bytes: [UInt8]) -> [UInt8] {
        var once: [UInt8] = []
        once.reserveCapacity(bytes.count)
        for byte in bytes where once.last != byte { once.append(byte) }
        return once
    }
}
