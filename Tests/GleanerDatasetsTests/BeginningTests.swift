import GleanerCore
import Testing

@testable import GleanerDatasets

@Suite("Beginning without traffic")
struct BeginningTests {
    @Test("questions alike by 0.8 of their 5-grams, short ones by 0.6, are one, whatever their case and signs")
    func nearDuplicates() {
        var known = NearDuplicateQuestions()
        let texts = [
            ("How do I make tea at home?", true), ("how do i make TEA, at home??", false),
            ("How do I make coffee at home?", true), ("चाय कैसे बनाते हैं?", true), ("चाय कैसे बनाते हैं", false),
            ("चाय कैसे बेचते हैं?", true), ("ok", true), ("OK!", false),
            // .71: too little for a long text.
            ("Mujhe ghar par masala chai banani hai", true), ("mujhe ghar pe masala chai banani hai", false),
        ]
        for (text, expected) in texts {
            let isNew = known.insert(text)
            #expect(isNew == expected, "\(text)")
        }
    }

    @Test("an exact comparison with every other finds the same")
    func exact() {
        var known = NearDuplicateQuestions()
        var kept: [(grams: Set<UInt64>, isShort: Bool)] = []
        var state: UInt64 = 7
        func random(_ below: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % below
        }
        let words = ["tea", "milk", "water", "sugar", "boil", "add", "please", "how", "when", "cup"]
        var dropped = 0
        for _ in 0..<600 {
            let text = (0..<(6 + random(8))).map { _ in words[random(4) == 0 ? random(10) : random(3)] }.joined(
                separator: " ")
            let scalars = NearDuplicateQuestions.scalars(text)
            let (grams, isShort) = (NearDuplicateQuestions.grams(scalars), scalars.count < 60)
            let isNew = !kept.contains { other, otherIsShort in
                Double(grams.intersection(other).count)
                    >= (isShort && otherIsShort ? 0.6 : 0.8) * Double(grams.union(other).count)
            }
            let isTaken = known.insert(text)
            #expect(isTaken == isNew, "\(text)")
            if isNew { kept.append((grams, isShort)) } else { dropped += 1 }
        }
        #expect(dropped > 50 && kept.count > 50)
    }

    @Test(
        "questions are read from a JSON array, with words around it, and from lines",
        arguments: [
            #"["Chai kaise?","How long?"]"#, "Sure:\n```json\n[\"Chai kaise?\", \"How long?\"]\n```",
            "1. Chai kaise?\n2) How long?\n", "- Chai kaise?\n\n* How long?",
        ])
    func questions(_ text: String) throws {
        let body: JSONValue = ["choices": [["message": ["content": .string(text)], "finish_reason": "stop"]]]
        let answer = try #require(TeacherAnswer(body.canonicalBytes()))
        #expect(answer.isWhole && answer.questions == ["Chai kaise?", "How long?"])
    }

    private func settings(_ count: Int, topics: [String] = ["tea", "coffee"]) throws -> DraftSettings {
        try DraftSettings(system: "S", teacher: "t", provider: "p", topics: topics, examples: [], count: count)
    }
    private func call(
        _ number: Int32, _ state: DraftCall.State, answer: Bool = true, topic: String = "tea", question: String? = nil
    ) -> DraftCall {
        DraftCall(
            number: number, isAnswer: answer, topic: topic, question: question, reply: nil, state: state, exchange: nil,
            answeredAt: nil, promptTokens: nil, completionTokens: nil)
    }

    @Test("a run asks for questions about every topic, then for answers, and at last for nothing")
    func steps() throws {
        let settings = try settings(2)
        guard case .plan(["tea", "coffee"]) = DraftState(settings, []).next(rounds: 3) else {
            return #expect(Bool(false))
        }
        let asked = [call(1, .planned, answer: false), call(2, .planned, answer: false, topic: "coffee")]
        guard case .ask(let first) = DraftState(settings, asked).next(rounds: 3) else { return #expect(Bool(false)) }
        #expect(first.number == 1)
        // One that was under way comes first, and what has been answered is kept before anything is paid for.
        let cut = asked + [call(3, .asked, question: "a?"), call(4, .planned, question: "b?")]
        guard case .ask(let again) = DraftState(settings, cut).next(rounds: 3) else { return #expect(Bool(false)) }
        #expect(again.number == 3)
        let answered = cut + [call(5, .answered, question: "c?")]
        guard case .log(let kept) = DraftState(settings, answered).next(rounds: 3) else { return #expect(Bool(false)) }
        #expect(kept.number == 5)
        let done = [
            call(1, .answered, answer: false), call(2, .planned, answer: false), call(3, .logged), call(4, .logged),
        ]
        guard case .nothing = DraftState(settings, done).next(rounds: 3) else { return #expect(Bool(false)) }
    }

    @Test("a topic gets its share of the questions, and a teacher that repeats itself is not asked for ever")
    func shares() throws {
        let state = DraftState(try settings(10), [call(1, .planned, answer: false)])
        let proposed = (0..<20).map {
            "Question of \(["one", "two", "three", "four", "five"][$0 % 5]) and \($0 * 7919)"
        }
        #expect(state.new(proposed).count == 5)
        let useless = (1...6).map { call($0, .answered, answer: false) }
        guard case .nothing = DraftState(try settings(10), useless).next(rounds: 3) else { return #expect(Bool(false)) }
    }

    @Test("without topics, examples say what it is about; without both there is no draft")
    func settingsRefused() throws {
        #expect(throws: BeginningError.topicsMissing) { try settings(5, topics: [" "]) }
        #expect(throws: BeginningError.countInvalid(0)) { try settings(0) }
        let same = try (settings(5).sha256(), settings(5).sha256(), settings(6).sha256())
        #expect(same.0 == same.1 && same.1 != same.2)
    }
}
