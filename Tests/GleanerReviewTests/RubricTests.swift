import AsyncPostgres
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerReview

@Suite("Rubrics and verdicts")
struct VerdictTests {
    private let rubric = Rubric(
        name: "safety", version: 3,
        document: RubricDocument(questions: [
            RubricQuestion(name: "accuracy", text: "Right?"),
            RubricQuestion(name: "tone", text: "Kind?", required: false),
            RubricQuestion(
                name: "action", kind: .choice, text: "What now?",
                options: [.init(value: "keep", label: "Keep"), .init(value: "drop", label: "Drop")]),
            RubricQuestion(
                name: "errors", kind: .choices, text: "Which?", required: false,
                options: [.init(value: "fact", label: "Fact"), .init(value: "style", label: "Style")]),
            RubricQuestion(name: "why", kind: .text, text: "Why?", required: false),
        ]))

    @Test("what was asked is kept, in one form; texts that say nothing are none, and the lowest score counts")
    func kept() throws {
        let verdict = try ReviewVerdict(
            ReviewAnswers(
                scores: ["accuracy": 5, "tone": 2],
                answers: ["action": "keep", "errors": ["style", "fact", "style"], "why": " \n"], correction: " \n\t",
                comment: ""), against: rubric)
        #expect(verdict.rubric == "safety@3")
        #expect(verdict.answersDocument == ["action": "keep", "errors": ["fact", "style"]])
        #expect(verdict.correction == nil)
        #expect(verdict.comment == nil)
        #expect(verdict.lowest == 2)
        let least = try ReviewVerdict(
            ReviewAnswers(scores: ["accuracy": 4], answers: ["action": "drop", "errors": nil]), against: rubric)
        #expect(least.answersDocument == ["action": "drop"])
    }

    @Test("a verdict needs every required question, and no other")
    func questions() {
        func verdict(_ scores: [String: Int], _ answers: [String: JSONValue] = ["action": "keep"]) throws {
            _ = try ReviewVerdict(ReviewAnswers(scores: scores, answers: answers), against: rubric)
        }
        #expect(throws: ReviewError.questionUnanswered("accuracy", rubric: "safety@3")) { try verdict(["tone": 3]) }
        #expect(throws: ReviewError.questionUnanswered("action", rubric: "safety@3")) {
            try verdict(["accuracy": 3], [:])
        }
        #expect(throws: ReviewError.questionUnknown("charm", rubric: "safety@3")) {
            try verdict(["accuracy": 3, "charm": 1, "zeal": 1])
        }
        #expect(throws: ScoreError.outOfRange) { try verdict(["accuracy": 6]) }
        for wrong: [String: JSONValue] in [
            ["action": "burn"], ["action": ["keep"]], ["action": 1], ["action": "keep", "errors": "fact"],
            ["action": "keep", "errors": ["fact", 1]], ["action": "keep", "why": ["a"]],
            ["action": "keep", "tone": "kind"],
        ] {
            #expect(throws: ReviewError.self) { try verdict(["accuracy": 3], wrong) }
        }
        #expect(throws: ReviewError.answerInvalid("action")) { try verdict(["accuracy": 3, "action": 4]) }
    }

    @Test("a text fits up to 64 KiB in bytes, whatever its script", arguments: ["correction", "comment"])
    func length(_ field: String) throws {
        func verdict(_ text: String) throws -> ReviewVerdict {
            try ReviewVerdict(
                .all(4, correction: field == "correction" ? text : nil, comment: field == "comment" ? text : nil),
                against: .standard)
        }
        let fits = String(repeating: "é", count: 32 << 10)
        let kept = try verdict(fits)
        #expect((kept.correction ?? kept.comment) == fits)
        #expect(throws: ReviewError.textInvalid(field)) { try verdict(fits + "x") }
        #expect(throws: ReviewError.textInvalid(field)) { try verdict("a\0") }
    }

    @Test("both defaults are good rubrics; the first asks three questions, the second also how natural it sounds")
    func defaults() throws {
        for rubric in Rubric.builtIn { try rubric.document.validate() }
        #expect(Rubric.firstDefault.questions.map(\.name) == ["relevance", "accuracy", "appropriateness"])
        #expect(
            Rubric.standard.questions.map(\.name) == ["relevance", "accuracy", "appropriateness", "natural_language"])
        #expect(Rubric.parts(of: "a@b@12").map { "\($0)" } == #"(name: "a@b", version: 12)"#)
        for wrong in ["a", "a@", "a@0", "a@-1", "a@x"] { #expect(Rubric.parts(of: wrong) == nil) }
    }

    @Test("a rubric that nobody could answer is refused")
    func invalid() {
        func refused(_ questions: [RubricQuestion], _ guidelines: String = "") -> Bool {
            (try? RubricDocument(guidelines: guidelines, questions: questions).validate()) == nil
        }
        let good = RubricQuestion(name: "a", text: "A?")
        #expect(!refused([good]))
        #expect(refused([]))
        #expect(refused([good, good]))
        #expect(refused([RubricQuestion(name: "a", text: "A?", required: false)]))
        #expect(refused([RubricQuestion(name: "A b", text: "A?")]))
        #expect(refused([RubricQuestion(name: "a", text: "")]))
        #expect(refused([RubricQuestion(name: "a", text: "A?", anchors: ["6": "x"])]))
        #expect(refused([good, RubricQuestion(name: "b", kind: .choice, text: "B?")]))
        #expect(
            refused([
                good,
                RubricQuestion(
                    name: "b", kind: .text, text: "B?",
                    options: [.init(value: "x", label: "X"), .init(value: "y", label: "Y")]),
            ]))
        #expect(refused([good], "a\0"))
    }

    @Test("judgements that are far apart call for one more, and that one settles it or a lead must")
    func standing() {
        func of(_ points: [Int], waiting: Int = 0, third: Bool = false) -> ItemStanding {
            ItemStanding.of(points.map { ["accuracy": $0, "tone": 3] }, waiting: waiting, spread: 2, hasThird: third)
        }
        #expect(of([5], waiting: 1) == .open)
        #expect(of([5]) == .agreed)
        #expect(of([]) == .agreed)
        #expect(of([5, 4]) == .agreed)
        #expect(of([5, 3]) == .third)
        #expect(of([5, 3], waiting: 1, third: true) == .third)
        #expect(of([5, 3, 5], third: true) == .agreed)
        #expect(of([5, 3, 4], third: true) == .agreed)
        #expect(of([5, 3, 1], third: true) == .disputed)
        #expect(of([5, 1], third: true) == .disputed)
    }
}

