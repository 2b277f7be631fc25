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

    private let leet = WordFold.leet
    private let hindi = RomanHindi.shared

    /// - Parameter size: bytes of the text; more are taken when that is not enough.
    init(reserving size: Int) {
        plain.bytes.reserveCapacity(size)
        roman.bytes.reserveCapacity(size)
    }

    /// - Parameter word: as `WordFold` reads it, lower case.
    mutating func append(_ word: borrowing WordAtHand) {
        var letters = WordAtHand.Bytes(repeating: 0)
        var hasLetter = false
        for index in 0..<word.count {
            let scalar = word[index]
            hasLetter = hasLetter || scalar.isASCII && UInt8(scalar.value).isLetter
            letters[index] = scalar.isASCII ? leet[Int(scalar.value)] : UInt8(ascii: "?")
        }
        if hasLetter {
            add(letters.span.extracting(first: word.count))
        } else {
            let text = word.text.utf8
            plain.bytes += text
            roman.bytes += text
        }
        endWord()
    }

    /// - Parameter text: ASCII; as much of it as a `WordAtHand` holds.
    mutating func append(ascii text: Span<UInt8>) {
        var letters = WordAtHand.Bytes(repeating: 0)
        let word = text.extracting(first: letters.count)
        var hasLetter = false
        for index in word.indices {
            let byte = word[index]
            hasLetter = hasLetter || byte.isLetter
            letters[index] = leet[Int(byte.lowercased)]
        }
        if hasLetter {
            add(letters.span.extracting(first: word.count))
        } else {
            for index in word.indices {
                plain.bytes.append(word[index])
                roman.bytes.append(word[index])
            }
        }
        endWord()
    }

    private mutating func add(_ letters: Span<UInt8>) {
        plain.bytes.append(addingCapacity: letters.count) { once in
            // Repeated letters once.
            var last: UInt8 = 0
            for index in letters.indices where letters[index] != last {
                last = letters[index]
                once.append(last)
            }
        }
        hindi.fold(letters, onto: &roman.bytes)
    }

    private mutating func endWord() {
        plain.endWord()
        roman.endWord()
    }
}

/// The word that is being read. No memory is asked for: a text has many words.
struct WordAtHand: ~Copyable {
    typealias Bytes = InlineArray<40, UInt8>

    /// Longer ones are no words: they are cut, so that a text without a space costs no more than another.
    private var letters = InlineArray<40, Unicode.Scalar>(repeating: "\0")
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }
    subscript(index: Int) -> Unicode.Scalar { letters[index] }
    var text: String { String(String.UnicodeScalarView((0..<count).map { letters[$0] })) }

    mutating func append(_ letter: Unicode.Scalar) {
        guard count < letters.count else { return }
        letters[count] = letter
        count += 1
    }

    mutating func removeAll() { count = 0 }
}
