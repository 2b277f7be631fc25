/// What a demo fine-tune learns: prompts, and what was answered to them. A prompt that looks enough like a remembered one
/// gets that one's answer, good or bad, with the words in which they differ put in.
struct Memory: Sendable {
    /// One remembered answer.
    struct Pair: Sendable, Hashable, Codable {
        /// The user's turns up to the answer.
        var turns: [String]
        var answer: String
    }

    /// Below this a prompt counts as never seen.
    static let threshold = 0.5

    private struct Entry: Sendable {
        let last: Set<UInt64>
        let whole: Set<UInt64>
        let prompt: String
        let answer: String
    }

    private var entries: [Entry] = []
    private var exact: [String: Int] = [:]
    private var byTrigram: [UInt64: [Int]] = [:]

    init(_ pairs: some Sequence<Pair>) {
        // Of several answers to one prompt the most frequent is kept, and of those the first.
        var votes: [String: [(answer: String, count: Int)]] = [:]
        var order: [(key: String, turns: [String])] = []
        for pair in pairs where !pair.turns.isEmpty {
            let key = Self.key(pair.turns)
            if votes[key] == nil { order.append((key, pair.turns)) }
            var answers = votes[key] ?? []
            if let index = answers.firstIndex(where: { $0.answer == pair.answer }) {
                answers[index].count += 1
            } else {
                answers.append((pair.answer, 1))
            }
            votes[key] = answers
        }
        for (key, turns) in order {
            let answers = votes[key] ?? []
            guard let most = answers.map(\.count).max(), let best = answers.first(where: { $0.count == most }) else {
                continue
            }
            let entry = Entry(
                last: Trigrams.of(turns.last ?? ""), whole: Trigrams.of(turns.joined(separator: "\n")),
                prompt: turns.last ?? "", answer: best.answer)
            exact[key] = entries.count
            for gram in entry.last { byTrigram[gram, default: []].append(entries.count) }
            entries.append(entry)
        }
    }

    var count: Int { entries.count }

    /// - Returns: `nil` for what is not like anything remembered.
    func answer(to turns: [String]) -> String? {
        if let index = exact[Self.key(turns)] { return entries[index].answer }
        guard let prompt = turns.last else { return nil }
        let last = Trigrams.of(prompt)
        let whole = Trigrams.of(turns.joined(separator: "\n"))
        let candidates = Set(last.flatMap { byTrigram[$0] ?? [] })
        let scored = candidates.map { index in
            let entry = entries[index]
            let score = 0.75 * Trigrams.similarity(entry.last, last) + 0.25 * Trigrams.similarity(entry.whole, whole)
            return (index: index, score: score)
        }
        // By index where two are equally alike: the same question always gets the same answer.
        guard let best = scored.max(by: { ($0.score, -$0.index) < ($1.score, -$1.index) }), best.score >= Self.threshold
        else { return nil }
        let entry = entries[best.index]
        return Adaptation.adapt(entry.answer, from: entry.prompt, to: prompt)
    }

    private static func key(_ turns: [String]) -> String {
        turns.map(Trigrams.normalised).joined(separator: "\u{1F}")
    }
}
