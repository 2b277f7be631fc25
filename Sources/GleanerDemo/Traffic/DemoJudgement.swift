import GleanerCore

/// What a simulated user says about one answer.
enum DemoJudgement: Sendable, Hashable {
    case thumb(up: Bool)
    /// 1…5.
    case score(Int)
    case comment(String)
    case correction(String)
    case flag(String)
}

/// How the silent majority is simulated: few answers are judged, bad ones more often than good ones, and some raters
/// press the wrong thumb. The rates are the demo's own: with the truth known, estimates can be compared with it.
struct DemoRaters: Sendable {
    /// Share of answers that get any judgement.
    static func rate(of quality: DemoQuality) -> Double {
        switch quality {
        case .good: 0.08
        case .mediocre: 0.05
        case .bad: 0.22
        }
    }

    /// Share of raters who press the wrong thumb.
    static let noise = 0.07

    /// - Returns: nothing, most of the time.
    static func judge(
        _ quality: DemoQuality, goodAnswer: String?, with random: inout SplitMix64
    ) -> [DemoJudgement] {
        guard random.chance(rate(of: quality)) else { return [] }
        let pleased = isPleasing(quality, with: &random) != random.chance(noise)
        var judgements: [DemoJudgement] = []
        if random.chance(0.18) {
            judgements.append(
                .score(pleased ? Int.random(in: 4...5, using: &random) : Int.random(in: 1...2, using: &random)))
        } else {
            judgements.append(.thumb(up: pleased))
        }
        if random.chance(0.2) { judgements.append(.comment(comment(on: quality, pleased: pleased, with: &random))) }
        if case .bad(let flaw) = quality, !pleased {
            if random.chance(0.15), let goodAnswer { judgements.append(.correction(goodAnswer)) }
            if flaw == .wrong, random.chance(0.4) { judgements.append(.flag("Yeh salaah nuksaan kar sakti hai.")) }
            if flaw == .rude, random.chance(0.3) { judgements.append(.flag("Badtameezi wala jawab.")) }
        }
        return judgements
    }

    private static func isPleasing(_ quality: DemoQuality, with random: inout SplitMix64) -> Bool {
        switch quality {
        case .good: true
        case .mediocre: random.chance(0.5)
        case .bad: false
        }
    }

    private static func comment(on quality: DemoQuality, pleased: Bool, with random: inout SplitMix64) -> String {
        let pleasedWords: [String] = [
            "Bahut kaam ka jawab, shukriya.", "Ekdum sahi bataya.", "Aasaan bhasha mein samjha diya, accha laga.",
        ]
        if pleased { return pleasedWords.randomElement(using: &random) ?? pleasedWords[0] }
        guard case .bad(let flaw) = quality else { return "Thoda aur khul kar batana tha." }
        return switch flaw {
        case .wrong: "Yeh toh galat hai."
        case .english: "Hinglish mein poocha tha, English mein jawab aaya."
        case .mixedSpelling: "Spelling har jagah alag hai, padhna mushkil."
        case .offTopic: "Maine yeh poocha hi nahi tha."
        case .truncated: "Jawab adhura hai."
        case .rude: "Tameez se jawab do."
        case .repetition: "Ek hi baat baar baar."
        }
    }
}
