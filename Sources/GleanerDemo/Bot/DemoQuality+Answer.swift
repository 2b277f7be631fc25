extension DemoQuality {
    /// How good `answer` is, whoever gave it, after these turns of the user.
    ///
    /// Compared with everything that the corpus has for the conversation: its good answers, and what becomes of them when
    /// they are spoiled. An answer that belongs to another question is off topic; one to the same question about
    /// something else (another city, another guest) is vague. What the demo's own model says is always judged as
    /// `DemoCorpus.quality(of:after:)` judges it.
    public static func of(answer: String, for turns: [String]) -> DemoQuality {
        guard let turn = DemoTurn(turns) else {
            return DemoBot.allCases.contains { $0.fallback == answer } || DemoCorpus.goodAnswers[answer] == nil
                ? .mediocre(.vague) : .bad(.offTopic)
        }
        if turn.answer.content == answer { return turn.quality }
        let good = turn.goodAnswers
        if good.contains(answer) { return .good }
        if answer == turn.wrong { return .bad(.wrong) }
        if answer == turn.english { return .bad(.english) }
        for text in good {
            for weakness in DemoWeakness.allCases where weakness.applied(to: text) == answer {
                return .mediocre(weakness)
            }
            if Spoiling.mixedSpelling(text) == answer { return .bad(.mixedSpelling) }
            if Spoiling.truncated(text) == answer { return .bad(.truncated) }
            if Spoiling.repeated(text) == answer { return .bad(.repetition) }
            if (0..<4).contains(where: { Spoiling.rude(text, pick: $0) == answer }) { return .bad(.rude) }
        }
        return turn.isOfSameIntent(answer) ? .mediocre(.vague) : .bad(.offTopic)
    }
}

extension DemoTurn {
    /// All answers of the corpus to this very question.
    var goodAnswers: [String] {
        isOpening ? question.intent.good.map(question.filled) : [good]
    }

    /// A good answer of the same intent with other values in its slots.
    fileprivate func isOfSameIntent(_ answer: String) -> Bool {
        DemoCorpus.goodAnswers[answer]?.contains(question.intent.name) ?? false
    }
}

extension DemoCorpus {
    /// Good answers to opening questions and to what follows, with the names of the intents that have them.
    static let goodAnswers: [String: Set<String>] = {
        var names: [String: Set<String>] = [:]
        for bot in DemoBot.allCases {
            for question in questions(for: bot) {
                let answers = question.intent.good + question.intent.then.map(\.good)
                for answer in answers { names[question.filled(answer), default: []].insert(question.intent.name) }
            }
        }
        return names
    }()
}