@Suite("Rubrics of projects", .database)
struct RubricStoreTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    @Test("a changed rubric is a new version, the same one is none, and other projects know nothing of it")
    func versions() async throws {
        let mine = try await StoredExchanges(pool: pool, project: "mine")
        let theirs = try await StoredExchanges(pool: pool, project: "theirs")
        let service = RubricService(pool: pool)
        var document = RubricDocument(guidelines: "Be *kind*.", questions: [RubricQuestion(name: "a", text: "A?")])
        let first = try await service.add(document, named: "safety", in: mine.project, by: "lead")
        #expect(first.reference == "safety@1")
        #expect(try await service.add(document, named: "safety", in: mine.project, by: "lead") == first)
        document.questions.append(RubricQuestion(name: "b", text: "B?", required: false))
        #expect(try await service.add(document, named: "safety", in: mine.project, by: "lead").version == 2)
        #expect(try await service.add(document, named: "default", in: mine.project, by: "lead").version == 3)
        #expect(
            try await service.all(of: mine.project).map(\.reference)
                == ["default@3", "default@2", "default@1", "safety@2", "safety@1"])
        #expect(try await service.rubric("safety@1", in: mine.project) == first)
        await #expect(throws: ReviewError.rubricUnknown) {
            try await service.rubric("safety@1", in: theirs.project)
        }
        await #expect(throws: ReviewError.rubricUnknown) {
            try await service.set(ReviewSettings(rubric: "safety@1"), of: theirs.project, by: "lead")
        }
    }

    @Test("an item is judged by the rubric it was lent with, also when the project's changes meanwhile")
    func meanwhile() async throws {
        let world = try await StoredExchanges.drawn(1) { $0.rubric = "default@1" }
        let service = ReviewService(pool: pool)
        let item = try #require(try await service.next(for: "asha", in: world.project))
        #expect(item.rubric.reference == "default@1")
        try await world.settings { $0.rubric = "default@2" }
        let three = ReviewAnswers(scores: ["relevance": 4, "accuracy": 4, "appropriateness": 4])
        _ = try await service.submit(three, slot: item.slot, token: item.leaseToken, in: world.project)
        let row = try await pool.query("SELECT rubric FROM gleaner.reviews")[0]
        #expect(try row.decode("rubric", as: String.self) == "default@1")
    }

    @Test("settings out of range are refused by their name")
    func settings() async throws {
        let world = try await StoredExchanges(pool: pool)
        for (name, settings) in [
            ("slots", ReviewSettings(slots: 6)), ("gold_share", ReviewSettings(goldShare: 0.6)),
            ("double_review_share", ReviewSettings(doubleReviewShare: -1)),
            ("lease_seconds", ReviewSettings(leaseSeconds: 1)), ("undo_minutes", ReviewSettings(undoMinutes: -1)),
            ("disagreement_spread", ReviewSettings(disagreementSpread: 5)),
        ] {
            let error = await #expect(throws: ReviewError.self) {
                try await RubricService(pool: pool).set(settings, of: world.project, by: "lead")
            }
            guard case .settingInvalid(name, _)? = error else {
                Issue.record("\(name): \(error as Any)")
                continue
            }
        }
    }
}
