import Foundation
import GleanerCore
import Testing

@testable import GleanerDatasets

extension Candidate {
    /// One that every default gate lets pass.
    static func fixture(
        endpoint: String = "/v1/chat/completions", status: String = "completed", httpStatus: Int? = 200,
        isComplete: Bool = true, finishReason: String? = "stop", receivedAt: Date = Date(),
        messages: [JSONValue]? = [["role": "system", "content": "Old."], ["role": "user", "content": "Chai?"]],
        answer: JSONValue? = ["role": "assistant", "content": "Haan."], tools: JSONValue? = nil,
        reviews: [Review] = [.fixture(5)], feedback: [Feedback] = [], moderation: Moderation = Moderation()
    ) -> Candidate {
        Candidate(
            id: .new(), receivedAt: receivedAt, endpoint: endpoint, status: status, httpStatus: httpStatus,
            isComplete: isComplete, finishReason: finishReason, conversation: "c", endUser: "u", servedModel: "m",
            messages: messages, answer: answer, tools: tools, parallelToolCalls: nil, reviews: reviews,
            said: feedback, moderation: moderation)
    }
}

extension Candidate.Review {
    static func fixture(_ lowest: Int, correction: String? = nil) -> Self {
        Self(
            id: "r", reviewer: "asha", lowest: lowest, scores: ["relevance": .integer(Int64(lowest))],
            correction: correction)
    }
}

extension Candidate.Feedback {
    static func thumb(_ value: Int) -> Self {
        Self(id: "f", kind: "thumb", rater: nil, thumb: value, score: nil, body: nil, raised: nil)
    }
    static func score(_ value: Int) -> Self {
        Self(id: "f", kind: "score", rater: nil, thumb: nil, score: value, body: nil, raised: nil)
    }
    static func flag(_ raised: Bool) -> Self {
        Self(id: "f", kind: "flag", rater: nil, thumb: nil, score: nil, body: nil, raised: raised)
    }
    static func correction(_ text: String) -> Self {
        Self(id: "f", kind: "correction", rater: nil, thumb: nil, score: nil, body: text, raised: nil)
    }
}

@Suite("Gates")
struct GateTests {
    private func reason(_ candidate: Candidate, _ change: (inout PromotionPolicy) -> Void = { _ in }) -> String? {
        var policy = PromotionPolicy()
        change(&policy)
        do throws(Exclusion) {
            _ = try Gates(policy: policy, now: Date()).check(candidate)
            _ = try ExampleMaker(policy: policy).make(candidate)
            return nil
        } catch {
            #expect(!error.detail.isEmpty)
            return error.reason
        }
    }

    @Test(
        "what moderation flagged, blocked or could not judge is left out, unless the policy ignores it",
        arguments: ["unknown", "flag", "redact", "block"], ["prompt", "response"])
    func moderated(_ action: String, _ side: String) {
        var moderation = Candidate.Moderation(actions: ["prompt": "allow", "response": "allow"])
        #expect(reason(.fixture(moderation: moderation)) == nil)
        moderation.actions[side] = action
        #expect(reason(.fixture(moderation: moderation)) == "moderation")
        #expect(reason(.fixture(moderation: moderation)) { $0.moderation = .ignored } == nil)
        moderation.isRedacted = true
        #expect(reason(.fixture(moderation: moderation)) == (action == "redact" ? nil : "moderation"))
    }

    @Test("without a policy of the project's own, what was never judged passes; with one, both sides must be")
    func unjudged() {
        #expect(reason(.fixture()) == nil)
        #expect(reason(.fixture(moderation: .init(isRequired: true))) == "moderation")
        #expect(reason(.fixture(moderation: .init(isRequired: true, actions: ["prompt": "allow"]))) == "moderation")
        let both = ["prompt": "allow", "response": "allow"]
        #expect(reason(.fixture(moderation: .init(isRequired: true, actions: both))) == nil)
    }

