/// What no training line may repeat: the questions of the holdout and the texts of benchmarks, as runs of words.
///
/// Memory: 16 bytes for each run of 8 or 13 words of them; texts of fewer words are kept as they are compared.
/// Source: 13 shared words as in the reports on GPT-3's contamination, or half of a line's runs of 8; of short texts a
/// Jaccard index of .8, equal ones among them.
struct TestTexts: Sendable {
    /// So many lines that have a run make it a template: a twentieth, and at least twenty.
    private let common: Int
    /// Where a text comes from, for the reason.
    private(set) var names: [String] = []
    /// Of each text: its name's place, and how many different runs of 8 it has.
    private var sources: [Int32] = []
    private var sizes: [Int32] = []
    /// A run's texts: nearly always one.
    private var long: [UInt64: Int32] = [:]
    private var short: [UInt64: [Int32]] = [:]
    /// Texts of fewer words than a run has.
    private var tiny: [(index: HoldoutIndex, name: String)] = []
    /// Runs of words that so many training lines have that they are a template, not a leak.
    private var templates: Set<UInt64> = []
    private var groups: [UInt64: Set<Int32>] = [:]

    /// - Parameter lines: how many there are for training.
    init(lines: Int) { common = max(20, lines / 20) }

    var isEmpty: Bool { names.isEmpty }

    mutating func add(_ text: String, from name: String) {
        let words = WordGrams.words(text)
        guard !words.isEmpty else { return }
        let source = Int32(names.lastIndex(of: name) ?? names.count)
        if source == names.count { names.append(name) }
        guard words.count >= WordGrams.short else { return addTiny(text, from: name) }
        let grams = Set(WordGrams.grams(words, length: WordGrams.short))
        let place = Int32(sources.count)
        sources.append(source)
        sizes.append(Int32(grams.count))
        for gram in grams { short[gram, default: []].append(place) }
        for gram in WordGrams.grams(words, length: WordGrams.long) { long[gram] = place }
    }

    private mutating func addTiny(_ text: String, from name: String) {
        if tiny.last?.name != name {
            let line = Similarity(threshold: 0.8, shortThreshold: 0.8)
            tiny.append((HoldoutIndex(similarity: line, banding: Banding.close), name))
        }
        tiny[tiny.count - 1].index.add(Shingles(text))
    }

    /// Notes which of the tests' runs a training line has; called for all of them before `setTemplates()`.
    /// - Parameter group: of near-duplicates, which count once: many who ask the same have no frame in common.
    mutating func count(_ text: String, group: Int32) {
        let words = WordGrams.words(text)
        var grams = Set(WordGrams.grams(words, length: WordGrams.long).filter { long[$0] != nil })
        grams.formUnion(WordGrams.grams(words, length: WordGrams.short).filter { short[$0] != nil })
        for gram in grams where groups[gram]?.count ?? 0 < common { groups[gram, default: []].insert(group) }
    }

    /// Lines that do not repeat a test share a frame, as prompts with retrieved passages do.
    mutating func setTemplates() {
        templates = Set(groups.filter { $0.value.count >= common }.keys)
        groups = [:]
    }

    /// Why a training line is out; `nil` when it repeats no test.
    /// - Parameter isQuestion: what users ask may be short; an answer of two words is nobody's in particular.
    func hit(_ text: String, isQuestion: Bool = false) -> (name: String, detail: String)? {
        let words = WordGrams.words(text)
        let grams = WordGrams.grams(words, length: WordGrams.short)
        let whole = whole(grams)
        let row = WordGrams.grams(words, length: WordGrams.long).lazy
            .filter { !templates.contains($0) }.compactMap { long[$0] }.first
        if let place = row ?? whole.first(where: { sizes[Int($0)] > WordGrams.long - WordGrams.short }) {
            return (name(place), "\(WordGrams.long) words in a row")
        }
        let hits = grams.compactMap { gram in
            short[gram].flatMap { texts in
                templates.contains(gram) ? texts.first(where: whole.contains) : texts.first
            }
        }
        if let place = hits.first, hits.count * 2 >= grams.count {
            return (name(place), "\(hits.count) of \(grams.count) runs of \(WordGrams.short) words")
        }
        guard isQuestion, !tiny.isEmpty, words.count < 2 * WordGrams.short else { return nil }
        let shingles = Shingles(text)
        return tiny.first { $0.index.holds(shingles) }.map { ($0.name, "nearly the same short text") }
    }

    private func name(_ place: Int32) -> String { names[Int(sources[Int(place)])] }

    /// The tests that a line repeats from their first word to their last: they are no frame, however many ask them.
    private func whole(_ grams: [UInt64]) -> [Int32] {
        guard !templates.isEmpty else { return [] }
        var found: [Int32: Int32] = [:]
        for gram in Set(grams) { for place in short[gram] ?? [] { found[place, default: 0] += 1 } }
        return found.filter { $0.value == sizes[Int($0.key)] }.keys.sorted()
    }
}
