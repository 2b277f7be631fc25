/// Spellings that are held to be one word, with how often each was used.
///
/// The table decides where it knows a spelling. Other words of five letters and more join a commoner one with the same key of
/// at least three consonants, when two edits at most part them, neither is much longer, and neither is English. What people
/// have merged or parted counts more than both.
public struct SpellingClusters: Sendable, Hashable {
    /// What people said of spellings, kept by version as any rule.
    public struct Corrections: Sendable, Hashable {
        /// Spellings that are one word; the first names it.
        public var merged: [[String]]
        /// Pairs that are not.
        public var parted: [[String]]
        public init(merged: [[String]] = [], parted: [[String]] = []) {
            self.merged = merged
            self.parted = parted
        }
    }

    public struct Cluster: Sendable, Hashable {
        /// The word in Devanagari where the table knows it, else the commonest spelling.
        public let name: String
        /// Commonest first.
        public let spellings: [(spelling: String, count: Int)]
        public var scores: SpellingScores { SpellingScores(spellings.map(\.count)) }

        public static func == (a: Self, b: Self) -> Bool {
            a.name == b.name && a.spellings.elementsEqual(b.spellings) { $0 == $1 }
        }
        public func hash(into hasher: inout Hasher) { hasher.combine(name) }
    }

    /// By name.
    public let clusters: [Cluster]

    static let leastLetters = 5
    static let leastConsonants = 3
    static let mostEdits = 2
    static let leastRatio = 0.6

    /// - Parameter counts: of spellings in small letters that are Hindi.
    public init(_ counts: [String: Int], corrections: Corrections = Corrections()) {
        var heads: [String: [String]] = [:]
        var members: [String: [(String, Int)]] = [:]
        for (word, count) in counts.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) where count > 0 {
            guard !SpellingTable.undecided.contains(word) else { continue }
            let head = Self.head(of: word, heads, corrections)
            members[head, default: []].append((word, count))
            heads[SpellingKey.key(of: word), default: []].append(head)
        }
        clusters = members.map { Cluster(name: $0.key, spellings: $0.value.map { (spelling: $0.0, count: $0.1) }) }
            .sorted { $0.name < $1.name }
    }

    /// Of tagged answers: the words in Latin letters that were tagged Hindi.
    public static func counts(of tokens: some Sequence<TaggedToken>) -> [String: Int] {
        var counts: [String: Int] = [:]
        for token in tokens where token.tag == .hi && WordScript(token.text) == .latin {
            counts[WordForm(token.text).plain, default: 0] += 1
        }
        return counts
    }

    private static func head(
        of word: String, _ heads: [String: [String]], _ corrections: Corrections
    ) -> String {
        if let group = corrections.merged.first(where: { $0.contains(word) }) {
            return SpellingTable.word(spelt: group[0])?.devanagari ?? group[0]
        }
        if let known = SpellingTable.word(spelt: word) { return known.devanagari }
        let key = SpellingKey.key(of: word)
        for head in heads[key] ?? [] {
            let spellings = SpellingTable.words.first { $0.devanagari == head }?.spellings ?? [head]
            if spellings.contains(where: { isSame(word, $0) && !isParted(word, $0, corrections) }) { return head }
        }
        return word
    }

    private static func isParted(_ a: String, _ b: String, _ corrections: Corrections) -> Bool {
        corrections.parted.contains { $0.contains(a) && $0.contains(b) }
    }

    /// Whether two spellings are one word. Symmetric.
    static func isSame(_ a: String, _ b: String) -> Bool {
        if a == b { return true }
        switch (SpellingTable.word(spelt: a), SpellingTable.word(spelt: b)) {
        case (let a?, let b?): return a == b
        default: break
        }
        let key = SpellingKey.key(of: a)
        let (short, long) = (min(a.count, b.count), max(a.count, b.count))
        return short >= leastLetters && key == SpellingKey.key(of: b) && SpellingKey.consonants(key) >= leastConsonants
            && Double(short) / Double(long) >= leastRatio && !isEnglish(a) && !isEnglish(b)
            && EditDistance.damerauLevenshtein(a, b) <= mostEdits
    }

    private static func isEnglish(_ word: String) -> Bool { Lexicon.shared.reading(of: word)?.isEnglish ?? false }
}