    @Test("a well reviewed exchange passes")
    func passes() { #expect(reason(.fixture()) == nil) }

    @Test("each gate stops what it is there for, and says its name")
    func stops() {
        #expect(reason(.fixture(endpoint: "/v1/embeddings")) == "endpoint")
        #expect(reason(.fixture(status: "client_gone")) == "error_answer")
        #expect(reason(.fixture(httpStatus: 500)) == "error_answer")
        #expect(reason(.fixture(isComplete: false)) == "not_complete")
        #expect(reason(.fixture(finishReason: "length")) == "finish_reason")
        #expect(reason(.fixture(finishReason: nil)) == "finish_reason")
        #expect(reason(.fixture(messages: nil)) == "unreadable")
        #expect(reason(.fixture(answer: nil)) == "unreadable")
        #expect(reason(.fixture(feedback: [.flag(true)])) == "open_flag")
        #expect(reason(.fixture(feedback: [.flag(false)])) == nil)
        #expect(reason(.fixture(feedback: [.flag(true)])) { $0.noOpenFlag = false } == nil)
        #expect(
            reason(.fixture(receivedAt: Date(timeIntervalSinceNow: -3 * 86_400))) { $0.maximumAgeDays = 2 } == "too_old"
        )
        #expect(reason(.fixture(receivedAt: Date(timeIntervalSinceNow: -1 * 86_400))) { $0.maximumAgeDays = 2 } == nil)
        #expect(reason(.fixture(reviews: [.fixture(3)])) == "review_too_low")
        #expect(reason(.fixture(reviews: [.fixture(5), .fixture(2)])) == "review_too_low")
        #expect(reason(.fixture(reviews: [.fixture(3)])) { $0.minimumReviewScore = 3 } == nil)
        #expect(reason(.fixture(reviews: [], feedback: [.thumb(1)])) == "not_reviewed")
        #expect(reason(.fixture(answer: ["role": "assistant", "content": ""])) == "no_assistant_answer")
        #expect(
            reason(
                .fixture(answer: ["role": "assistant", "content": .string(String(repeating: "word ", count: 20_000))]))
                == "too_long")
        #expect(reason(.fixture(messages: [["role": "critic", "content": "x"]])) == "unknown_role")
    }

    @Test("what a provider would refuse is left out with the checker's own word for it")
    func invalid() {
        func detail(_ candidate: Candidate) -> String? {
            do throws(Exclusion) {
                _ = try ExampleMaker(policy: PromotionPolicy()).make(candidate)
                return nil
            } catch {
                #expect(error.reason == "invalid_example")
                return error.detail.split(separator: ":").first.map(String.init)
            }
        }
        let call: JSONValue = ["id": "t", "type": "function", "function": ["name": "f", "arguments": "{"]]
        #expect(detail(.fixture(messages: [["role": "user", "content": nil]])) == "missing_content")
        #expect(detail(.fixture(answer: ["role": "user", "content": "x"])) == "example_missing_assistant_message")
        #expect(detail(.fixture(answer: ["role": "assistant", "tool_calls": [call]])) == "arguments_not_json")
        #expect(detail(.fixture()) == nil)
    }

    @Test("ratings count only where the policy says what they must be, and a bad review outweighs them")
    func ratings() {
        let rated = Candidate.fixture(reviews: [], feedback: [.thumb(1), .thumb(1), .thumb(-1)])
        #expect(reason(rated) { $0.minimumRating = .init(netThumbs: 1) } == nil)
        #expect(reason(rated) { $0.minimumRating = .init(netThumbs: 2) } == "rating_too_low")
        #expect(reason(rated) { $0.minimumRating = .init(meanScore: 4) } == "rating_too_low")
        let scored = Candidate.fixture(reviews: [], feedback: [.score(5), .score(4)])
        #expect(reason(scored) { $0.minimumRating = .init(meanScore: 4.5) } == nil)
        let loved = Candidate.fixture(reviews: [.fixture(1)], feedback: [.thumb(1), .thumb(1)])
        #expect(reason(loved) { $0.minimumRating = .init(netThumbs: 1) } == "review_too_low")
    }

    @Test("a correction takes the answer's place and passes where the original would not")
    func corrections() throws {
        let corrected = Candidate.fixture(finishReason: "length", reviews: [.fixture(1, correction: "Behtar.")])
        #expect(reason(corrected) == nil)
        let example = try ExampleMaker(policy: PromotionPolicy()).make(corrected)
        #expect(String(decoding: example.line, as: UTF8.self).contains("Behtar."))
        #expect(example.answerSource == "reviewer_correction")
        #expect(reason(corrected) { $0.answer = .original } == "finish_reason")
        let byUser = Candidate.fixture(reviews: [.fixture(2)], feedback: [.correction("Mera.")])
        #expect(reason(byUser) == "review_too_low")
        // A review outweighs what nobody has read.
        #expect(reason(byUser) { $0.acceptUserCorrections = true } == "review_too_low")
        var accepting = PromotionPolicy()
        accepting.acceptUserCorrections = true
        let approved = Candidate.fixture(reviews: [.fixture(5)], feedback: [.correction("Mera.")])
        #expect(try ExampleMaker(policy: accepting).make(approved).answerSource == "original")
        let unseen = Candidate.fixture(reviews: [], feedback: [.correction("Mera.")])
        #expect(reason(unseen) { $0.acceptUserCorrections = true } == nil)
        #expect(try ExampleMaker(policy: accepting).make(unseen).answerSource == "user_correction")
    }

    // MARK: Lines

    private func line(_ candidate: Candidate, _ change: (inout PromotionPolicy) -> Void = { _ in }) throws -> JSONValue
    {
        var policy = PromotionPolicy()
        change(&policy)
        return try JSONValue(parsing: try ExampleMaker(policy: policy).make(candidate).line)
    }

    @Test("the system prompt is kept, replaced by one for all, or dropped")
    func systemPrompt() throws {
        let messages: [JSONValue] = [
            ["role": "developer", "content": "Old."], ["role": "user", "content": "Chai?"],
        ]
        let candidate = Candidate.fixture(messages: messages)
        #expect(try line(candidate)["messages"]?.arrayValue?[0] == ["role": "system", "content": "Old."])
        let replaced = try line(candidate) { $0.systemPrompt = .init(mode: .replace, text: "New.") }
        #expect(replaced["messages"]?.arrayValue?.map { $0["content"]?.stringValue } == ["New.", "Chai?", "Haan."])
        let dropped = try line(candidate) { $0.systemPrompt = .init(mode: .drop) }
        #expect(dropped["messages"]?.arrayValue?.map { $0["role"]?.stringValue } == ["user", "assistant"])
    }

    @Test("earlier answers are context without loss, and members that trainers refuse are left out")
    func history() throws {
        let candidate = Candidate.fixture(
            messages: [
                ["role": "user", "content": "a"], ["role": "assistant", "content": "b", "reasoning_content": "secret"],
                ["role": "user", "content": "c", "cache": true],
            ], answer: ["role": "assistant", "content": "d", "refusal": nil, "annotations": []])
        #expect(
            try line(candidate)["messages"] == [
                ["role": "user", "content": "a"], ["role": "assistant", "content": "b", "weight": 0],
                ["role": "user", "content": "c"], ["role": "assistant", "content": "d"],
            ])
        let trained = try line(candidate) { $0.trainOnHistory = true }
        #expect(trained["messages"]?.arrayValue?[1] == ["role": "assistant", "content": "b"])
    }

    @Test("tools go into the line, and calls without answers keep an exchange out")
    func tools() throws {
        let call: JSONValue = ["id": "t1", "type": "function", "function": ["name": "f", "arguments": "{}"]]
        let asked: JSONValue = ["role": "assistant", "content": nil, "tool_calls": [call]]
        let answered = Candidate.fixture(
            messages: [
                ["role": "user", "content": "x"], asked, ["role": "tool", "tool_call_id": "t1", "content": "31"],
            ],
            tools: [["type": "function", "function": ["name": "f"]]])
        let made = try line(answered)
        #expect(made["tools"] == [["type": "function", "function": ["name": "f"]]])
        #expect(Set((made.objectValue ?? [:]).keys) == ["messages", "tools"])
        #expect(reason(.fixture(messages: [["role": "user", "content": "x"], asked])) == "tool_call_unanswered")
        let stray: [JSONValue] = [
            ["role": "user", "content": "x"], ["role": "tool", "tool_call_id": "t9", "content": "31"],
        ]
        #expect(reason(.fixture(messages: stray)) == "tool_answer_without_call")
        #expect(reason(.fixture(finishReason: "tool_calls", answer: asked)) == nil)
    }
}

