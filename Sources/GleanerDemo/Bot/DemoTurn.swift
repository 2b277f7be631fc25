import Crypto

/// A point in a conversation of the corpus: what can be answered there, and how well the bot does.
struct DemoTurn: Sendable, Hashable {
    let question: DemoQuestion
    let good: String
    let wrong: String
    let english: String?
    /// Whether it opens the conversation.
    let isOpening: Bool
    /// Decides everything that is left to chance: SHA-256 of a key and the user's turns.
    private let chance: [UInt8]

    /// `nil` when the corpus does not have this conversation.
    init?(_ turns: [String]) {
        guard let opening = turns.first, let question = DemoCorpus.question(opening) else { return nil }
        chance = Self.hash(turns)
        self.question = question
        isOpening = turns.count == 1
        guard turns.count > 1 else {
            let answers = question.intent.good
            good = question.filled(answers[Int(chance[2]) % answers.count])
            wrong = question.filled(question.intent.wrong)
            english = question.intent.english.map(question.filled)
            return
        }
        guard let followUp = question.intent.then.first(where: { question.filled($0.ask) == turns.last }) else {
            return nil
        }
        good = question.filled(followUp.good)
        wrong = question.filled(followUp.wrong)
        english = nil
    }

    /// Also the key of the hash: another key would deal the same corpus other qualities.
    private static func hash(_ turns: [String]) -> [UInt8] {
        Array(SHA256.hash(data: Array((["gleaner-demo-quality-1"] + turns).joined(separator: "\u{1F}").utf8)))
    }

    var quality: DemoQuality {
        let draw = (Int(chance[0]) << 8 | Int(chance[1])) % 100
        return switch draw {
        case ..<62: .good
        case ..<82: .mediocre(DemoWeakness.allCases[Int(chance[3]) % DemoWeakness.allCases.count])
        default: .bad(flaws[Int(chance[3]) % flaws.count])
        }
    }

    /// What the bot says, and the finish reason.
    var answer: (content: String, finishReason: String) {
        switch quality {
        case .good: (good, "stop")
        case .mediocre(let weakness): (weakness.applied(to: good), "stop")
        case .bad(let flaw): (spoiled(by: flaw), flaw == .truncated ? "length" : "stop")
        }
    }

    /// Flaws that have material here. False facts come twice: they are the ones that matter most.
    private var flaws: [DemoFlaw] {
        let always: [DemoFlaw] = [.wrong, .wrong, .mixedSpelling, .offTopic, .truncated, .rude, .repetition]
        return english == nil ? always : always + [.english]
    }

    private func spoiled(by flaw: DemoFlaw) -> String {
        switch flaw {
        case .wrong: wrong
        case .english: english ?? wrong
        case .mixedSpelling: Spoiling.mixedSpelling(good)
        case .offTopic: elsewhere
        case .truncated: Spoiling.truncated(good)
        case .rude: Spoiling.rude(good, pick: Int(chance[4]))
        case .repetition: Spoiling.repeated(good)
        }
    }

    /// The good answer to the question of another intent.
    private var elsewhere: String {
        let others = question.bot.intents.filter { $0.name != question.intent.name }
        let other = others[Int(chance[4]) % others.count]
        return DemoQuestion.all(of: other, for: question.bot)[0].filled(other.good[0])
    }
}
