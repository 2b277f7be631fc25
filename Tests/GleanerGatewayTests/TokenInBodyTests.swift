import Foundation
import GleanerCore
import GleanerTestSupport
import HTTPTypes
import NIOCore
import Testing

@testable import GleanerGateway

@Suite("A feedback token in the body")
struct TokenInBodyTests {
    private static let json = ["content-type": "application/json"]

    private func grant(isInBody: Bool = true, limits: KeyLimits = KeyLimits()) -> FeedbackTokenGrant? {
        let intent = ExchangeIntent(
            id: .new(), project: .new(), key: nil, receivedAt: Date(), endpoint: "/v1/chat/completions",
            streamed: false, requestedModel: nil, conversation: nil, endUser: nil, tags: [], provider: nil,
            requestHash: [])
        let caller = Caller(project: intent.project, key: .new(), keyName: "k", scopes: [.gateway], limits: limits)
        return FeedbackTokenGrant(intent, caller: caller, isInBody: isInBody) { _ in "T" }
    }
    private func written(_ body: String, _ headers: [String: String] = json, isEventStream: Bool = false) -> String? {
        TokenInBody(grant(), headers: headers, isEventStream: isEventStream).map { token in
            String(buffer: token.preface) + String(buffer: token.into(ByteBuffer(string: body)))
        }
    }

    @Test("a JSON object gets it as its first member, and every other byte stays")
    func object() {
        #expect(written(#"{"id":"c"}"#) == #"{"gleaner_feedback_token":"T","id":"c"}"#)
        #expect(written("\n { \"id\" : 1 }\n") == "\n {\"gleaner_feedback_token\":\"T\", \"id\" : 1 }\n")
        #expect(written("{ }") == #"{"gleaner_feedback_token":"T" }"#)
        // The beginning of a long one is enough.
        #expect(written(#"{"id":"#) == #"{"gleaner_feedback_token":"T","id":"#)
    }

    @Test("what is no JSON object is left as it is", arguments: ["[]", "", "null", "\"{\"", "{", " "])
    func others(_ body: String) { #expect(written(body) == body) }

    @Test("a stream gets a field that readers of the standard pass over, ahead of its first event")
    func stream() {
        let events = "data: {\"id\":1}\n\ndata: [DONE]\n\n"
        let found = written(events, ["content-type": "text/event-stream"], isEventStream: true)
        #expect(found == "gleaner-feedback-token: T\n\n" + events)
    }

    @Test("a compressed answer, or one of another kind, takes none")
    func impossible() {
        #expect(written("{}", ["content-type": "application/json", "content-encoding": "gzip"]) == nil)
        #expect(
            written("{}", ["content-type": "application/json; charset=utf-8", "content-encoding": "identity"]) != nil)
        #expect(written("RIFF", ["content-type": "audio/wav"]) == nil)
        #expect(written("{}", [:]) == nil)
    }

    @Test("only who asks for it gets it there, and a key that opted out gets none at all")
    func asked() throws {
        #expect(TokenInBody(grant(isInBody: false), headers: Self.json, isEventStream: false) == nil)
        #expect(grant(limits: KeyLimits(feedbackTokens: false)) == nil)
        #expect(grant(limits: KeyLimits(feedbackTokens: true))?.token == "T")
        func wants(_ value: String) throws -> Bool {
            try CallContext([HTTPField.Name("X-Gleaner-Feedback-Token")!: value], now: Date()).wantsTokenInBody
        }
        #expect(try wants("body") && wants("Body"))
        #expect(try !wants("header") && !wants(""))
    }
}
