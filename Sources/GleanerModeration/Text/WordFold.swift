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
            return byte.isDigit || leet[byte] != nil ? .letter(scalar) : .gap
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

    /// Digits and signs that stand for letters, inside a word with letters.
    static let leet: [UInt8: UInt8] = [
        UInt8(ascii: "0"): UInt8(ascii: "o"), UInt8(ascii: "1"): UInt8(ascii: "i"),
        UInt8(ascii: "3"): UInt8(ascii: "e"),
        UInt8(ascii: "4"): UInt8(ascii: "a"), UInt8(ascii: "5"): UInt8(ascii: "s"),
        UInt8(ascii: "7"): UInt8(ascii: "t"),
        UInt8(ascii: "@"): UInt8(ascii: "a"), UInt8(ascii: "$"): UInt8(ascii: "s"),
    ]
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
            guard scalar.isASCII else { return UInt8(ascii: "?") }
            let byte = UInt8(scalar.value)
            return WordFold.leet[byte] ?? byte
        }
        let plain = Self.once(bytes)
        self.init(
            plain: String(decoding: plain, as: UTF8.self),
            roman: String(decoding: RomanHindi.fold(bytes), as: UTF8.self))
    }

    /// Repeated letters once.
    static func once(_ bytes: [UInt8]) -> [UInt8] {
        bytes.indices.filter { $0 == 0 || bytes[$0] != bytes[$0 - 1] }.map { bytes[$0] }
    }
}

/// Hindi in Latin letters has as many spellings as writers; these are the differences that say nothing.
enum RomanHindi {
    private static let pairs: [(from: String, to: String)] = [
        ("chh", "ch"), ("aa", "a"), ("ee", "i"), ("oo", "u"), ("ou", "u"), ("ph", "f"), ("sh", "s"), ("bh", "b"),
        ("dh", "d"), ("gh", "g"), ("jh", "j"), ("kh", "k"), ("th", "t"), ("rh", "r"), ("ck", "k"), ("w", "v"),
        ("z", "j"), ("q", "k"), ("x", "ks"),
    ]
    private static let table = pairs.map { (from: Array($0.from.utf8), to: Array($0.to.utf8)) }

    /// - Parameter bytes: lower case.
    static func fold(_ bytes: [UInt8]) -> [UInt8] {
        var folded: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let rest = bytes[index...]
            if let pair = table.first(where: { rest.starts(with: $0.from) }) {
                folded += pair.to
                index += pair.from.count
            } else {
                folded.append(bytes[index])
                index += 1
            }
        }
        let once = WordFold.Word.once(folded)
        // `hun`, `hu` and `hoon`; `main` and `mai`: the nasal at a word's end comes and goes.
        return once.count > 2 && once.last == UInt8(ascii: "n") ? once.dropLast() : once
    }
}
