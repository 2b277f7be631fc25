/// The languages in which a Latin word is one of the commonest.
struct WordReadings: OptionSet, Sendable, Hashable {
    let rawValue: UInt16

    static let english = WordReadings(rawValue: 1)
    /// Romanised Hindi, and Urdu, which has the same function words.
    static let hindi = WordReadings(rawValue: 2)
    /// No function word, but English beyond doubt, also where it is a loan.
    static let loan = WordReadings(rawValue: 4)
    static let spanish = WordReadings(rawValue: 8)
    static let french = WordReadings(rawValue: 16)
    static let german = WordReadings(rawValue: 32)
    static let portuguese = WordReadings(rawValue: 64)
    static let italian = WordReadings(rawValue: 128)
    static let indonesian = WordReadings(rawValue: 256)

    static let englishOrHindi = WordReadings(rawValue: 1 | 2)
    static let anyOther = WordReadings(rawValue: 8 | 16 | 32 | 64 | 128 | 256)
    static let others: [(reading: WordReadings, tag: String)] = [
        (.spanish, "es"), (.french, "fr"), (.german, "de"), (.portuguese, "pt"), (.italian, "it"), (.indonesian, "id"),
    ]

    /// Of a word in lower case without its apostrophes; empty for one that nobody listed.
    init(_ key: Key) { self = Self.table[key] }
    init(rawValue: UInt16) { self.rawValue = rawValue }

    /// FNV-1a of a word: no two of the listed words share one, which a test checks.
    struct Key: Hashable {
        fileprivate(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

        init() {}
        init(_ word: some Sequence<UInt8>) { for byte in word { add(byte) } }
        mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    }

    /// The listed words. Their keys are spread as it is, so a key's low bits say where it lies, or the places behind.
    private struct Table {
        private var keys = [UInt64](repeating: 0, count: 8192)
        private var readings = [WordReadings](repeating: [], count: 8192)

        init() {
            for (reading, words) in WordLists.all {
                for word in words.split(whereSeparator: \.isWhitespace) {
                    let place = place(of: Key(word.utf8))
                    keys[place] = Key(word.utf8).value
                    readings[place].insert(reading)
                }
            }
            precondition(readings.count(where: { !$0.isEmpty }) < keys.count / 2, "too many words for the table")
        }

        subscript(key: Key) -> WordReadings { readings[place(of: key)] }

        private func place(of key: Key) -> Int {
            var place = Int(truncatingIfNeeded: key.value) & (keys.count - 1)
            while keys[place] != key.value, keys[place] != 0 { place = (place + 1) & (keys.count - 1) }
            return place
        }
    }

    private static let table = Table()
}
