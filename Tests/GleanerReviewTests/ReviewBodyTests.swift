import Foundation
import GleanerHTTP
import Testing

@testable import GleanerReview

@Suite("Review bodies")
struct ReviewBodyTests {
    private static let ids =
        #""slot":"01a1fcb3-7a28-714e-8fb2-3fb67df7d86e","lease_token":"01a1fcb3-7a28-714e-8fb2-3fb67df7d86f""#

    private func parse<Body: FieldListing>(_ type: Body.Type, _ text: String) throws -> Body {
        try JSONDecoder().decode(KnownFields<Body>.self, from: Data(text.utf8)).body
    }
    private func refused<Body: FieldListing>(_ type: Body.Type, _ text: String) throws -> String {
        try #require(throws: BodyError.self) { try parse(type, text) }.field
    }

    @Test("what the queue and the rules ask for is read, the reviewer's name repeated or not")
    func known() throws {
        #expect(try parse(NextBody.self, #"{"reviewer":"asha"}"#).reviewer == "asha")
        let submitted = try parse(SubmitBody.self, "{\(Self.ids),\"scores\":{\"accuracy\":5},\"reviewer\":\"asha\"}")
        #expect(submitted.scores == ["accuracy": 5])
        #expect(submitted.correction == nil)
        #expect(try parse(SubmitBody.self, "{\(Self.ids),\"scores\":{},\"correction\":\"x\"}").correction == "x")
        #expect(try parse(ReasonBody.self, "{\(Self.ids),\"reason\":\"r\",\"reviewer\":\"asha\"}").reason == "r")
        #expect(try parse(RuleBody.self, #"{"name":"all","probability":1,"backlog":true}"#).backlog == true)
    }

    @Test("a field that is not the sender's to set is refused by its name", arguments: ["role", "project_id", "cost"])
    func unknown(_ field: String) throws {
        #expect(try refused(NextBody.self, "{\"reviewer\":\"asha\",\"\(field)\":1}") == field)
        #expect(try refused(SubmitBody.self, "{\(Self.ids),\"scores\":{},\"\(field)\":1}") == field)
        #expect(try refused(ReasonBody.self, "{\(Self.ids),\"\(field)\":1}") == field)
        #expect(try refused(RuleBody.self, "{\"name\":\"all\",\"probability\":1,\"\(field)\":1}") == field)
    }
}
