/// The two assistants of the demo. Neither is a language model, and their names say so.
public enum DemoBot: String, Sendable, Hashable, CaseIterable {
    /// Small talk and everyday help in Hinglish.
    case hinglish
    /// General questions about health, in Hinglish.
    case health

    /// What a client asks for.
    public var model: String { "demo-\(rawValue)-1" }

    /// What the answer says it came from.
    public var servedModel: String { "\(model)-2026-11" }

    var intents: [Intent] {
        switch self {
        case .hinglish: DemoCorpus.hinglish
        case .health: DemoCorpus.health
        }
    }

    /// The answer to a question that is not in the corpus.
    var fallback: String {
        switch self {
        case .hinglish:
            """
            Main Gleaner ka demo bot hun aur sirf kuch tay sawaalon ke jawab jaanta hun. Chai, safar ya padhai ke \
            baare mein pooch kar dekho.
            """
        case .health:
            """
            Main Gleaner ka demo bot hun, doctor nahi. Is sawaal ka jawab mere paas nahi hai; taklif ho toh \
            doctor se milein.
            """
        }
    }

    /// What the base model says after these turns, and its finish reason.
    func answer(to turns: [String]) -> (content: String, finishReason: String) {
        DemoTurn(turns)?.answer ?? (fallback, "stop")
    }
}