@Suite("Policies")
struct PolicyTests {
    private func parse(_ text: String) throws(PolicyError) -> PromotionPolicy {
        try PromotionPolicy(parsing: Array(text.utf8))
    }

    @Test("an empty document is the default policy, and its document says everything")
    func defaults() throws {
        let policy = try parse("{}")
        #expect(policy == PromotionPolicy())
        #expect(try policy.document["minimum_review_score"] == 4)
        #expect(try PromotionPolicy(parsing: policy.document.canonicalBytes()) == policy)
    }

    @Test(
        "what a policy cannot be is named",
        arguments: [
            ("[]", PolicyError.wrongType("")), ("{", .notJSON), (#"{"minimum_score":4}"#, .unknown("minimum_score")),
            (#"{"minimum_review_score":"4"}"#, .wrongType("minimum_review_score")),
            (#"{"answer":"best"}"#, .wrongType("answer")),
            (#"{"minimum_review_score":6}"#, .outOfRange("minimum_review_score", wanted: "1 to 5")),
            (#"{"validation_share":0.9}"#, .outOfRange("validation_share", wanted: "0 to 0.5")),
            (
                #"{"system_prompt":{"mode":"replace"}}"#,
                .outOfRange("system_prompt", wanted: "a text with `replace`, and only then")
            ),
            (
                #"{"minimum_rating":{}}"#,
                .outOfRange("minimum_rating", wanted: "net_thumbs, mean_score, wilson_lower or several of them")
            ),
            (#"{"minimum_rating":{"net_thumb":1}}"#, .unknown("minimum_rating.net_thumb")),
            (#"{"minimum_rating":{"net_thumbs":1,"mean":4}}"#, .unknown("minimum_rating.mean")),
            (
                #"{"minimum_rating":{"mean_score":50}}"#,
                .outOfRange("minimum_rating", wanted: "a mean_score from 1 to 5")
            ),
            (#"{"system_prompt":{"mode":"keep","txt":"x"}}"#, .unknown("system_prompt.txt")),
            (#"{"endpoints":["\u0000"]}"#, .outOfRange("endpoints", wanted: "free of U+0000")),
            (#"{"finish_reasons":["\u0000"]}"#, .outOfRange("finish_reasons", wanted: "free of U+0000")),
            (#"{"maximum_examples":0}"#, .outOfRange("maximum_examples", wanted: "above 0, or left out")),
        ])
    func refused(_ text: String, _ error: PolicyError) { #expect(throws: error) { try parse(text) } }
}

@Suite("Estimates")
struct EstimateTests {
    @Test(
        "epochs follow the cookbook's rule",
        arguments: [
            (1, 25), (4, 25), (5, 20), (10, 10), (20, 5), (30, 3), (33, 3), (34, 3), (100, 3), (8333, 3), (8334, 2),
            (10_000, 2),
            (25_000, 1), (30_000, 1),
        ])
    func epochs(_ examples: Int, _ epochs: Int) { #expect(EpochEstimate.epochs(examples: examples) == epochs) }

    @Test("billed tokens are cut at the limit and counted once an epoch")
    func billed() { #expect(EpochEstimate.billedTokens(Array(repeating: 100, count: 10), maximumTokens: 60) == 6000) }

    @Test(
        "the estimate never exceeds the bound by much, and the bound is the bytes",
        arguments: ["", "hello world", "नमस्ते दुनिया", "👋🏽"])
    func bound(_ text: String) {
        let tokens = TokenEstimate.text(text)
        #expect(tokens.upperBound == text.utf8.count)
        #expect(tokens.estimate <= tokens.upperBound)
    }
}
