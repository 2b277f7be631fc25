import Foundation
import GleanerCore
import Testing

@testable import GleanerDatasets

@Suite("Judgement, provenance and length")
struct JudgementGateTests {
    private func reason(_ candidate: Candidate, _ change: (inout PromotionPolicy) -> Void) -> String? {
        var policy = PromotionPolicy()
        change(&policy)
        do throws(Exclusion) {
            let passed = try Gates(policy: policy, now: Date()).check(candidate)
            _ = try ExampleMaker(policy: policy, personalData: Digits()).make(
                candidate, isDesirable: passed.isDesirable)
            return nil
        } catch {
            return error.reason
        }
    }
    /// Takes six digits for a code.
    private struct Digits: PersonalDataFinder {
        func kinds(in text: String) -> [String] { text.contains(/\d{6}/) ? ["code"] : [] }
    }
    private func thumbs(up: Int, down: Int = 0) -> Candidate {
        let votes = (0..<(up + down)).map {
            Candidate.Feedback(
                id: "f\($0)", kind: "thumb", rater: "u\($0)", thumb: $0 < up ? 1 : -1, score: nil, body: nil,
                raised: nil)
        }
        return .fixture(reviews: [], feedback: votes)
    }

    @Test(
        "few thumbs prove little: the lower end of Wilson's interval counts, .342 for two of two",
        arguments: [
            (2, 0, 0.35, false), (2, 0, 0.342, true), (4, 0, 0.51, true), (4, 0, 0.52, false), (6, 0, 0.6, true),
            (9, 1, 0.59, true), (9, 1, 0.6, false), (90, 10, 0.82, true),
        ])
    func wilson(up: Int, down: Int, lower: Double, passes: Bool) {
        let found = reason(thumbs(up: up, down: down)) { $0.minimumRating = .init(wilsonLower: lower) }
        #expect(found == (passes ? nil : "rating_too_low"))
    }

    @Test("so many reviewers, so many raters")
    func counts() {
        #expect(reason(.fixture(reviews: [.fixture(5)])) { $0.minimumReviews = 2 } == "too_few_reviews")
        let second = Candidate.Review(id: "s", reviewer: "ravi", lowest: 5, scores: .null, correction: nil)
        #expect(reason(.fixture(reviews: [.fixture(5), second])) { $0.minimumReviews = 2 } == nil)
        // Twice the same person is one.
        #expect(reason(.fixture(reviews: [.fixture(5), .fixture(4)])) { $0.minimumReviews = 2 } == "too_few_reviews")
        #expect(reason(thumbs(up: 2)) { $0.minimumRating = .init(netThumbs: 1, raters: 3) } == "too_few_raters")
        #expect(reason(thumbs(up: 3)) { $0.minimumRating = .init(netThumbs: 1, raters: 3) } == nil)
    }

    @Test("what a fine-tune wrote is learnt only when a person looked at it, and only from shallow ones")
    func generations() {
        var rated = thumbs(up: 5)
        rated.generation = 1
        #expect(reason(rated) { $0.minimumRating = .init(netThumbs: 1) } == "unreviewed_fine_tune")
        var reviewed = Candidate.fixture()
        reviewed.generation = 1
        #expect(reason(reviewed) { _ in } == nil)
        #expect(reason(reviewed) { $0.maximumGeneration = 0 } == "generation")
        reviewed.generation = 2
        #expect(reason(reviewed) { _ in } == "generation")
        var corrected = Candidate.fixture(reviews: [.fixture(2, correction: "Behtar.")])
        corrected.generation = 5
        #expect(reason(corrected) { _ in } == nil)
    }

    @Test("slices choose by language, route and tags")
    func slices() {
        var candidate = Candidate.fixture()
        candidate.language = "hi-Latn"
        candidate.route = "assistant"
        candidate.tags = ["beta", "synthetic"]
        #expect(reason(candidate) { $0.slices.promptLanguages = ["hi-Latn", "hi-en"] } == nil)
        #expect(reason(candidate) { $0.slices.promptLanguages = ["en"] } == "slice")
        #expect(reason(candidate) { $0.slices.answerLanguages = ["en"] } == "slice")
        #expect(reason(candidate) { $0.slices.routes = ["other"] } == "slice")
        #expect(reason(candidate) { $0.slices.tags = ["x", "beta"] } == nil)
        #expect(reason(candidate) { $0.slices.tags = ["x"] } == "slice")
        #expect(reason(candidate) { $0.slices.withoutTags = ["synthetic"] } == "slice")
    }

    @Test("answers of a length, and no personal data in any turn")
    func lines() {
        #expect(reason(.fixture()) { $0.answerCharacters = .init(minimum: 6) } == "answer_length")
        #expect(reason(.fixture()) { $0.answerCharacters = .init(maximum: 4) } == "answer_length")
        #expect(reason(.fixture()) { $0.answerCharacters = .init(minimum: 5, maximum: 5) } == nil)
        let code = Candidate.fixture(messages: [["role": "user", "content": "Mera OTP 482913 hai"]])
        #expect(reason(code) { _ in } == "personal_data")
        #expect(reason(code) { $0.personalData = .ignored } == nil)
    }

    @Test("only corrected answers, where a policy asks for that")
    func correctionOnly() {
        #expect(reason(.fixture()) { $0.answer = .correctionOnly } == "not_corrected")
        #expect(reason(.fixture(reviews: [.fixture(1, correction: "Sahi.")])) { $0.answer = .correctionOnly } == nil)
    }
}
