/// One opening question, its slots filled in.
public struct DemoQuestion: Sendable, Hashable {
    public let bot: DemoBot
    public let text: String
    let intent: Intent
    let values: [String: String]

    /// What the same person may go on to ask, in order; often nothing.
    public var followUps: [String] { intent.then.map { filled($0.ask) } }

    /// Which subject it belongs to, for tags.
    public var topic: String { intent.name }

    func filled(_ text: String) -> String { Self.fill(text, with: values) }

    static func all(of intent: Intent, for bot: DemoBot) -> [DemoQuestion] {
        // One slot at most varies freely; further slots follow it, so that the list stays a list and not a product.
        let length = intent.slots.values.map(\.count).max() ?? 1
        let rows = (0..<length).map { row in intent.slots.mapValues { $0[row % $0.count] } }
        // A phrasing that leaves a slot out reads the same in several rows; it is one question all the same.
        var seen: Set<String> = []
        return intent.ask.flatMap { phrasing in
            rows.map { DemoQuestion(bot: bot, text: fill(phrasing, with: $0), intent: intent, values: $0) }
        }.filter { seen.insert($0.text).inserted }
    }

    /// A slot may open a sentence, and its value does not know.
    private static func sentenceCase(_ text: String) -> String {
        var opens = true
        return String(
            text.map { character -> Character in
                defer { if !character.isWhitespace && character != "\"" { opens = ".!?".contains(character) } }
                guard opens, character.isLowercase else { return character }
                return Character(character.uppercased())
            })
    }

    private static func fill(_ text: String, with values: [String: String]) -> String {
        var text = text
        for (name, value) in values { text = text.replacing("{\(name)}", with: value) }
        return sentenceCase(text)
    }
}
