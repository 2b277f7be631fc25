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
             "train_on_history":true,"maximum_per_end_user":2,"maximum_examples":3}
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
        #expect(policy == expected)
        #expect(try parse(String(decoding: policy.document.canonicalBytes(), as: UTF8.self)) == policy)
        #expect(
            try policy.document.objectValue?.keys.sorted()
                == PromotionPolicy.CodingKeys.allCases.map(\.rawValue).sorted())
    }

    @Test("null is the default, wherever it stands")
    func nulls() throws {
        let members = PromotionPolicy.CodingKeys.allCases.map { "\"\($0.rawValue)\":null" }.joined(separator: ",")
        #expect(try parse("{\(members)}") == PromotionPolicy())
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
