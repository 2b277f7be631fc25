import Foundation

extension DatasetStatistics {
    /// The usual advice for a first fine-tune, with the numbers at hand.
    func advised() -> [Advice] {
        var advice = [size]
        if faulty > 0 {
            advice.append(
                Advice(
                    level: "fault", code: "faulty_lines",
                    text: "\(faulty) lines would be refused: see gleaner dataset verify."))
        }
        advice.append(systemMessage)
        if tokens.p95 > 8 * max(tokens.p50, 1) {
            advice.append(
                Advice(
                    level: "hint", code: "uneven_length",
                    text:
                        "A few examples are much longer than most (median \(tokens.p50), 95 % at \(tokens.p95) tokens): "
                        + "the model learns lengths too, so look whether they should be."))
        }
        if exactDuplicates > 0 {
            advice.append(
                Advice(
                    level: "fault", code: "duplicates",
                    text: "\(exactDuplicates) examples stand there twice: they count twice in training. Remove them."))
        }
        if nearDuplicates > 0 {
            advice.append(
                Advice(
                    level: "hint", code: "near_duplicates",
                    text: "\(nearDuplicates) questions are nearly the same as another: variety teaches more."))
        }
        advice += languages
        return advice
    }

    private var size: Advice {
        switch examples {
        case ..<10:
            Advice(
                level: "fault", code: "too_few",
                text: "\(examples) examples: 10 are the minimum that providers take, 50 to 100 have a visible effect.")
        case ..<50:
            Advice(
                level: "hint", code: "few",
                text: "\(examples) examples are taken; a visible effect usually needs 50 to 100 good ones.")
        default: Advice(level: "good", code: "enough", text: "\(examples) examples are enough for a visible effect.")
        }
    }

    private var systemMessage: Advice {
        let percent = Int((uniformSystemShare * 100).rounded())
        if systemMessages == 0 {
            return Advice(
                level: "hint", code: "no_system_message",
                text: "No example has a system message: run the model without one too, or give all of them the same.")
        }
        guard uniformSystemShare < 1 else {
            return Advice(
                level: "good", code: "uniform_system_message",
                text: "All have the same system message: run the model with exactly that.")
        }
        return Advice(
            level: uniformSystemShare < 0.9 ? "fault" : "hint", code: "mixed_system_messages",
            text:
                "Only \(percent) % have the commonest of \(systemMessages) system messages: what the model learns then "
                + "hangs on which one it runs with. Use one for all.")
    }

    private var languages: [Advice] {
        let answers = answerLanguages.filter { $0.key != "und" }
        let total = answers.values.reduce(0, +)
        guard let commonest = answers.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }), total > 0 else { return [] }
        let rare = answers.filter { $0.value * 20 < total }.keys.sorted()
        var advice = [
            Advice(
                level: "good", code: "languages",
                text: "Answers are mostly \(commonest.key) (\(commonest.value) of \(total)).")
        ]
        if !rare.isEmpty {
            advice.append(
                Advice(
                    level: "hint", code: "rare_languages",
                    text:
                        "Fewer than one answer in twenty is in \(rare.joined(separator: ", ")): that little teaches a "
                        + "language by accident. Add more of it or leave it out."))
        }
        return advice
    }
}
