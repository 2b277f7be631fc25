import Foundation
import GleanerCore
import Testing

@testable import GleanerDatasets

@Suite("Policy documents")
struct PolicyRangeTests {
    private func parse(_ text: String) throws(PolicyError) -> PromotionPolicy {
        try PromotionPolicy(parsing: Array(text.utf8))
    }

    @Test("every member is read, and written back as it was")
    func everyMember() throws {
        let policy = try parse(
            #"""
            {"name":"strict","minimum_review_score":5,"minimum_rating":{"net_thumbs":-2,"mean_score":4.5},
             "no_open_flag":false,"answer":"original","accept_user_corrections":true,
             "system_prompt":{"mode":"replace","text":"Tum ek chai wale ho."},"endpoints":["/v1/completions"],
             "finish_reasons":["length"],"maximum_tokens":100,"maximum_age_days":7,"validation_share":0.5,
             "train_on_history":true,"maximum_per_end_user":2,"maximum_examples":3,"kind":"unpaired",
             "minimum_reviews":2,"undesirable":{"maximum_review_score":1,"net_thumbs":null},"moderation":"ignored",
             "personal_data":"ignored","slices":{"prompt_languages":["hi-en"],"answer_languages":["en"],"routes":["r"],
             "tags":["t"],"without_tags":["synthetic"]},"answer_characters":{"minimum":1,"maximum":9},
             "maximum_generation":0,"holdout_share":0.25,"split_by":"end_user",
             "near_duplicates":{"prompt":{"similarity":0.9,"short_similarity":0.5,"keep":null},"answer":{"keep":1}},
             "decontamination":{"on_hit":"fail","benchmarks":["b"]},"maximum_per_conversation":4,"maximum_per_rater":5,
             "maximum_per_system_prompt":6,"maximum_per_language":7,"maximum_per_model":8,"minimum_anchor_share":0.5,
             "approvals":2}
            """#)
        var expected = PromotionPolicy()
        expected.name = "strict"
        expected.minimumReviewScore = 5
        expected.minimumRating = .init(netThumbs: -2, meanScore: 4.5)
        expected.noOpenFlag = false
        expected.answer = .original
        expected.acceptUserCorrections = true
        expected.systemPrompt = .init(mode: .replace, text: "Tum ek chai wale ho.")
        expected.endpoints = ["/v1/completions"]
        expected.finishReasons = ["length"]
        expected.maximumTokens = 100
        expected.maximumAgeDays = 7
        expected.validationShare = 0.5
        expected.trainOnHistory = true
        expected.maximumPerEndUser = 2
        expected.maximumExamples = 3
        expected.kind = .unpaired
        expected.minimumReviews = 2
        expected.undesirable.maximumReviewScore = 1
        expected.undesirable.netThumbs = nil
        expected.moderation = .ignored
        expected.personalData = .ignored
        expected.slices.promptLanguages = ["hi-en"]
        expected.slices.answerLanguages = ["en"]
        expected.slices.routes = ["r"]
        expected.slices.tags = ["t"]
        expected.slices.withoutTags = ["synthetic"]
        expected.answerCharacters = .init(minimum: 1, maximum: 9)
        expected.maximumGeneration = 0
        expected.holdoutShare = 0.25
        expected.splitBy = .endUser
        expected.nearDuplicates.prompt.similarity = 0.9
        expected.nearDuplicates.prompt.shortSimilarity = 0.5
        expected.nearDuplicates.prompt.keep = nil
        expected.nearDuplicates.answer.keep = 1
        expected.decontamination.onHit = .fail
        expected.decontamination.benchmarks = ["b"]
        expected.maximumPerConversation = 4
        expected.maximumPerRater = 5
        expected.maximumPerSystemPrompt = 6
        expected.maximumPerLanguage = 7
        expected.maximumPerModel = 8
        expected.minimumAnchorShare = 0.5
        expected.approvals = 2
        #expect(policy == expected)
        #expect(try parse(String(decoding: policy.document.canonicalBytes(), as: UTF8.self)) == policy)
        #expect(
            try policy.document.objectValue?.keys.sorted()
                == PromotionPolicy.CodingKeys.allCases.map(\.rawValue).sorted())
    }

    @Test("null is the default, wherever it stands; for a cap it means that there is none")
    func nulls() throws {
        let members = PromotionPolicy.CodingKeys.allCases.map { "\"\($0.rawValue)\":null" }.joined(separator: ",")
        var expected = PromotionPolicy()
        expected.maximumPerEndUser = nil
        expected.maximumPerConversation = nil
        expected.maximumPerRater = nil
        #expect(try parse("{\(members)}") == expected)
        #expect(try parse(#"{"near_duplicates":{"prompt":{"keep":null}}}"#).nearDuplicates.prompt.keep == nil)
        #expect(try parse(#"{"undesirable":{"net_thumbs":null}}"#).undesirable.netThumbs == nil)
    }

    @Test(
        "a value out of range is named with what is wanted",
        arguments: [
            (#"{"name":""}"#, "name"), (#"{"name":"a\u0000"}"#, "name"),
            (#"{"name":"\#(String(repeating: "x", count: 65))"}"#, "name"),
            (#"{"minimum_review_score":0}"#, "minimum_review_score"),
            (#"{"validation_share":-0.1}"#, "validation_share"), (#"{"validation_share":0.51}"#, "validation_share"),
            (#"{"maximum_tokens":0}"#, "maximum_tokens"), (#"{"endpoints":[]}"#, "endpoints"),
            (#"{"finish_reasons":[]}"#, "finish_reasons"), (#"{"maximum_age_days":0}"#, "maximum_age_days"),
            (#"{"maximum_per_end_user":-1}"#, "maximum_per_end_user"),
            (#"{"system_prompt":{"mode":"replace","text":""}}"#, "system_prompt"),
            (#"{"system_prompt":{"mode":"keep","text":"x"}}"#, "system_prompt"),
            (#"{"system_prompt":{"mode":"replace","text":"a\u0000"}}"#, "system_prompt"),
            (#"{"minimum_rating":{"mean_score":0.5}}"#, "minimum_rating"),
            (#"{"minimum_rating":{"net_thumbs":1,"wilson_lower":1.1}}"#, "minimum_rating"),
            (#"{"minimum_rating":{"raters":2}}"#, "minimum_rating"),
            (#"{"holdout_share":0.6}"#, "holdout_share"), (#"{"approvals":10}"#, "approvals"),
            (#"{"minimum_reviews":0}"#, "minimum_reviews"), (#"{"minimum_anchor_share":2}"#, "minimum_anchor_share"),
            (#"{"near_duplicates":{"answer":{"similarity":0.1}}}"#, "near_duplicates"),
            (#"{"near_duplicates":{"answer":{"keep":0}}}"#, "near_duplicates"),
            (#"{"answer_characters":{"minimum":9,"maximum":8}}"#, "answer_characters"),
            (#"{"kind":"preference","answer":"original"}"#, "answer"),
            (#"{"kind":"unpaired","undesirable":{"maximum_review_score":4}}"#, "undesirable"),
            (#"{"slices":{"tags":["\u0000"]}}"#, "slices"),
        ])
    func range(_ text: String, _ member: String) throws {
        let error = try #require(throws: PolicyError.self) { try parse(text) }
        guard case .outOfRange(member, wanted: let wanted) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(error.explanation.status == 400)
        #expect(error.explanation.why.contains(wanted))
    }

    @Test(
        "a value of the wrong type is named by its path",
        arguments: [
            (#"{"name":7}"#, "name"), (#"{"endpoints":"/v1"}"#, "endpoints"), (#"{"no_open_flag":1}"#, "no_open_flag"),
            (#"{"maximum_tokens":1.5}"#, "maximum_tokens"), (#"{"system_prompt":{}}"#, "system_prompt"),
            (#"{"system_prompt":{"mode":"erase"}}"#, "system_prompt.mode"),
            (#"{"minimum_rating":{"net_thumbs":"1"}}"#, "minimum_rating.net_thumbs"),
        ])
    func type(_ text: String, _ member: String) {
        #expect(throws: PolicyError.wrongType(member)) { try parse(text) }
    }
}
