/// Which language a short text is in, by its script and its commonest words; no model, no network.
///
/// Shape: `tag` is a BCP 47 tag (`en`, `hi` in Devanagari, `hi-Latn` in Roman letters, `ta`, `ar` …); `hi-en` for Hindi and
/// English in one text, whatever Hindi's letters; `und` when nothing tells. A loan word or two make no mixture: it takes
/// two English words and a quarter of those that are known, because *phone*, *school* and *ticket* have no right answer.
/// Cost: linear in the bytes looked at, at most `largestText`; words of code blocks, links and handles are passed over.
/// Measured: of 104 lines of our own that the word lists were not written for, 98 % are tagged as a person did
/// (`LanguageGuessTests`); of the 58 Romanised lines of PyPI's chatterbot-corpus that are more than *Hello*, 98 %. Other Latin
/// languages are only told from English where a sentence has their function words; Marathi without ळ passes for Hindi.
/// Source: word forms by hand; the ambiguous ones, as *main*, *to* and *the*, count for the side of their neighbours.
public struct LanguageGuess: Sendable, Hashable {
    public let tag: String

    /// Nothing tells.
    public static let undetermined = "und"
    /// Hindi and English in one text.
    public static let mixed = "hi-en"
    /// How much of a text is looked at, in bytes: ingest guesses twice for each exchange, at about 20 ns a byte.
    public static let largestText = 512

    public init(_ text: String) { self.init(utf8: Array(text.utf8.prefix(Self.largestText))) }

    /// - Parameter text: UTF-8, possibly with mistakes, which count as no letters.
    public init(utf8 text: [UInt8]) {
        var reader = WordReader()
        reader.read(text)
        tag = Self.tag(reader.letters, reader.words)
    }

    private static func tag(_ letters: ScriptCounts, _ words: [WordReadings]) -> String {
        let latin = LatinVote(words)
        guard let script = letters.strongest else { return undetermined }
        if script == .latin || letters[script] < letters[.latin] / 4 {
            return letters[.devanagari] >= 4 && latin.hasEnglish ? mixed : latin.tag
        }
        let isMixed = script == .devanagari && latin.hasEnglish && letters[.latin] * 3 >= letters[.devanagari]
        return isMixed ? mixed : letters.tag(of: script)
    }
}
