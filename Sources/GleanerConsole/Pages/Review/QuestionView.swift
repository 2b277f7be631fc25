import GleanerCore
import GleanerReview

/// A rubric's questions as the partial `questions` asks them, with what was entered before.
struct QuestionView: Sendable {
    struct Point: Sendable {
        let value: Int
        let anchor: String
        let isChosen: Bool
    }
    struct Option: Sendable {
        let value: String
        let label: String
        let isChosen: Bool
    }
    let name: String
    let label: String
    let isRequired: Bool
    let isScale: Bool
    let isChoice: Bool
    let isChoices: Bool
    let isText: Bool
    let points: [Point]
    let options: [Option]
    let written: String

    init(_ question: RubricQuestion, _ draft: ReviewAnswers?) {
        name = question.name
        label = question.text
        isRequired = question.required
        isScale = question.kind == .scale
        isChoice = question.kind == .choice
        isChoices = question.kind == .choices
        isText = question.kind == .text
        let answer = draft?.answers[question.name]
        points =
            question.kind != .scale
            ? []
            : (1...5).map {
                Point(
                    value: $0, anchor: question.anchors["\($0)"] ?? "", isChosen: draft?.scores[question.name] == $0)
            }
        options = question.options.map { option in
            let isChosen =
                answer?.stringValue == option.value
                || (answer?.arrayValue ?? []).contains(.string(option.value))
            return Option(value: option.value, label: option.label, isChosen: isChosen)
        }
        written = question.kind == .text ? answer?.stringValue ?? "" : ""
    }
}

/// A judgement as the partial `questions` sends it: `score.NAME`, `choice.NAME`, `choices.NAME`, `text.NAME`,
/// `correction`, `comment`.
extension ReviewAnswers {
    /// - Parameter others: further fields that the action knows; any other is refused.
    init(_ form: Form, besides others: String...) throws {
        var given = ReviewAnswers()
        for (name, value) in form.fields where !others.contains(name) {
            let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
            let question = parts.count == 2 ? parts[1] : ""
            switch parts.first ?? "" {
            case "score" where parts.count == 2:
                guard let points = Int(value) else { throw FormError.field(name, "is no number") }
                given.scores[question] = points
            case "choice" where parts.count == 2: if !value.isEmpty { given.answers[question] = .string(value) }
            case "text" where parts.count == 2: if !value.isEmpty { given.answers[question] = .string(value) }
            case "choices" where parts.count == 2:
                given.answers[question] = .array((given.answers[question]?.arrayValue ?? []) + [.string(value)])
            case "correction" where parts.count == 1: given.correction = value.replacing("\r\n", with: "\n")
            case "comment" where parts.count == 1: given.comment = value.replacing("\r\n", with: "\n")
            default: throw FormError.field(String(name.prefix(64)), "is not known here")
            }
        }
        self = given
    }
}
