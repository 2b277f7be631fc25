/// What a correction took out of an answer and put in, word by word.
///
/// Myers' greedy algorithm (1986) over words. Its time and memory grow with the square of the number of changes, so texts
/// that differ in more than `maximumEdits` words are told as one whole replacement between what both begin and end with.
public struct WordDiff: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, Codable { case same, removed, added }
    public struct Part: Sendable, Hashable, Codable {
        public let kind: Kind
        public let text: String
    }

    /// In reading order; neighbours differ in kind. `same` and `removed` make the old text, `same` and `added` the new.
    public let parts: [Part]

    static let maximumEdits = 2_000

    public init(from old: String, to new: String) {
        var numbers: [Substring: Int32] = [:]
        func number(_ word: Substring) -> Int32 {
            if let known = numbers[word] { return known }
            let fresh = Int32(numbers.count)
            numbers[word] = fresh
            return fresh
        }
        let (before, after) = (Words.of(old), Words.of(new))
        let (a, b) = (before.map(number), after.map(number))
        var head = 0
        while head < min(a.count, b.count), a[head] == b[head] { head += 1 }
        var tail = 0
        while tail < min(a.count, b.count) - head, a[a.count - 1 - tail] == b[b.count - 1 - tail] { tail += 1 }
        let (middleA, middleB) = (a[head..<(a.count - tail)], b[head..<(b.count - tail)])
        var builder = Builder(before: before, after: after)
        builder.same(head)
        for step in ShortestEdit.steps(Array(middleA), Array(middleB), limit: Self.maximumEdits) {
            switch step {
            case .same: builder.same(1)
            case .removed: builder.removed(1)
            case .added: builder.added(1)
            }
        }
        builder.same(tail)
        parts = builder.finish()
    }

    /// Collects words into parts; of one change the removed words come before the added ones.
    private struct Builder {
        let before: [Substring]
        let after: [Substring]
        var (a, b) = (0, 0)
        var parts: [Part] = []
        var (gone, come) = ("", "")

        init(before: [Substring], after: [Substring]) {
            self.before = before
            self.after = after
        }

        mutating func same(_ number: Int) {
            guard number > 0 else { return }
            flush()
            let text = after[b..<(b + number)].joined()
            if let last = parts.last, last.kind == .same {
                parts[parts.count - 1] = Part(kind: .same, text: last.text + text)
            } else {
                parts.append(Part(kind: .same, text: text))
            }
            a += number
            b += number
        }
        mutating func removed(_ number: Int) {
            gone += before[a..<(a + number)].joined()
            a += number
        }
        mutating func added(_ number: Int) {
            come += after[b..<(b + number)].joined()
            b += number
        }
        private mutating func flush() {
            if !gone.isEmpty { parts.append(Part(kind: .removed, text: gone)) }
            if !come.isEmpty { parts.append(Part(kind: .added, text: come)) }
            (gone, come) = ("", "")
        }
        mutating func finish() -> [Part] {
            flush()
            return parts
        }
    }
}
