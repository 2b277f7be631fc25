/// Reads a `PlainText`'s bytes; each group of kinds has a file of its own.
struct PIIReader {
    typealias Find = PIIScanner.Find

    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var count: Int { bytes.count }
    func byte(_ index: Int) -> UInt8 { index >= 0 && index < bytes.count ? bytes[index] : 0 }
    func isDigit(_ index: Int) -> Bool { byte(index).isDigit }
    func isWord(_ index: Int) -> Bool { byte(index).isWord }
    /// `\b` before `index`, where a word character stands.
    func isWordStart(_ index: Int) -> Bool { !isWord(index - 1) }

    /// Where a run of such bytes that begins at `index` ends; at most `limit` bytes on.
    func end(from index: Int, limit: Int = .max, while isPart: (UInt8) -> Bool) -> Int {
        var end = index
        let last = limit < count - index ? index + limit : count
        while end < last, isPart(bytes[end]) { end += 1 }
        return end
    }

    /// Whether `text` stands at `index`, in whatever case.
    func has(_ text: StaticString, at index: Int) -> Bool {
        let length = text.utf8CodeUnitCount
        guard index >= 0, index + length <= count else { return false }
        return text.withUTF8Buffer { buffer in
            (0..<length).allSatisfy { bytes[index + $0].lowercased == buffer[$0].lowercased }
        }
    }

    /// Whether one of `words` stands within 40 bytes before `range` or 24 after it.
    func hasContext(_ words: ContextWords, around range: Range<Int>) -> Bool {
        let window = max(range.lowerBound - 40, 0)..<min(range.upperBound + 24, count)
        return window.contains { index in
            guard !range.contains(index) else { return false }
            return words.begins(at: index, in: self)
        }
    }
}

/// Words that say what the number beside them is.
struct ContextWords {
    private let words: [[UInt8]]

    init(_ words: String...) { self.words = words.map { Array($0.lowercased().utf8) } }

    /// Whether one of them stands at `index` as a word of its own.
    func begins(at index: Int, in reader: PIIReader) -> Bool {
        guard reader.byte(index).isWord, reader.isWordStart(index) else { return false }
        return words.contains { word in
            guard reader.bytes.count - index >= word.count, !reader.isWord(index + word.count) else { return false }
            return word.indices.allSatisfy { reader.bytes[index + $0].lowercased == word[$0] }
        }
    }
}
