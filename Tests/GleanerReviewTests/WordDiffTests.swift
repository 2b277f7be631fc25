import GleanerTestSupport
import Testing

@testable import GleanerReview

@Suite("Word diff")
struct WordDiffTests {
    private func marked(_ old: String, _ new: String) -> String {
        WordDiff(from: old, to: new).parts.map {
            switch $0.kind {
            case .same: $0.text
            case .removed: "[-\($0.text)-]"
            case .added: "{+\($0.text)+}"
            }
        }.joined()
    }

    @Test("words are marked as they were taken out and put in, spaces and marks by themselves")
    func words() {
        #expect(marked("Chai banao.", "Chai banao.") == "Chai banao.")
        #expect(marked("Boil the water.", "Heat the milk!") == "[-Boil-]{+Heat+} the [-water.-]{+milk!+}")
        #expect(marked("", "naya") == "{+naya+}")
        #expect(marked("purana", "") == "[-purana-]")
        #expect(marked("don't go", "don't stay") == "don't [-go-]{+stay+}")
        #expect(marked("a b", "a c b") == "a {+c +}b")
    }

    @Test("a Devanagari word is one word, with its vowel signs and joiners")
    func devanagari() {
        #expect(Words.of("क्‍षमा करें, नमस्ते।").map(String.init) == ["क्‍षमा", " ", "करें", ",", " ", "नमस्ते", "।"])
        #expect(marked("पानी उबालें", "पानी गरम करें") == "पानी [-उबालें-]{+गरम करें+}")
        #expect(marked("किताब", "किताबें") == "[-किताब-]{+किताबें+}")
    }

    @Test("scripts without spaces are told character by character, emoji stay whole")
    func otherScripts() {
        #expect(marked("我喜欢茶", "我喜欢水") == "我喜欢[-茶-]{+水+}")
        #expect(Words.of("ok 👨‍👩‍👧!").map(String.init) == ["ok", " ", "👨‍👩‍👧", "!"])
    }

    @Test("whatever is compared, the parts give both texts again", arguments: 0..<60)
    func roundTrip(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let words = ["चाय", "paani", " ", "\n", "don't", "!", "é", "e\u{301}", "👍🏽", "\u{200D}", "x", "x", "y"]
        func text() -> String {
            (0..<Int.random(in: 0...40, using: &random)).map { _ in words.randomElement(using: &random)! }.joined()
        }
        let (old, new) = (text(), text())
        let parts = WordDiff(from: old, to: new).parts
        #expect(parts.filter { $0.kind != .added }.map(\.text).joined() == old)
        #expect(parts.filter { $0.kind != .removed }.map(\.text).joined() == new)
        for (one, next) in zip(parts, parts.dropFirst()) { #expect(one.kind != next.kind) }
    }

    @Test("the fewest words are marked", arguments: 0..<40)
    func shortest(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        func list() -> [Int32] {
            (0..<Int.random(in: 0...14, using: &random)).map { _ in .random(in: 0...3, using: &random) }
        }
        let (a, b) = (list(), list())
        let steps = ShortestEdit.steps(a, b, limit: 1_000)
        #expect(steps.count { $0 != .same } == a.count + b.count - 2 * longestCommon(a, b))
    }

    private func longestCommon(_ a: [Int32], _ b: [Int32]) -> Int {
        var row = [Int](repeating: 0, count: b.count + 1)
        for x in a {
            var diagonal = 0
            for (at, y) in b.enumerated() {
                let above = row[at + 1]
                row[at + 1] = x == y ? diagonal + 1 : max(row[at + 1], row[at])
                diagonal = above
            }
        }
        return row[b.count]
    }

    @Test("texts made to be slow are told as one replacement, soon", .timeLimit(.minutes(1)))
    func hostile() {
        let old = "same " + (0..<30_000).map { "a\($0)" }.joined(separator: " ") + " end"
        let new = "same " + (0..<30_000).map { "b\($0)" }.joined(separator: "\t") + " end"
        let clock = ContinuousClock()
        let took = clock.measure {
            let parts = WordDiff(from: old, to: new).parts
            #expect(parts.map(\.kind) == [.same, .removed, .added, .same])
            #expect(parts.last?.text == " end")
        }
        #expect(took < .seconds(15))
        let marks = "e" + String(repeating: "\u{301}", count: 10_000)
        #expect(marked(marks, "e").isEmpty == false)
    }
}
