/// Which spellings in Latin letters are one Hindi word: decided by hand for the commonest words, since neither how a word
/// sounds nor edit distance can (*hai* and *hain*, *kya* and *kiya*, *main* and *mein* are different words).
///
/// Shape: a line is the word in Devanagari and its spellings; the first one is what the house style asks for unless a project
/// says otherwise. `me` and `mai` with two readings and words that are English too are left out: nothing decides them.
public enum SpellingTable {
    /// Raised with every change: results of two versions are not compared.
    public static let version = 1

    public struct Word: Sendable, Hashable {
        public let devanagari: String
        public let spellings: [String]
        public var preferred: String { spellings[0] }
    }

    public static let words: [Word] = lines.flatMap { $0.split(separator: "\n") }.map { line in
        let parts = line.split(separator: " ").map(String.init)
        return Word(devanagari: parts[0], spellings: Array(parts.dropFirst()))
    }

    /// The index into `words` of each spelling.
    static let places: [String: Int] = {
        var places: [String: Int] = [:]
        for (index, word) in words.enumerated() { for spelling in word.spellings { places[spelling] = index } }
        return places
    }()

    /// Spellings with two readings: in no cluster, never counted.
    public static let undecided: Set<String> = [
        "me", "mai", "ki", "ye", "bad", "age", "us", "is", "use", "par", "the", "to",
    ]

    public static func word(spelt spelling: String) -> Word? { places[spelling].map { words[$0] } }

    private static let lines = [functionWords, verbs, others]
}
