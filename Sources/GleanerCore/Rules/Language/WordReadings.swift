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
    init(word: [UInt8]) { self = Self.table[Self.key(word)] ?? WordReadings(rawValue: 0) }
    init(rawValue: UInt16) { self.rawValue = rawValue }

    /// FNV-1a: no two of the listed words share one, which a test checks.
    static func key(_ word: [UInt8]) -> UInt64 {
        var key: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in word { key = (key ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return key
    }

    private static let table: [UInt64: WordReadings] = {
        var table: [UInt64: WordReadings] = [:]
        for (reading, words) in WordLists.all {
            for word in words.split(whereSeparator: \.isWhitespace) {
                table[key(Array(word.utf8)), default: []].insert(reading)
            }
        }
        return table
    }()
}
