import Testing

@testable import GleanerDemo

@Suite("Demo corpus")
struct DemoCorpusTests {
    private static let conversations: [[String]] = DemoBot.allCases.flatMap { bot in
        DemoCorpus.questions(for: bot).flatMap { question in
            [[question.text]] + question.followUps.map { [question.text, $0] }
        }
    }

    @Test("each bot has at least 60 intents of its own name, and there are at least 600 distinct questions")
    func size() {
        for bot in DemoBot.allCases {
            #expect(bot.intents.count >= 60)
            #expect(Set(bot.intents.map(\.name)).count == bot.intents.count)
        }
        let texts = DemoBot.allCases.flatMap { DemoCorpus.questions(for: $0).map(\.text) }
        #expect(texts.count >= 600)
        #expect(Set(texts).count == texts.count)
    }

    @Test("a question belongs to one bot")
    func oneBot() {
        let sets = DemoBot.allCases.map { Set(DemoCorpus.questions(for: $0).map(\.text)) }
        #expect(sets[0].isDisjoint(with: sets[1]))
    }

    @Test("no text is empty, has an open slot, a NUL or a line break")
    func clean() throws {
        for turns in Self.conversations {
            let turn = try #require(DemoTurn(turns))
            for text in turns + [turn.good, turn.wrong, turn.english ?? "-", turn.answer.content] {
                #expect(!text.isEmpty)
                #expect(!text.contains { "{}\u{0}\n".contains($0) }, "\(text)")
                #expect(!text.contains("  "), "\(text)")
            }
        }
    }

    @Test("about 62 % of the answers are good, 20 % mediocre and 18 % bad")
    func shares() {
        var good = 0.0, mediocre = 0.0, bad = 0.0
        for turns in Self.conversations {
            switch DemoCorpus.quality(of: turns.last ?? "", after: turns.dropLast()) {
            case .good: good += 1
            case .mediocre: mediocre += 1
            case .bad: bad += 1
            }
        }
        let total = good + mediocre + bad
        #expect((0.57...0.67).contains(good / total))
        #expect((0.16...0.24).contains(mediocre / total))
        #expect((0.14...0.22).contains(bad / total))
    }

    @Test("every flaw and weakness occurs, and spoils the answer")
    func flaws() throws {
        var seen: Set<DemoQuality> = []
        for turns in Self.conversations {
            let turn = try #require(DemoTurn(turns))
            seen.insert(turn.quality)
            if turn.quality != .good { #expect(turn.answer.content != turn.good, "\(turns)") }
            #expect((turn.answer.finishReason == "length") == (turn.quality == .bad(.truncated)))
        }
        for flaw in DemoFlaw.allCases { #expect(seen.contains(.bad(flaw))) }
        for weakness in DemoWeakness.allCases { #expect(seen.contains(.mediocre(weakness))) }
    }

    @Test("what the script answers is what the corpus says it answers, in a second turn too")
    func scriptAgrees() throws {
        for bot in DemoBot.allCases {
            let question = try #require(DemoCorpus.questions(for: bot).first { !$0.followUps.isEmpty })
            let turns = [question.text, question.followUps[0]]
            let turn = try #require(DemoTurn(turns))
            let quality = DemoCorpus.quality(of: turns[1], after: [turns[0]])
            #expect(quality == turn.quality)
            #expect(
                (turn.answer.content == DemoCorpus.goodAnswer(to: turns[1], after: [turns[0]])) == (quality == .good))
        }
    }

    @Test("a question that is not in the corpus gets a polite way out")
    func unknown() {
        #expect(DemoCorpus.quality(of: "What is the airspeed of a swallow?") == .mediocre(.vague))
        #expect(DemoCorpus.goodAnswer(to: "What is the airspeed of a swallow?") == nil)
    }

    @Test("a slot that opens a sentence opens it with a capital, and decimals stay as they are")
    func sentences() {
        let texts = DemoCorpus.questions(for: .hinglish).map(\.text)
        #expect(texts.allSatisfy { $0.first?.isLowercase != true })
        #expect(texts.contains { $0.contains("4:30 baje") })
    }

    @Test("mixed spelling really spells one word in more than one way")
    func spelling() {
        let mixed = Spoiling.mixedSpelling("Nahi hai, nahi hai, nahi hai.")
        #expect(Set(mixed.lowercased().split(separator: " ").filter { $0.hasPrefix("n") }).count > 1)
    }
}
