/// What no training line may repeat: the questions of the holdout and the texts of benchmarks, as runs of words.
///
/// Memory: 8 bytes for each run of 8 or 13 words of them.
/// Source: 13 shared words as in the reports on GPT-3's contamination, or half of a line's runs of 8.
struct TestTexts: Sendable {
    /// Where a text comes from, for the reason.
    private(set) var names: [String] = []
    private var long: [UInt64: Int32] = [:]
    private var short: [UInt64: Int32] = [:]
    /// Runs of words that so many training lines have that they are a template, not a leak.
    private var templates: Set<UInt64> = []
    private var counts: [UInt64: Int32] = [:]

    var isEmpty: Bool { names.isEmpty }

    mutating func add(_ text: String, from name: String) {
        let source = Int32(names.lastIndex(of: name) ?? names.count)
        if source == names.count { names.append(name) }
        let words = WordGrams.words(text)
        for gram in WordGrams.grams(words, length: WordGrams.long) { long[gram] = source }
        for gram in WordGrams.grams(words, length: WordGrams.short) { short[gram] = source }
    }

    /// Notes which of the tests' runs a training line has; called for all of them before `templates(over:)`.
    mutating func count(_ text: String) {
        let words = WordGrams.words(text)
        for (length, index) in [(WordGrams.long, long), (WordGrams.short, short)] {
            for gram in Set(WordGrams.grams(words, length: length)) where index[gram] != nil {
                counts[gram, default: 0] += 1
            }
        }
    }

    /// A twentieth of all lines, and at least twenty, do not repeat a test: they share a frame, as prompts with
    /// retrieved passages do.
    mutating func setTemplates(of lines: Int) {
        let common = max(20, lines / 20)
        templates = Set(counts.filter { $0.value >= common }.keys)
        counts = [:]
    }

    /// Why a training line is out; `nil` when it repeats no test.
    func hit(_ text: String) -> (name: String, detail: String)? {
        let words = WordGrams.words(text)
        if let source = WordGrams.grams(words, length: WordGrams.long).lazy
            .filter({ !templates.contains($0) }).compactMap({ long[$0] }).first
        {
            return (names[Int(source)], "\(WordGrams.long) words in a row")
        }
        let grams = WordGrams.grams(words, length: WordGrams.short)
        let hits = grams.filter { !templates.contains($0) }.compactMap { short[$0] }
        guard let source = hits.first, hits.count * 2 >= grams.count else { return nil }
        return (names[Int(source)], "\(hits.count) of \(grams.count) runs of \(WordGrams.short) words")
    }
}
