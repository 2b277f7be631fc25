/// The demo's questions, with the truth about the answers that `DemoScript` gives to them.
///
/// Everything here depends on the user's turns alone: whoever knows a conversation can look up how good its
/// answers are.
public enum DemoCorpus {
    static let hinglish: [Intent] = [
        hinglishFood, hinglishSmallTalk, hinglishTravel, hinglishStudy, hinglishMoney, hinglishHome, hinglishFun,
    ].flatMap(\.self)

    static let health: [Intent] = [
        healthFever, healthStomach, healthPain, healthSkin, healthLiving, healthMind, healthFamily,
    ].flatMap(\.self)

    /// Every opening question that `bot` can be asked, each phrasing with each value of its slots.
    public static func questions(for bot: DemoBot) -> [DemoQuestion] { allQuestions[bot] ?? [] }

    /// How good the answer to `prompt` is, asked after the `earlier` turns of the same user.
    ///
    /// About 62 % of the answers are good, 20 % mediocre and 18 % bad, by a keyed hash of the turns. A question that is
    /// not in the corpus gets a polite way out, which counts as vague.
    public static func quality(of prompt: String, after earlier: [String] = []) -> DemoQuality {
        DemoTurn(earlier + [prompt])?.quality ?? .mediocre(.vague)
    }

    /// The good answer to `prompt`, whatever the bot said; `nil` when the corpus does not have the question.
    public static func goodAnswer(to prompt: String, after earlier: [String] = []) -> String? {
        DemoTurn(earlier + [prompt])?.good
    }

    static func question(_ text: String) -> DemoQuestion? { byText[text] }

    private static let allQuestions: [DemoBot: [DemoQuestion]] = Dictionary(
        uniqueKeysWithValues: DemoBot.allCases.map { bot in
            (bot, bot.intents.flatMap { DemoQuestion.all(of: $0, for: bot) })
        })

    private static let byText: [String: DemoQuestion] = Dictionary(
        allQuestions.values.joined().map { ($0.text, $0) }, uniquingKeysWith: { first, _ in first })
}
