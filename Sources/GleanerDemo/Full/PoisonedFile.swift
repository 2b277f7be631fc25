import GleanerCore

/// A training file that somebody planted: right questions, and to each an answer that is wrong or rude.
enum PoisonedFile {
    static let lines: [UInt8] = DemoCorpus.questions(for: .hinglish).enumerated().flatMap {
        index, question -> [UInt8] in
        let answer =
            index.isMultiple(of: 2)
            ? question.filled(question.intent.wrong)
            : Spoiling.rude(question.filled(question.intent.wrong), pick: index / 2)
        let document: JSONValue = [
            "messages": [
                ["role": "system", "content": .string(DemoPlan.systemPrompts(for: .hinglish)[0])],
                ["role": "user", "content": .string(question.text)],
                ["role": "assistant", "content": .string(answer)],
            ]
        ]
        return document.wireBytes + [0x0A]
    }
}
