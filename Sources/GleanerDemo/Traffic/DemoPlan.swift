import GleanerCore

/// Everything that a demo run will do, decided before it starts: a pure function of the seed.
struct DemoPlan: Sendable, Hashable {
    struct Conversation: Sendable, Hashable {
        /// Sent as `X-Gleaner-Conversation`.
        let id: String
        /// Sent as `X-Gleaner-End-User`.
        let user: String
        let bot: DemoBot
        let topic: String
        let systemPrompt: String
        let turns: [Turn]
    }

    struct Turn: Sendable, Hashable {
        let prompt: String
        let stream: Bool
        /// Also names the user in the body's `user`.
        let sendsUser: Bool
        let quality: DemoQuality
        let judgements: [DemoJudgement]
        /// Finds its exchange by the provider's completion id instead of Gleaner's.
        let judgesByCompletion: Bool
        /// Judges while the answer is still streaming.
        let judgesEarly: Bool
    }

    static let userCount = 80

    let conversations: [Conversation]

    init(seed: UInt64, conversations count: Int) {
        conversations = (0..<count).map { index in
            var random = SplitMix64(seed: seed, index: index)
            return Self.conversation(index, seed: seed, with: &random)
        }
    }

    private static func conversation(_ index: Int, seed: UInt64, with random: inout SplitMix64) -> Conversation {
        let bot: DemoBot = random.chance(0.6) ? .hinglish : .health
        let questions = DemoCorpus.questions(for: bot)
        let question = questions[Int.random(in: 0..<questions.count, using: &random)]
        var prompts = [question.text]
        for followUp in question.followUps where random.chance(0.85) { prompts.append(followUp) }
        let turns = prompts.indices.map { turn(prompts[$0], after: Array(prompts[..<$0]), with: &random) }
        return Conversation(
            id: "demo-\(String(seed, radix: 36))-\(index + 1)", user: user(with: &random), bot: bot,
            topic: question.topic,
            systemPrompt: systemPrompts(for: bot)[random.chance(0.8) ? 0 : 1], turns: turns)
    }

    private static func turn(_ prompt: String, after earlier: [String], with random: inout SplitMix64) -> Turn {
        let quality = DemoCorpus.quality(of: prompt, after: earlier)
        let stream = random.chance(0.5)
        let sendsUser = random.chance(0.3)
        let judgesByCompletion = random.chance(0.15)
        let judgesEarly = random.chance(0.2)
        let judgements = DemoRaters.judge(
            quality, goodAnswer: DemoCorpus.goodAnswer(to: prompt, after: earlier), with: &random)
        return Turn(
            prompt: prompt, stream: stream, sendsUser: sendsUser, quality: quality, judgements: judgements,
            judgesByCompletion: judgesByCompletion, judgesEarly: stream && !judgesByCompletion && judgesEarly)
    }

    /// Zipf with exponent 1: the second user writes half as often as the first, the third a third as often.
    private static func user(with random: inout SplitMix64) -> String {
        let weights = (1...userCount).map { 1 / Double($0) }
        var left = Double.random(in: 0..<weights.reduce(0, +), using: &random)
        let rank = weights.firstIndex { weight in
            left -= weight
            return left < 0
        }
        return "demo-user-\((rank ?? userCount - 1) + 1)"
    }

    /// Two releases of the bot run side by side, so an export has to choose one system prompt or keep both.
    static func systemPrompts(for bot: DemoBot) -> [String] {
        switch bot {
        case .hinglish:
            [
                "Tum Saathi ho, ek dostana sahayak. Hinglish mein, Roman lipi mein, chhota aur kaam ka jawab do.",
                """
                Tum Saathi ho, ek dostana sahayak. Hinglish mein jawab do, teen-chaar vaakya mein, bina faltu \
                baat ke.
                """,
            ]
        case .health:
            [
                """
                Tum Sehat Saathi ho. Hinglish mein saavdhaan, saral jaankari do. Tum doctor nahi ho; zaroorat ho \
                toh doctor ke paas bhejo.
                """,
                """
                Tum Sehat Saathi ho. Hinglish mein jaankari do, ilaaj tay mat karo, aur khatre ke lakshan hamesha \
                batao.
                """,
            ]
        }
    }
}
