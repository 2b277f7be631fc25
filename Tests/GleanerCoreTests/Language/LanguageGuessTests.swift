import Testing

@testable import GleanerCore

@Suite("Guessing languages")
struct LanguageGuessTests {
    private func share(_ lines: String) -> Double {
        let lines = LabelledLines.parsed(lines)
        return Double(lines.count { LanguageGuess($0.text).tag == $0.tag }) / Double(lines.count)
    }

    @Test("lines that the word lists were written for are tagged as people did")
    func seen() {
        #expect(LabelledLines.parsed(LabelledLines.seen).count >= 110)
        #expect(share(LabelledLines.seen) == 1)
    }

    @Test("so are 98 % of those that they were not")
    func heldOut() {
        #expect(LabelledLines.parsed(LabelledLines.heldOut).count >= 100)
        #expect(share(LabelledLines.heldOut) >= 0.98)
    }

    @Test("every listed word is found by its key, with all its languages, and shares it with no other")
    func keys() {
        var words: [String: WordReadings] = [:]
        for (reading, list) in WordLists.all {
            for word in list.split(whereSeparator: \.isWhitespace) { words[String(word), default: []].insert(reading) }
        }
        #expect(words.count > 1000)
        #expect(Set(words.keys.map { WordReadings.Key($0.utf8) }).count == words.count)
        #expect(words.allSatisfy { WordReadings(WordReadings.Key($0.key.utf8)) == $0.value })
        #expect(WordReadings(WordReadings.Key("zzzzqx".utf8)) == [])
    }

    @Test(
        "what is no language says so",
        arguments: [
            "", " ", "12:30", "@asha #chai", "https://example.com/kya/hai", "```for i in range(10): the end```",
            "\u{0}\u{1}", "🙂",
        ])
    func undetermined(_ text: String) { #expect(LanguageGuess(text).tag == "und") }

    @Test("ambiguous words go with their neighbours")
    func neighbours() {
        #expect(LanguageGuess("main to us din ghar par tha").tag == "hi-Latn")
        #expect(LanguageGuess("the main bus to us is on par").tag == "en")
    }

    @Test("any bytes are read in the time that their number allows, and a letter cut in two is none")
    func anyBytes() {
        let half = Array("मु".utf8.dropLast())
        #expect(LanguageGuess(utf8: half).tag == "hi")
        for byte in UInt8.min...UInt8.max {
            _ = LanguageGuess(utf8: [UInt8](repeating: byte, count: 10_000))
            _ = LanguageGuess(utf8: [byte])
            _ = LanguageGuess(utf8: [0xE0, byte])
        }
        // Only the beginning counts.
        let long =
            String(repeating: "kya hai ", count: LanguageGuess.largestText / 8)
            + String(repeating: "the end ", count: 10_000)
        #expect(LanguageGuess(long).tag == "hi-Latn")
    }
}
