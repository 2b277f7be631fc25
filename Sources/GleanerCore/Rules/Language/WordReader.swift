/// Goes through a text once: counts its scripts' letters, and reads its Latin words.
struct WordReader {
    private(set) var letters = ScriptCounts()
    private(set) var words: [WordReadings] = []

    /// The word at hand, in lower case; `isWord` is false once it holds a digit or an underscore.
    private var word: [UInt8] = []
    private var isWord = true
    private var hasRun = false
    private static let longestWord = 24

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
            if word.last == letter { hasRun = hasRun || word.dropLast().last == letter }
            word.append(letter)
        case UInt8(ascii: "'"): break
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): isWord = false
        case UInt8(ascii: "@"), UInt8(ascii: "#"),
            UInt8(ascii: ":") where i + 1 < end && text[i + 1] == UInt8(ascii: "/"):
            word.removeAll(keepingCapacity: true)
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
        word.append(contentsOf: Unicode.UTF8.encode(Unicode.Scalar(scalar) ?? "?")!)
    }

    private mutating func endWord() {
        defer {
            word.removeAll(keepingCapacity: true)
            isWord = true
            hasRun = false
        }
        guard isWord, !word.isEmpty, word.count <= Self.longestWord else { return }
        letters.countLatin(word.count)
        words.append(WordReadings(word: hasRun ? Self.calm(word) : word))
    }

    /// *pleaseee* is *please*: three or more of a letter are one.
    private static func calm(_ word: [UInt8]) -> [UInt8] {
        var calm: [UInt8] = []
        var run = 0
        for byte in word {
            run = byte == calm.last ? run + 1 : 1
            if run == 3 { calm.removeLast() }
            if run < 3 { calm.append(byte) }
        }
        return calm
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
