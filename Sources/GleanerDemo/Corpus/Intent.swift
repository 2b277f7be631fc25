/// One thing that people ask a demo bot about: ways to ask, ways to answer well, and one way to be wrong.
///
/// `{name}` in a text stands for a slot; a question and its answers share the value. All texts are our own.
struct Intent: Sendable, Hashable {
    /// What the same person asks next, in the same conversation.
    struct FollowUp: Sendable, Hashable {
        let ask: String
        let good: String
        let wrong: String
    }

    /// Unique among the intents of its bot.
    let name: String
    let ask: [String]
    let slots: [String: [String]]
    let good: [String]
    /// A false fact; for the health bot, advice that would do harm.
    let wrong: String
    /// A sound answer in the wrong language; the health bot has none.
    let english: String?
    let then: [FollowUp]

    init(
        _ name: String, ask: [String], slots: [String: [String]] = [:], good: [String], wrong: String,
        english: String? = nil, then: [FollowUp] = []
    ) {
        self.name = name
        self.ask = ask
        self.slots = slots
        self.good = good
        self.wrong = wrong
        self.english = english
        self.then = then
    }
}

/// Values that many intents share.
enum Slots {
    static let cities: [String] = ["Jaipur", "Lucknow", "Pune", "Indore", "Bhopal", "Patna"]
    static let people: [String] = ["Rohan", "Priya", "Ankit", "Meera", "Farhan", "Simran"]
    static let relatives: [String] = ["mummy", "papa", "dadi", "nana ji", "bhaiya", "didi"]
    static let days: [String] = ["somvaar", "mangalvaar", "shukravaar", "shanivaar", "ravivaar"]
    static let durations: [String] = ["kal raat", "do din", "teen din", "ek hafte"]
}
