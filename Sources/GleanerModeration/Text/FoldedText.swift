/// The words of a text, folded in two ways.
struct FoldedText: Sendable {
    /// As English and other languages of the Latin script are listed; Devanagari as it is.
    private(set) var plain = Words()
    /// As Romanised Hindi is listed; the same as `plain` for other scripts. As many as there.
    private(set) var roman = Words()

    /// UTF-8, end to end: a text has many words, and a string for each would cost more than reading them.
    struct Words: Sendable {
        fileprivate(set) var bytes: [UInt8] = []
        private var ends: [Int] = []

        var count: Int { ends.count }
        /// Where a word's bytes lie.
        subscript(index: Int) -> Range<Int> { (index > 0 ? ends[index - 1] : 0)..<ends[index] }
        func text(_ index: Int) -> String { String(decoding: bytes[self[index]], as: UTF8.self) }

        /// What was added since the last end is a word.
        fileprivate mutating func endWord() { ends.append(bytes.count) }
    }

    /// Of the word at hand, so that no memory is asked for each.
    private var letters: [UInt8] = []

    /// - Parameter word: as `WordFold` reads it, lower case.
    mutating func append(_ word: [Unicode.Scalar]) {
        letters.removeAll(keepingCapacity: true)
        var hasLetter = false
        for scalar in word {
            hasLetter = hasLetter || scalar.isASCII && UInt8(scalar.value).isLetter
            letters.append(scalar.isASCII ? WordFold.leet[Int(scalar.value)] : UInt8(ascii: "?"))
        }
        if hasLetter {
            Self.once(letters, onto: &plain.bytes)
            RomanHindi.fold(letters, onto: &roman.bytes)
        } else {
            let text = String(String.UnicodeScalarView(word)).utf8
            plain.bytes += text
            roman.bytes += text
        }
        plain.endWord()
        roman.endWord()
    }

    /// Repeated letters once.
    private static func once(_ letters: [UInt8], onto bytes: inout [UInt8]) {
        var last: UInt8 = 0
        for letter in letters where letter != last {
            bytes.append(letter)
            last = letter
        }
    }
}
