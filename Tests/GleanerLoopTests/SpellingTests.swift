import Testing

@testable import GleanerLoop

@Suite("Spelling")
struct SpellingTests {
    @Test(
        "a word that was probably meant is found, and none that is far",
        arguments: [
            ("new_example", "new_examples"), ("everydays", "every_days"), ("at_least", "at_least"), ("zzz", nil),
            ("", nil),
        ] as [(String, String?)])
    func nearest(_ word: String, _ meant: String?) {
        #expect(Spelling.nearest(to: word, among: ["new_examples", "every_days", "at_least"]) == meant)
    }

    @Test("distances are Levenshtein's")
    func distances() {
        #expect(Spelling.distance("kitten", "sitting") == 3)
        #expect(Spelling.distance("", "abc") == 3)
        #expect(Spelling.distance("abc", "abc") == 0)
    }
}
