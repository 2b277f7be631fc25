/// Goes through a text once: counts its scripts' letters, and reads its Latin words.
struct WordReader {
    private(set) var letters = ScriptCounts()
    private(set) var words: [WordReadings] = []

    /// The word at hand, in lower case. No memory is asked for: every text that is stored is read.
    private var word = InlineArray<24, UInt8>(repeating: 0)
    /// Of its bytes, also of those for which there is no room.
    private var count = 0
    private var key = WordReadings.Key()
    /// `false` once it holds a digit or an underscore.
    private var isWord = true
    private var hasRun = false

    mutating func read(_ text: [UInt8]) {
        let end = min(text.count, LanguageGuess.largestText)
        var i = 0
        while i < end {
            let byte = text[i]
            if byte < 0x80 {
                i = take(ascii: byte, in: text, at: i, end)
            } else {
                let (scalar, width) = Self.decode(text, i, end)
                take(scalar)
                i += width
            }
        }
        endWord()
    }

    /// - Returns: where to go on.
    private mutating func take(ascii byte: UInt8, in text: [UInt8], at i: Int, _ end: Int) -> Int {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
            let letter = byte | 0x20
            if (2...word.count).contains(count), word[count - 1] == letter, word[count - 2] == letter { hasRun = true }
            append(letter)
        case UInt8(ascii: "'"): break
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): isWord = false
        case UInt8(ascii: "@"), UInt8(ascii: "#"),
            UInt8(ascii: ":") where i + 1 < end && text[i + 1] == UInt8(ascii: "/"):
            removeWord()
            return Self.endOfRun(text, i, end)
        case UInt8(ascii: "`") where i + 2 < end && text[i + 1] == byte && text[i + 2] == byte:
            endWord()
            return Self.endOfCode(text, i + 3, end)
        default: endWord()
        }
        return i + 1
    }

    private mutating func take(_ scalar: UInt32) {
        if scalar == 0x2019 { return }  // ’ in don’t
        guard let script = WritingSystem(scalar) else { return endWord() }
        guard script == .latin else {
            endWord()
            return letters.count(script, scalar)
        }
        // Accents stay a part of the word; é is E9 in Latin-1, which no listed word has in ASCII.
        for byte in Unicode.UTF8.encode(Unicode.Scalar(scalar) ?? "?")! { append(byte) }
    }

    private mutating func append(_ byte: UInt8) {
        if count < word.count { word[count] = byte }
        count += 1
        key.add(byte)
    }

    private mutating func removeWord() {
        count = 0
        key = WordReadings.Key()
    }

    private mutating func endWord() {
        defer {
            removeWord()
            isWord = true
            hasRun = false
        }
        guard isWord, count > 0, count <= word.count else { return }
        letters.countLatin(count)
        words.append(WordReadings(hasRun ? calmKey : key))
    }

    /// *pleaseee* is *please*: three or more of a letter are one.
    private var calmKey: WordReadings.Key {
        var calm: [UInt8] = []
        var run = 0
        for byte in (0..<count).map({ word[$0] }) {
            run = byte == calm.last ? run + 1 : 1
            if run == 3 { calm.removeLast() }
            if run < 3 { calm.append(byte) }
        }
        return WordReadings.Key(calm)
    }

    private static func endOfRun(_ text: [UInt8], _ start: Int, _ end: Int) -> Int {
        text[start..<end].firstIndex { $0 <= 0x20 } ?? end
    }

    private static func endOfCode(_ text: [UInt8], _ start: Int, _ end: Int) -> Int {
        var i = start
        while i + 2 < end {
            if text[i] == 0x60, text[i + 1] == 0x60, text[i + 2] == 0x60 { return i + 3 }
            i += 1
        }
        return end
    }

    /// A scalar, and how many bytes it takes; 0 and one byte for what is no UTF-8.
    private static func decode(_ text: [UInt8], _ i: Int, _ end: Int) -> (scalar: UInt32, width: Int) {
        let first = text[i]
        let width = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
        guard width > 1, i + width <= end else { return (0, 1) }
        var scalar = UInt32(first) & (0x7F >> UInt32(width))
        for byte in text[i + 1..<i + width] {
            guard byte & 0xC0 == 0x80 else { return (0, 1) }
            scalar = scalar << 6 | UInt32(byte & 0x3F)
        }
        return (scalar, width)
    }
}
